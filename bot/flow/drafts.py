"""Try before it counts: a change is a draft until somebody puts it in force.

A draft is tried as a whole beside everything else that is in force: what it changes, what is wrong
with it, what the kept scenarios say of it. It is put in force only in the place of the version that
it was made from; if another came meanwhile, both changes are shown, and whoever means theirs all
the same names the version that it takes the place of. Nothing under way changes with it.

Dies before the commit: the draft is open as before. Dies after it: it is in force, once.
"""

from dataclasses import dataclass

from bot.domain.calendar_days import is_calendar_name
from bot.domain.errors import ConflictError, Fault, NotFoundError, RefusedError
from bot.domain.findings import findings
from bot.domain.routing import InForce
from bot.domain.scenario import Outcome
from bot.domain.scenario import run as run_scenario
from bot.domain.versions import (
    CALENDAR,
    DIRECTORY,
    FROM_COMMAND_LINE,
    FROM_FILE,
    NO_VERSION,
    SCENARIOS,
    Draft,
    DraftState,
    Finding,
    Said,
    Version,
    file_of,
    is_a_file,
)
from bot.flow.configure import read_text
from bot.flow.context import Context
from bot.flow.directory import apply_within
from bot.flow.in_force import texts_in_force
from bot.flow.session import Visitor
from bot.flow.versions import (
    By,
    add_version,
    asks_for_two,
    files_of,
    found,
    may_change,
    what_changed,
    with_text,
)
from bot.intake.scenarios_toml import read_scenarios
from bot.rendering.catalogue import Words, words
from bot.rendering.what_changed import in_words
from bot.store import config, drafts, events
from bot.store.unit_of_work import Tx

_MOST_OF_A_REASON = 300


