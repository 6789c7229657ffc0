"""The audit trail: appended, never edited; `action` reads `subject:action`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
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
    """Whether this line stands in the trail for this raising of the alert."""
    alert = select(alerts.c.notification_id).where(alerts.c.id == alert_id).scalar_subquery()
    rows = await tx.all(
        select(events.c.detail).where(
            events.c.notification_id == alert,
            events.c.alert_id == alert_id,
            events.c.person_id == person_id,
            events.c.action == action,
        )
    )
    return any(row.detail.get("raising") == raising for row in rows)


async def of_notification(tx: Tx, notification_id: int) -> Sequence[Row[Any]]:
    """Everything that happened to a notification and its alerts, oldest first."""
    return await tx.all(
        select(events).where(events.c.notification_id == notification_id).order_by(events.c.id)
    )
