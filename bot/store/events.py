"""The audit trail: appended, never edited; `action` reads `subject:action`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.engine import Row

from bot.store.tables import alerts, events
from bot.store.unit_of_work import Tx


def line(
    action: str,
    at: datetime,
    *,
    notification_id: int | None = None,
    alert_id: int | None = None,
    person_id: str | None = None,
    **detail: Any,
) -> dict[str, Any]:
    """One line of the trail. `detail` holds ids, counts and reasons, never content."""
    return {
        "action": action,
        "at": at,
        "notification_id": notification_id,
        "alert_id": alert_id,
        "person_id": person_id,
        "detail": detail,
    }


async def append(tx: Tx, *lines: dict[str, Any]) -> None:
    if lines:
        await tx.execute(insert(events), list(lines))


async def said_before(tx: Tx, action: str, alert_id: int, person_id: str, *, raising: int) -> bool:
    """Whether this line stands in the trail for this raising of the alert, and nobody has taken it
    back since."""
    alert = select(alerts.c.notification_id).where(alerts.c.id == alert_id).scalar_subquery()
    rows = await tx.all(
        select(events.c.action, events.c.detail)
        .where(
            events.c.notification_id == alert,
            events.c.alert_id == alert_id,
            events.c.person_id == person_id,
            events.c.action.in_([action, "alert:undone"]),
        )
        .order_by(events.c.id)
    )
    stands = False
    for row in rows:
        if row.action == action:
            stands |= row.detail.get("raising") == raising
        elif row.detail.get("answer") == action.partition(":")[2]:
            stands = False
    return stands


async def of_notification(tx: Tx, notification_id: int) -> Sequence[Row[Any]]:
    """Everything that happened to a notification and its alerts, oldest first."""
    return await tx.all(
        select(events).where(events.c.notification_id == notification_id).order_by(events.c.id)
    )


async def changes(tx: Tx, subjects: Collection[str], before: int, limit: int) -> Sequence[Row[Any]]:
    """What happened to none of the notifications, about these subjects: the newest first, from
    before this number on; 0 for the newest of all."""
    wanted = select(events).where(
        events.c.notification_id.is_(None),
        or_(*(events.c.action.startswith(f"{subject}:") for subject in subjects)),
    )
    if before:
        wanted = wanted.where(events.c.id < before)
    return await tx.all(wanted.order_by(events.c.id.desc()).limit(limit))
