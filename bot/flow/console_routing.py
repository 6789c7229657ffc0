"""Routing in the console: ladders and the matrix as forms, drafts, history, who would be told.

The same use cases as the command line's (`flow/drafts`, `flow/versions`); who may change anything
is asked within their own commits. Dies before one: nothing has changed. Dies after it: the draft,
or the version, is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
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
from bot.intake.written_again import with_ladder, with_shown
from bot.rendering.catalogue import words

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
    drafts: tuple[Draft, ...]
    history: tuple[tuple[Version, tuple[Said, ...]], ...]


async def routing(ctx: Context) -> Routing:
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    return Routing(
        ladders=tuple(known.policies[leg] for leg in Leg),
        numbers=known.versions,
        matrix=known.matrix,
        drafts=tuple(await drafts.open_drafts(ctx)),
        history=tuple(await versions.with_what_changed(ctx, limit=20)),
    )


async def names(ctx: Context) -> dict[str, str]:
    """Of everybody in the directory, by id."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    return {person.id: person.name for person in known.directory.people.values()}


async def draft_of_ladder(ctx: Context, someone: Visitor, leg: Leg, form: Mapping[str, str]) -> int:
    """What the form of a ladder says, as a draft; its number. A step without roles is left out."""
    seen = await _seen(ctx, ESCALATION, form)
    steps = []
    for number in range(MOST_STEPS):
        roles = tuple(role for role in Role if f"s{number}.{role.value}" in form)
        if roles:
            after = _minutes(form.get(f"s{number}.after", ""))
            bell = _minutes(form.get(f"s{number}.bell", ""))
            steps.append(EscalationStep(roles, after or None, bell))
    end = [role for role in Role if f"end.{role.value}" in form]
    every = _minutes(form.get("every", "")) or timedelta()
    _refuse_faults(someone, leg, steps, end, every)
    text = with_ladder(seen.body, leg, steps, end, every)
    return await drafts.start(
        ctx, ESCALATION, text, reason=form.get("reason", ""), by=someone, made_from=seen.id
    )


def _refuse_faults(
    someone: Visitor, leg: Leg, steps: list[EscalationStep], end: list[Role], every: timedelta
) -> None:
    """What a form can have wrong in it, in its reader's language: RefusedError with all of it."""
    say = words(someone.person.language)
    faults = [] if steps else [say.say("routing.fault_no_step")]
    faults += [] if end else [say.say("routing.fault_no_end")]
    faults += [] if every > timedelta() else [say.say("routing.fault_no_every")]
    ladder = EscalationPolicy(leg, (), tuple(steps), tuple(end), every)
    faults += [
        say.say("routing.fault_overtaken", step=step, behind=behind)
        for step, behind in overtaken(ladder)
    ]
    if faults:
        raise RefusedError([Fault("", fault) for fault in faults])


async def _seen(ctx: Context, kind: str, form: Mapping[str, str]) -> Version:
    """The version that the form was filled in over: what came since is not overwritten unseen."""
    number = form.get("made_from", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    seen = await versions.version(ctx, int(number) if known else 0)
    if seen.kind != kind:
        raise NotFoundError(f"There is no version {number} of {kind}.")
    return seen


def _minutes(text: str) -> timedelta | None:
    """Whole minutes; a minus before them is ahead of the bell."""
    plain = text.strip().removeprefix("-")
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 6):
        return None
    return int(plain) * (-_MINUTE if text.strip().startswith("-") else _MINUTE)


async def draft_of_matrix(ctx: Context, someone: Visitor, form: Mapping[str, str]) -> int:
    """What the form of the matrix says, as a draft; its number."""
    seen = await _seen(ctx, DISCLOSURE, form)
    async with ctx.store.reading() as tx:
        fields = [str(field) for field in (await in_force(ctx, tx)).matrix.purposes]
    shown = [(f, role.value, f"{f}.{role.value}" in form) for f in fields for role in Role]
    text = with_shown(seen.body, shown)
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
    group = int(year) if year.isascii() and year.isdecimal() and len(year) < 3 else None
    legs = tuple(
        (leg, tuple(left_out(known, leg, code, group)))
        for leg in forecast(known, code, moment, group, urgent=urgent)
    )
    return known, Told(known.directory.schools[code], moment, legs)
