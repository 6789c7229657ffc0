"""Containment records for people: which are open, who had opened what, and their end by a person.

Content-free: references, schools, staff, roles, the names of fields, and times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Row

from bot.domain.containment import Outcome
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.store import containments, events, notifications
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of the ledger: somebody was shown these fields, by this way."""

    person: str
    name: str
    role: str
    at: datetime
    way: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A containment record as the operator sees it; of the child its number alone."""

    reference: str
    school: str
    school_name: str
    child: int
    sealed_at: datetime
    sealed_by: str
    sealer: str
    """Whose press it was, by name."""
    report_due_at: datetime
    overdue: bool
    openings: tuple[Opening, ...]
    ended_at: datetime | None
    ended_by: str | None
    outcome: str | None


async def open_records(ctx: Context) -> list[Record]:
    """Every record that nobody has ended, the nearest deadline first."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        return await _records(ctx, tx, known, await containments.open_ones(tx))


async def records_of(ctx: Context, reference: str) -> list[Record]:
    """Every record of a notification, oldest first; NotFoundError if there is none."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        row = await notifications.by_reference(tx, reference)
        rows = [] if row is None else await containments.of_notification(tx, row.id)
        if not rows:
            raise NotFoundError(f"There is no containment record of {reference}.")
        return await _records(ctx, tx, known, rows)


async def _records(
    ctx: Context, tx: Tx, known: InForce, rows: Sequence[Row[tuple[object, ...]]]
) -> list[Record]:
    schools = known.directory.schools
    return [
        Record(
            reference=row.reference,
            school=row.school_code,
            school_name=schools[row.school_code].name if row.school_code in schools else "",
            child=row.child_number,
            sealed_at=row.sealed_at,
            sealed_by=row.sealed_by,
            sealer=row.sealer,
            report_due_at=row.report_due_at,
            overdue=row.ended_at is None and row.report_due_at <= ctx.now(),
            openings=tuple(
                Opening(
                    opening.person_id,
                    opening.name,
                    opening.role.value,
                    opening.disclosed_at,
                    opening.way,
                    tuple(opening.fields),
                )
                for opening in await containments.openings(
                    tx, row.notification_id, row.school_code, row.child_number, row.ledger_end
                )
            ),
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            outcome=row.outcome.value if row.outcome else None,
        )
        for row in rows
    ]


async def end_records(ctx: Context, reference: str, outcome: Outcome, person_id: str) -> int:
    """A coordinator ends every open record of a notification; how many there were.

    NotFoundError if there is no record, or nobody of this id who may; ConflictError if none is
    open.
    Dies before the commit: all are open still. Dies after it: all have ended.
    """
    async with ctx.store.unit() as tx:
        now = ctx.now()
        known = await in_force(ctx, tx)
        row = await notifications.by_reference(tx, reference)
        rows = [] if row is None else await containments.of_notification(tx, row.id, lock=True)
        if row is None or not rows:
            raise NotFoundError(f"There is no containment record of {reference}.")
        person = known.directory.people.get(person_id)
        if person is None or person.role is not Role.COORDINATOR or person_id in row.excluded:
            raise NotFoundError(f"No coordinator who may end it has the id {person_id}.")
        standing = [record for record in rows if record.ended_at is None]
        if not standing:
            raise ConflictError(f"The containment record of {reference} has ended already.")
        await containments.end(tx, [record.id for record in standing], person_id, outcome, now)
        await events.append(
            tx,
            *(
                events.line(
                    "containment:ended",
                    now,
                    notification_id=row.id,
                    alert_id=record.alert_id,
                    person_id=person_id,
                    outcome=outcome.value,
                )
                for record in standing
            ),
        )
        return len(standing)
