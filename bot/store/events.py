"""The audit trail: appended, never edited; `action` reads `subject:action`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Row

from bot.store.tables import events
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


async def of_notification(tx: Tx, notification_id: int) -> Sequence[Row[Any]]:
    """Everything that happened to a notification and its alerts, oldest first."""
    return await tx.all(
        select(events).where(events.c.notification_id == notification_id).order_by(events.c.id)
    )
