"""Everything at a glance: what is owed, and who will be told next. Content-free."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alert import AlertState, Leg
from bot.domain.people import Role
from bot.domain.routing import climb
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.ladder import ladders
from bot.store import alerts, overview
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Duty:
    """An alert or triage task, in whatever state it is."""

    number: int
    reference: str
    leg: Leg
    school: str
    state: AlertState
    raised_at: datetime
    bell_at: datetime
    next_step_at: datetime | None
    drill: int | None
    """The number of the drill that it belongs to."""


async def duties(tx: Tx, limit: int = 200) -> list[Duty]:
    """The newest first."""
    return [
        Duty(
            row.id,
            row.reference,
            row.leg,
            row.school_code,
            row.state,
            row.raised_at,
            row.bell_at,
            row.next_step_at,
            row.drill_id,
        )
        for row in await overview.latest(tx, limit)
    ]


async def accepted(tx: Tx) -> int:
    """How many notifications were ever taken in; drills are no part of it."""
    return await overview.count_notifications(tx)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next step of a ladder, unless somebody settles the alert before."""

    at: datetime
    reference: str
    leg: Leg
    school: str
    reminder: int
    roles: tuple[Role, ...]
    people: tuple[str, ...]
    """Ids, first asked first; empty when the ladder would only look again, or would find nobody."""
    drill: int | None = None


async def upcoming(ctx: Context, tx: Tx, limit: int = 5) -> list[Upcoming]:
    """Which ladders go on next and whom they will tell, by the function that will tell them."""
    known = await in_force(ctx, tx)
    numbers = await overview.due_soonest(tx, limit)
    rows = await alerts.by_ids(tx, numbers)
    states = await ladders(tx, known, list(rows.values()))
    coming = []
    for row in (rows[number] for number in numbers):
        at = max(row.next_step_at, ctx.now())
        steps = climb(states[row.id], known.directory, at).steps
        coming.append(
            Upcoming(
                row.next_step_at,
                row.reference,
                row.leg,
                row.school_code,
                steps[0].reminder if steps else 0,
                tuple(role for step in steps for role in step.roles),
                tuple(reached.person.id for step in steps for reached in step.reached),
                row.drill_id,
            )
        )
    return coming
