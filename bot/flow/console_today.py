"""Today in the console: what is open by its deadline, what its ladder does next, who has it.

Content-free: references, schools, roles, names of staff, times. Who is excluded from an alert is
shown nothing of it, and stands on nobody's list of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, Leg
from bot.domain.people import Person, Role
from bot.domain.routing import InForce, LadderState, climb
from bot.flow.asking import standing_owner
from bot.flow.authorise import may_take
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.ladder import ladders
from bot.flow.session import Visitor
from bot.store import alerts, disclosures, plans
from bot.store.unit_of_work import Tx

SHOWN = 50
"""Of each list; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Told:
    name: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Next:
    """What the ladder does, unless somebody settles it before."""

    at: datetime
    people: tuple[str, ...]
    roles: tuple[Role, ...]
    reminder: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """One open alert, question or triage task."""

    number: int
    reference: str
    leg: Leg
    school: str
    raised_at: datetime
    bell_at: datetime
    overdue: bool
    drill: int | None
    held: bool
    """Nobody is told before the MASH desk has said whom an exclusion means."""
    told: tuple[Told, ...]
    owner: str
    next: Next | None
    may_open: bool
    """Whether this reader may open it as in the chat."""

    @property
    def leg_name(self) -> str:
        """Its sentence in the catalogue."""
        return f"console.leg.{self.leg.value}"


@dataclass(frozen=True, slots=True)
class Today:
    at: datetime
    open: int
    overdue: int
    triage: int
    questions: int
    unplanned: int
    drills: int
    late: tuple[Duty, ...]
    coming: tuple[Duty, ...]
    asked: tuple[Duty, ...]
    practised: tuple[Duty, ...]


async def today(ctx: Context, someone: Visitor) -> Today:
    """All that this reader may know of what is open now, drills apart."""
    async with ctx.store.reading() as tx:
        now, known, reader = ctx.now(), await in_force(ctx, tx), someone.person
        rows = [row for row in await alerts.open_ones(tx) if reader.id not in row.excluded]
        real = [row for row in rows if row.drill_id is None]
        duties = [row for row in real if row.leg not in OF_THE_DESK]
        late = [row for row in duties if row.bell_at < now]
        coming = [row for row in duties if row.bell_at >= now]
        asked = [row for row in real if row.leg is Leg.QUESTION]
        practised = [row for row in rows if row.drill_id is not None]
        lists = [part[:SHOWN] for part in (late, coming, asked, practised)]
        shown = [row for part in lists for row in part]
        found = await duties_of(tx, known, reader, shown, now)
        unplanned = [row for row in await plans.missing(tx) if reader.id not in row.excluded]
    return Today(
        at=now,
        open=len(duties),
        overdue=len(late),
        triage=sum(row.leg is Leg.TRIAGE for row in real),
        questions=len(asked),
        unplanned=len(unplanned),
        drills=len(practised),
        late=tuple(found[row.id] for row in lists[0]),
        coming=tuple(found[row.id] for row in lists[1]),
        asked=tuple(found[row.id] for row in lists[2]),
        practised=tuple(found[row.id] for row in lists[3]),
    )


async def duties_of(
    tx: Tx, known: InForce, reader: Person, rows: Sequence[Row[Any]], now: datetime
) -> dict[int, Duty]:
    """These alerts as this reader may know of them, by number."""
    ids = [row.id for row in rows]
    if not ids:
        return {}
    children = await alerts.children(tx, ids)
    told = await alerts.told_by_ladder(tx, ids)
    openings = await disclosures.first_openings(tx, ids)
    states = await ladders(tx, known, rows)
    owners = {
        row.id: await standing_owner(tx, known, row, now) for row in rows if row.leg is Leg.QUESTION
    }
    found = {}
    for row in rows:
        owner = owners.get(row.id)
        school = known.directory.schools.get(row.school_code)
        found[row.id] = Duty(
            number=row.id,
            reference=row.reference,
            leg=row.leg,
            school=school.name_in(reader.language) if school else row.school_code,
            raised_at=row.raised_at,
            bell_at=row.bell_at,
            overdue=row.bell_at < now,
            drill=row.drill_id,
            held=bool(row.held),
            told=_told(known, row, told[row.id], openings),
            owner=owner.name if owner else "",
            next=None if row.held else _next(known, row, states[row.id], now),
            may_open=may_take(known, reader, row, children[row.id], now),
        )
    return found


def _told(
    known: InForce,
    row: Row[Any],
    told: frozenset[str],
    openings: Mapping[tuple[int, str], datetime],
) -> tuple[Told, ...]:
    people = [
        person
        for person_id in told - set(row.excluded)
        if (person := known.directory.people.get(person_id))
    ]
    people.sort(key=lambda person: (person.order, person.name, person.id))
    return tuple(Told(person.name, openings.get((row.id, person.id))) for person in people)


def _next(known: InForce, row: Row[Any], state: LadderState, now: datetime) -> Next | None:
    """By the function that will tell them, so that it is what will be done."""
    if row.next_step_at is None:
        return None
    steps = climb(state, known.directory, max(row.next_step_at, now)).steps
    return Next(
        at=row.next_step_at,
        people=tuple(
            dict.fromkeys(reached.person.name for step in steps for reached in step.reached)
        ),
        roles=tuple(dict.fromkeys(role for step in steps for role in step.roles)),
        reminder=bool(steps and steps[0].reminder),
    )
