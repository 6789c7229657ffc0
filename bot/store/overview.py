"""What stands now, over all notifications: duties and the ladders that are due next."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.store.tables import alerts, notifications
from bot.store.unit_of_work import Tx


async def latest(tx: Tx, limit: int) -> Sequence[Row[Any]]:
    """Alerts and triage tasks in any state, the newest first."""
    return await tx.all(
        select(
            alerts.c.id,
            alerts.c.leg,
            alerts.c.school_code,
            alerts.c.state,
            alerts.c.raised_at,
            alerts.c.bell_at,
            alerts.c.next_step_at,
            notifications.c.reference,
            notifications.c.drill_id,
        )
        .join(notifications, notifications.c.id == alerts.c.notification_id)
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )


async def due_soonest(tx: Tx, limit: int) -> list[int]:
    """The numbers of open alerts, in the order in which their ladders are due."""
    rows = await tx.all(
        select(alerts.c.id)
        .where(alerts.c.state == AlertState.OPEN)
        .order_by(alerts.c.next_step_at, alerts.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def count_notifications(tx: Tx) -> int:
    """How many were ever taken in, without the synthetic ones of drills."""
    counted = select(func.count()).select_from(notifications)
    return int(await tx.scalar(counted.where(notifications.c.drill_id.is_(None))))
