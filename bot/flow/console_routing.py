"""Routing in the console: ladders and the matrix as forms, drafts, history, who would be told.

The same use cases as the command line's (`flow/drafts`, `flow/versions`); who may change anything
is asked within their own commits. Dies before one: nothing has changed. Dies after it: the draft,
or the version, is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON, local_day
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.errors import Fault, NotFoundError, RefusedError
from bot.domain.escalation import EscalationPolicy, EscalationStep
from bot.domain.forecast import LegForecast, forecast
from bot.domain.ladder_faults import overtaken
from bot.domain.left_out import LeftOut, left_out
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.domain.versions import DISCLOSURE, ESCALATION, Draft, Said, Version
from bot.flow import drafts, versions
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Visitor
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from bot.intake.written_again import with_ladder, with_shown
from bot.rendering.catalogue import Words, words

SECTION = "routing"
MOST_STEPS = 40
MORE_STEPS = 3
"""How many a form offers beyond those that there are."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Routing:
    ladders: tuple[EscalationPolicy, ...]
    numbers: Mapping[str, int]
    """By kind, the version that a form is made from."""
    matrix: DisclosureMatrix
    drafts: tuple[Draft, ...] = ()
    history: tuple[tuple[Version, tuple[Said, ...]], ...] = ()


async def routing(ctx: Context) -> Routing:
    """What is in force, without the drafts and the history beside it."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    ladders = tuple(known.policies[leg] for leg in Leg)
    return Routing(ladders, known.versions, known.matrix)


async def overview(ctx: Context) -> Routing:
    """The same with what waits and what was."""
    waiting = tuple(await drafts.open_drafts(ctx))
    before = tuple(await versions.with_what_changed(ctx, limit=20))
    return replace(await routing(ctx), drafts=waiting, history=before)


async def names(ctx: Context) -> dict[str, str]:
    """Of everybody in the directory, by id."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    return {person.id: person.name for person in known.directory.people.values()}


async def draft_of_ladder(ctx: Context, someone: Visitor, leg: Leg, form: Mapping[str, str]) -> int:
    """What the form of a ladder says, as a draft; its number. A step without roles is left out."""
    seen, say = await version_seen(ctx, ESCALATION, form), words(someone.person.language)
    olds = read_escalation(seen.body.encode())
    old = olds[leg]
    steps, faults = [], []
    for number in range(MOST_STEPS):
        roles = tuple(role for role in Role if f"s{number}.{role.value}" in form)
        if not roles:
            continue
        was = old.steps[number] if number < len(old.steps) else EscalationStep(())
        try:
            after = _span(form.get(f"s{number}.after", ""), was.after)
            bell = _span(form.get(f"s{number}.bell", ""), was.not_before)
        except ValueError:
            faults.append(say.say("routing.fault_no_minutes", step=number + 1))
            continue
        if after is not None and after < timedelta():
            faults.append(say.say("routing.fault_no_minutes", step=number + 1))
        steps.append(EscalationStep(roles, after or None, bell))
    end = tuple(role for role in Role if f"end.{role.value}" in form)
    try:
        every = _span(form.get("every", ""), old.end_every) or timedelta()
    except ValueError:
        every = timedelta()
    asked = replace(old, steps=tuple(steps), end_tell=end, end_every=every)
    if faults := [*faults, *_faults(say, asked)]:
        raise RefusedError([Fault("", fault) for fault in faults])
    text = with_ladder(seen.body, leg, steps, end, every)
    if not _says(text, asked, olds):
        raise RefusedError([Fault("", say.say("routing.fault_not_by_form"))])
    return await drafts.start(
        ctx, ESCALATION, text, reason=form.get("reason", ""), by=someone, made_from=seen.id
    )


def _faults(say: Words, asked: EscalationPolicy) -> list[str]:
    """What a form can have wrong in it, in its reader's language."""
    faults = [] if asked.steps else [say.say("routing.fault_no_step")]
    faults += [] if asked.end_tell else [say.say("routing.fault_no_end")]
    faults += [] if asked.end_every > timedelta() else [say.say("routing.fault_no_every")]
    return faults + [
        say.say("routing.fault_overtaken", step=step, behind=behind)
        for step, behind in overtaken(asked)
    ]


def _says(text: str, asked: EscalationPolicy, olds: Mapping[Leg, EscalationPolicy]) -> bool:
    """Whether the text, read again, is the ladder that the form asked for, and the others as they
    were: it may be written in a way that a form's change cannot be put into."""
    try:
        ladders = read_escalation(text.encode())
    except RefusedError:
        return False
    read = ladders.pop(asked.leg)
    said = (read.steps, frozenset(read.end_tell), read.end_every)
    same = all(ladders[leg] == olds[leg] for leg in ladders)
    return same and said == (asked.steps, frozenset(asked.end_tell), asked.end_every)


def _span(typed: str, was: timedelta | None) -> timedelta | None:
    """Whole minutes, a minus before them ahead of the bell; nothing for nothing. What stands as the
    page had it is as it was, to the second. ValueError for anything else."""
    text = typed.strip()
    if was is not None and text == str(shown_minutes(was)):
        return was
    if not text:
        return None
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 6):
        raise ValueError(text)
    return int(plain) * (-_MINUTE if text.startswith("-") else _MINUTE)


def shown_minutes(span: timedelta) -> int:
    """As a form shows it: what is below a minute is left out."""
    return int(span / _MINUTE)


async def version_seen(ctx: Context, kind: str, form: Mapping[str, str]) -> Version:
    """The version that the form was filled in over: what came since is not overwritten unseen."""
    number = form.get("made_from", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    seen = await versions.version(ctx, int(number) if known else 0)
    if seen.kind != kind:
        raise NotFoundError(f"There is no version {number} of {kind}.")
    return seen


async def draft_of_matrix(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> int:
    """What the form of the matrix says, as a draft; its number."""
    seen = await version_seen(ctx, DISCLOSURE, form)
    matrix = read_disclosure(seen.body.encode())
    shown = [
        (field.value, role.value, ticked)
        for field in matrix.purposes
        for role in Role
        if (ticked := f"{field.value}.{role.value}" in form)
        != (field in matrix.shown.get(role, ()))
    ]
    # Readers are told who decided what they see: now it is this person, today.
    today = local_day(ctx.now())
    text = with_shown(seen.body, shown, someone.person.name, today)
    return await drafts.start(
        ctx, DISCLOSURE, text, reason=form.get("reason", ""), by=someone, made_from=seen.id
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Who would be told of one notice, and who would not."""

    school: School
    at: datetime
    legs: tuple[tuple[LegForecast, tuple[LeftOut, ...]], ...]


async def who_would_be_told(
    ctx: Context, code: str, at: str, year: str, *, urgent: bool
) -> tuple[InForce, Told | None]:
    """By the real functions with a moved clock; None for what is no school or no time."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    try:
        moment = datetime.fromisoformat(at) if at else ctx.now()
    except ValueError:
        return known, None
    if code not in known.directory.schools or moment.year not in range(2000, 2100):
        return known, None
    moment = moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment
    moment = moment.astimezone(UTC)  # sums on it are of real hours
    group = int(year) if year.isascii() and year.isdecimal() and len(year) < 3 else None
    legs = tuple(
        (leg, tuple(left_out(known, leg, code, group)))
        for leg in forecast(known, code, moment, group, urgent=urgent)
    )
    return known, Told(known.directory.schools[code], moment, legs)
