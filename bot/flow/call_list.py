"""Whom to ring, on paper: for when the chat, and every way beside it, is not to be relied on.

Names and telephone numbers of staff, references and deadlines; nothing of any child. Who is
excluded from an alert does not stand on its list; of one of which nobody knows yet who is excluded,
nobody does, while the MASH desk's task to settle that has a list of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import Leg
from bot.domain.calendar import local_day
from bot.domain.cover import Skipped, SkipReason, standing
from bot.domain.people import Person, Role
from bot.domain.routing import InForce, LadderState
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.ladder import ladders
from bot.store import alerts

_NOT_THERE = (SkipReason.AWAY, SkipReason.NOT_YET_ELIGIBLE, SkipReason.EXCLUDED)


@dataclass(frozen=True, slots=True)
class ToRing:
    person_id: str
    name: str
    role: Role
    phone: str
    """Empty where the directory has none."""
    told: bool
    """Was told and has not answered."""


@dataclass(frozen=True, slots=True)
class Call:
    """One open duty and the people to ring about it, in the order of its ladder."""

    reference: str
    leg: str
    school: str
    school_name: str
    bell_at: datetime
    overdue: bool
    drill: int | None
    held: bool
    """Nobody may be rung: it is not known yet who is excluded."""
    people: tuple[ToRing, ...]


async def call_list(ctx: Context, reader: str | None = None) -> list[Call]:
    """Every open duty by its deadline, drills behind all real ones; but for those from which the
    `reader` is excluded."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        rows = [row for row in await alerts.open_ones(tx) if reader not in row.excluded]
        states = await ladders(tx, known, rows)
        told = await alerts.told(tx, [row.id for row in rows])
        people = known.directory.people
        reads = people.get(reader or "")
        language = reads.language if reads else "en"
        now = ctx.now()
        return [_call(known, row, states[row.id], told[row.id], now, language) for row in rows]


def _call(
    known: InForce,
    row: Row[Any],
    state: LadderState,
    told: frozenset[str],
    now: datetime,
    language: str,
) -> Call:
    """With the school's name in this language."""
    school = known.directory.schools.get(row.school_code)
    # The task is what settles it: its own people are asked meanwhile, as in the chat.
    held = bool(row.held or (row.behind and row.leg is not Leg.TRIAGE))
    return Call(
        reference=row.reference,
        leg=row.leg.value,
        school=row.school_code,
        school_name=school.name_in(language) if school else "",
        bell_at=row.bell_at,
        overdue=row.bell_at < now,
        drill=row.drill_id,
        held=held,
        people=()
        if held
        else tuple(
            ToRing(person.id, person.name, person.role, person.phone, person.id in told)
            for person in _people(known, state, now)
        ),
    )


def _people(known: InForce, state: LadderState, now: datetime) -> Iterator[Person]:
    """Whoever the ladder names and covers a child that nobody has answered for, each once. That the
    chat cannot reach them is no reason to leave them out: the telephone may."""
    named = [role for step in state.policy.steps for role in step.tell]
    years = [c.year_group for c in state.children if c.number in state.uncovered] or [None]
    seen: set[str] = set()
    for role in (*named, *state.policy.end_tell):
        for person in known.directory.covering(
            role, state.school_code, years, local_day(now), state.excluded, state.passed
        ):
            stand = standing(person, local_day(now), state.excluded)
            absent = isinstance(stand, Skipped) and stand.reason in _NOT_THERE
            if person.id not in seen and not absent:
                seen.add(person.id)
                yield person