@dataclass(frozen=True, slots=True)
class Conflict:
    """What came in force since the draft was made, and what that changed."""

    newest: Version
    theirs: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What putting a draft in force would do."""

    draft: Draft
    changes: tuple[Said, ...]
    """Of the version that the draft was made from."""
    findings: tuple[Finding, ...]
    broken: tuple[Outcome, ...]
    """The scenarios that hold now and would no longer."""
    failing: tuple[Outcome, ...]
    """Those that do not hold now either."""
    scenarios: int
    conflict: Conflict | None
    needs_second: bool
    """Somebody else than its author has to put it in force."""

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.refuses)


async def start(
    ctx: Context, kind: str, body: str, *, reason: str, by: By = None, made_from: int | None = None
) -> int:
    """A draft with this text; its number. RefusedError with every fault if it cannot be read.
    `made_from` is the version that its author had before them, where it is not the newest."""
    _readable(kind, body)
    _given(reason, by)
    async with ctx.store.unit() as tx:
        author, newest = await may_change(ctx, tx, by), await config.newest(tx, kind)
        seen = newest if made_from is None else None
        if made_from:  # `NO_VERSION`: there was none when its author began
            seen = await found(tx, made_from)
        if seen is not None and seen.kind != kind:
            raise ConflictError(f"Version {made_from} is of {seen.kind}.")
        return await drafts.add(
            tx,
            kind=kind,
            body=body,
            made_from=seen.id if seen else NO_VERSION,
            author=author,
            at=ctx.now(),
            reason=reason.strip(),
        )


def _given(reason: str, by: By) -> None:
    if not reason.strip():
        raise RefusedError([Fault("", _words_of(by).say("draft.no_reason"))])
    if len(reason) > _MOST_OF_A_REASON:
        raise RefusedError([Fault("", _words_of(by).say("draft.long_reason"))])


def _words_of(by: By) -> Words:
    """Of whoever is at the console their own; a command line's and a log's are English."""
    return words(by.person.language if isinstance(by, Visitor) else "en")


def _readable(kind: str, body: str) -> None:
    if not is_a_file(kind) or not _is_called_well(kind):
        raise NotFoundError(f"Nothing that can be drafted is called {kind[:60]}.")
    read_text(kind, body.encode(), file_of(kind))


def _is_called_well(kind: str) -> bool:
    """A calendar's name is a file's name too, once its text is exported."""
    return not kind.startswith(CALENDAR) or is_calendar_name(kind.removeprefix(CALENDAR))


async def _open(tx: Tx, number: int, *, lock: bool = True) -> Draft:
    draft = await drafts.by_id(tx, number, lock=lock)
    if draft is None:
        raise NotFoundError(f"There is no draft {number}.")
    if draft.state is not DraftState.OPEN:
        raise ConflictError(f"Draft {number} is no longer open.")
    return draft


async def open_drafts(ctx: Context) -> list[Draft]:
    async with ctx.store.reading() as tx:
        return await drafts.open_ones(tx)


async def of_files(ctx: Context) -> list[Trial]:
    """What somebody changed in a file and a person has to decide."""
    async with ctx.store.reading() as tx:
        waiting = [draft for draft in await drafts.open_ones(tx) if draft.author == FROM_FILE]
        return [await _tried(ctx, tx, draft) for draft in waiting]


async def drop(ctx: Context, number: int, by: By = None) -> None:
    """Nothing comes of it; it stays to be read."""
    async with ctx.store.unit() as tx:
        who, draft = await may_change(ctx, tx, by), await _open(tx, number)
        await drafts.end(tx, number, DraftState.DROPPED, ctx.now())
        await events.append(
            tx,
            events.line("config:dropped", ctx.now(), kind=draft.kind, draft=number, who=who),
        )


async def tried(ctx: Context, number: int) -> Trial:
    """What putting this draft in force would do, by what is in force now."""
    async with ctx.store.reading() as tx:
        return await _tried(ctx, tx, await _open(tx, number, lock=False))


async def _tried(ctx: Context, tx: Tx, draft: Draft) -> Trial:
    texts, newest = await texts_in_force(tx), await config.newest(tx, draft.kind)
    before, after = await with_text(tx, {}), await with_text(tx, {draft.kind: draft.body})
    base = await config.by_id(tx, draft.made_from) if draft.made_from else None
    suite = draft.body if draft.kind == SCENARIOS else texts.get(SCENARIOS)
    outcomes = [outcome for outcome in scenarios_of(after, suite) if not outcome.passed]
    fail_now = {o.scenario for o in scenarios_of(before, texts.get(SCENARIOS)) if not o.passed}
    conflict = None
    if newest is not None and newest.id != draft.made_from:
        theirs = what_changed(draft.kind, base.body, newest.body) if base else ()
        conflict = Conflict(newest, theirs or (Said("changed.nothing"),))
    return Trial(
        draft=draft,
        changes=what_changed(draft.kind, base.body if base else None, draft.body),
        findings=tuple(findings(before, after, ctx.now())),
        broken=tuple(o for o in outcomes if o.scenario not in fail_now),
        failing=tuple(o for o in outcomes if o.scenario in fail_now),
        scenarios=len(scenarios_of(after, suite)),
        conflict=conflict,
        needs_second=await asks_for_two(tx),
    )


def scenarios_of(known: InForce, suite: str | None) -> tuple[Outcome, ...]:
    """Each kept scenario, run against this."""
    kept = read_scenarios(suite.encode()) if suite else ()
    return tuple(run_scenario(known, scenario) for scenario in kept)


async def run_suite(ctx: Context, number: int | None = None) -> tuple[Outcome, ...]:
    """The kept scenarios against what is in force, or against a draft."""
    async with ctx.store.reading() as tx:
        texts = await texts_in_force(tx)
        if number is not None:
            draft = await _open(tx, number, lock=False)
            texts[draft.kind] = draft.body
        return scenarios_of(await with_text(tx, texts), texts.get(SCENARIOS))


async def put_in_force(ctx: Context, number: int, by: By = None, *, over: int | None = None) -> int:
    """The draft counts from now on, for new alerts; the number of the version that it is.

    RefusedError where it would leave somebody with nobody to tell; ConflictError where a second
    person is asked for, or where another version came in force meanwhile, unless `over` names it.
    """
    async with ctx.store.unit() as tx:
        await config.take_turn(tx)
        who, draft = await may_change(ctx, tx, by), await _open(tx, number)
        return await _put(ctx, tx, draft, who, _words_of(by), over)


async def _put(
    ctx: Context, tx: Tx, draft: Draft, who: str, say: Words, over: int | None = None
) -> int:
    trial, now = await _tried(ctx, tx, draft), ctx.now()
    if trial.needs_second and who in (draft.author, FROM_COMMAND_LINE):
        raise ConflictError(say.say("draft.second_person"))
    if trial.conflict and over != trial.conflict.newest.id:
        raise ConflictError(_both(say, trial, trial.conflict))
    if trial.refused:
        raise RefusedError([Fault("", in_words(say, found.said)) for found in trial.refused])
    version = await add_version(
        tx,
        kind=draft.kind,
        body=draft.body,
        made_from=trial.conflict.newest.id if trial.conflict else draft.made_from,
        who=draft.author,
        agreed_by=who if who != draft.author else None,
        now=now,
        reason=draft.reason,
        restored_from=draft.restored_from,
    )
    if version is None:
        raise ConflictError(say.say("draft.this_moment"))
    await drafts.end(tx, draft.id, DraftState.IN_FORCE, now, version)
    return version


def _both(say: Words, trial: Trial, conflict: Conflict) -> str:
    nothing, newest = [Said("changed.nothing")], conflict.newest
    return say.say(
        "draft.both",
        number=newest.id,
        who=newest.who,
        theirs=" ".join(in_words(say, said) for said in conflict.theirs or nothing),
        changes=" ".join(in_words(say, said) for said in trial.changes or nothing),
    )


async def restore(
    ctx: Context, number: int, *, reason: str, by: By = None, over: int | None = None
) -> tuple[int | None, int | None]:
    """What this version says is in force again, as a new version; the draft's number and the new
    version's, which is None while a second person is asked for. The directory is restored as an
    import of what it was: whoever had left is to be invited anew. ConflictError where a newer
    version is in force than `over`, the newest that whoever asks has seen."""
    _given(reason, by)
    async with ctx.store.unit() as tx:
        await config.take_turn(tx)
        who, old = await may_change(ctx, tx, by), await found(tx, number)
        newest = await config.newest(tx, old.kind)
        if newest is not None and newest.body == old.body:
            raise ConflictError(_words_of(by).say("draft.in_force_already", number=number))
        if over is not None and newest is not None and newest.id > over:
            raise ConflictError(_words_of(by).say("draft.newer_since", number=newest.id))
        if old.kind != DIRECTORY:
            draft = await drafts.add(
                tx,
                kind=old.kind,
                body=old.body,
                made_from=newest.id if newest else NO_VERSION,
                author=who,
                at=ctx.now(),
                reason=reason.strip(),
                restored_from=number,
            )
            if await asks_for_two(tx):
                return draft, None
            return draft, await _put(ctx, tx, await _open(tx, draft), who, _words_of(by))
        files = files_of(old.body)
        why, say = reason.strip(), _words_of(by)
        await apply_within(ctx, tx, files, by=who, reason=why, restored_from=number, say=say)
        newest = await config.newest(tx, DIRECTORY)
        return None, newest.id if newest else None
