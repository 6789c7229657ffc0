"""Drills as rows. Few of them are ever open, so that a tick's look costs nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.drill import Drill
from bot.store.tables import alerts, drills, events, notifications, people
from bot.store.unit_of_work import Tx

_LAST = 2**63 - 1
"""No row's number is greater."""
_OPEN = (drills.c.confirmed_at.is_not(None), drills.c.ended_at.is_(None))
_theirs = notifications.c.drill_id == drills.c.id
_UNSETTLED = exists().where(
    _theirs,
    or_(
        notifications.c.raise_due_at.is_not(None),
        exists().where(
            alerts.c.notification_id == notifications.c.id, alerts.c.state == AlertState.OPEN
        ),
    ),
)
"""Something of it is still to be raised, or open."""
_SETTLED_AT = (
    select(func.max(alerts.c.ended_at))
    .join(notifications, notifications.c.id == alerts.c.notification_id)
    .where(_theirs)
    .scalar_subquery()
)
STARTS = select(func.min(drills.c.start_at)).where(*_OPEN, drills.c.started_at.is_(None))
ENDS = select(
    func.min(
        case((_UNSETTLED, drills.c.end_at), else_=func.coalesce(_SETTLED_AT, drills.c.started_at))
    )
).where(*_OPEN, drills.c.started_at.is_not(None))
"""When the next one starts, and when the next one is over: what a clock moved by hand must meet."""


def _drill(row: Row[Any]) -> Drill:
    return Drill(
        number=row.id,
        schools=tuple(row.schools),
        asked_by=row.asked_by,
        created_at=row.created_at,
        start_at=row.start_at,
        end_at=row.end_at,
        confirmed_at=row.confirmed_at,
        started_at=row.started_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )


async def add(tx: Tx, **values: Any) -> int:
    return await tx.add(drills, **values)


async def change(tx: Tx, number: int, **values: Any) -> None:
    await tx.execute(update(drills).where(drills.c.id == number).values(**values))


async def by_number(tx: Tx, number: int, *, lock: bool = False) -> Drill | None:
    if not 0 < number <= _LAST:
        return None
    statement = select(drills).where(drills.c.id == number)
    row = await tx.first(statement.with_for_update() if lock else statement)
    return None if row is None else _drill(row)


async def confirmed(tx: Tx, *, over: bool) -> list[Drill]:
    """Every drill that was really asked for, the newest first; without those that are `over`, if
    those are not wanted."""
    wanted = _OPEN if not over else _OPEN[:1]
    return [
        _drill(row)
        for row in await tx.all(select(drills).where(*wanted).order_by(drills.c.id.desc()))
    ]


# --- what a tick finds ---------------------------------------------------------------------------


def _not_put_off(now: datetime) -> ColumnElement[bool]:
    return or_(drills.c.retry_at.is_(None), drills.c.retry_at <= now)


async def to_start(tx: Tx, now: datetime) -> list[int]:
    """Those whose time has come, the oldest first."""
    rows = await tx.all(
        select(drills.c.id)
        .where(*_OPEN, drills.c.started_at.is_(None), drills.c.start_at <= now, _not_put_off(now))
        .order_by(drills.c.start_at, drills.c.id)
    )
    return [row.id for row in rows]


async def to_end(tx: Tx, now: datetime) -> list[int]:
    """Those under way whose time is over, or of which nothing is open any more."""
    rows = await tx.all(
        select(drills.c.id)
        .where(
            *_OPEN,
            drills.c.started_at.is_not(None),
            or_(drills.c.end_at <= now, ~_UNSETTLED),
            _not_put_off(now),
        )
        .order_by(drills.c.id)
    )
    return [row.id for row in rows]


async def due_one(tx: Tx, number: int) -> Drill | None:
    """This one, if it has not ended and no other worker holds it; locked until the commit."""
    statement = select(drills).where(drills.c.id == number, *_OPEN)
    row = await tx.first(statement.with_for_update(skip_locked=True))
    return None if row is None else _drill(row)


# --- what belongs to one -------------------------------------------------------------------------


async def notices(tx: Tx, number: int, *, lock: bool = False) -> Sequence[Row[Any]]:
    """Its notifications, in the order of their schools as asked for."""
    statement = (
        select(notifications).where(notifications.c.drill_id == number).order_by(notifications.c.id)
    )
    return await tx.all(statement.with_for_update() if lock else statement)


async def is_settled(tx: Tx, number: int) -> bool:
    """Whether nothing of it is open, or still to be raised."""
    statement = select(drills.c.id).where(drills.c.id == number, ~_UNSETTLED)
    return await tx.first(statement) is not None


async def latest_bell(tx: Tx, number: int) -> datetime | None:
    """The latest deadline that one of its alerts really has."""
    statement = (
        select(func.max(alerts.c.bell_at))
        .join(notifications, notifications.c.id == alerts.c.notification_id)
        # A question, which the desk may have hours for, does not hold the others up.
        .where(notifications.c.drill_id == number, alerts.c.leg != Leg.QUESTION)
    )
    found: datetime | None = await tx.scalar(statement)
    return found


async def steps_told(tx: Tx, notification_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The trail's lines of each ladder's steps, told or skipped, oldest first."""
    return await tx.all(
        select(events)
        .where(
            events.c.notification_id.in_(notification_ids),
            events.c.action.in_(["alert:told", "alert:step_skipped"]),
        )
        .order_by(events.c.id)
    )


async def names(tx: Tx, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Names and roles of people, those who have left since as well."""
    rows = await tx.all(
        select(people.c.id, people.c.name, people.c.role).where(people.c.id.in_(ids))
    )
    return {row.id: row for row in rows}


async def unreached(tx: Tx, number: int) -> dict[str, Any] | None:
    """Who could not be told, as it was written down when it ended; None before."""
    found: dict[str, Any] | None = await tx.scalar(
        select(drills.c.unreached).where(drills.c.id == number)
    )
    return found
