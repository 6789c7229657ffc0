"""Containment records as rows: what was shown at a school that it was not for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import Leg
from bot.domain.containment import Outcome
from bot.store.tables import alerts, containments, disclosures, notifications, people
from bot.store.unit_of_work import Tx

_sealer = people.alias("sealer")
_WITH_NOTIFICATION = (
    select(
        containments,
        notifications.c.reference,
        notifications.c.excluded,
        _sealer.c.name.label("sealer"),
    )
    .join(notifications, notifications.c.id == containments.c.notification_id)
    .join(_sealer, _sealer.c.id == containments.c.sealed_by)
)


async def add(tx: Tx, **values: Any) -> int:
    """Open one. A second of the same refusal is an error of ours: the database refuses it."""
    return await tx.add(containments, **values)


async def ledger_end(tx: Tx) -> int:
    """The last line of the ledger by now. No line of an alert that is locked comes behind it, as
    one could by its clock: two machines' clocks differ, and one may be put back."""
    return int(await tx.scalar(select(func.coalesce(func.max(disclosures.c.id), 0))))


async def openings(
    tx: Tx, notification_id: int, school_code: str, child: int, ledger_end: int
) -> Sequence[Row[Any]]:
    """What the ledger holds of this child at this school up to a line: who opened which fields,
    when; names of staff, also of who has left since."""
    rows = await tx.all(
        select(disclosures, people.c.name)
        .join(alerts, alerts.c.id == disclosures.c.alert_id)
        .join(people, people.c.id == disclosures.c.person_id)
        .where(
            alerts.c.notification_id == notification_id,
            alerts.c.school_code == school_code,
            alerts.c.leg != Leg.QUESTION,  # the desk read it there, who may
            disclosures.c.id <= ledger_end,
        )
        .order_by(disclosures.c.id)
    )
    return [row for row in rows if child in row.children]


# --- what a tick finds ---------------------------------------------------------------------------


async def due(tx: Tx, now: datetime, limit: int) -> list[int]:
    """The open records of which the coordinators are to hear now, the oldest first."""
    rows = await tx.all(
        select(containments.c.id)
        .where(containments.c.ended_at.is_(None), containments.c.next_reminder_at <= now)
        .order_by(containments.c.next_reminder_at, containments.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def due_one(tx: Tx, number: int, now: datetime) -> Row[Any] | None:
    """This one, if it is due still and no other worker holds it; locked until the commit."""
    return await tx.first(
        _WITH_NOTIFICATION.where(
            containments.c.id == number,
            containments.c.ended_at.is_(None),
            containments.c.next_reminder_at <= now,
        ).with_for_update(of=containments, skip_locked=True)
    )


async def told(tx: Tx, number: int, times: int, next_reminder_at: datetime) -> None:
    await tx.execute(
        update(containments)
        .where(containments.c.id == number)
        .values(told=times, next_reminder_at=next_reminder_at)
    )


# --- for people ----------------------------------------------------------------------------------


async def open_ones(tx: Tx) -> Sequence[Row[Any]]:
    """Every record that nobody has ended, the nearest deadline first."""
    return await tx.all(
        _WITH_NOTIFICATION.where(containments.c.ended_at.is_(None)).order_by(
            containments.c.report_due_at, containments.c.id
        )
    )


async def of_notification(
    tx: Tx, notification_id: int, *, lock: bool = False
) -> Sequence[Row[Any]]:
    statement = _WITH_NOTIFICATION.where(
        containments.c.notification_id == notification_id
    ).order_by(containments.c.id)
    return await tx.all(statement.with_for_update(of=containments) if lock else statement)


async def end(tx: Tx, numbers: Collection[int], by: str, outcome: Outcome, at: datetime) -> None:
    """These are settled; nobody is reminded of them any more."""
    await tx.execute(
        update(containments)
        .where(containments.c.id.in_(numbers), containments.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=by, outcome=outcome, next_reminder_at=None)
    )
