"""What only the rows of a drill say of a set-up: that one went the whole way once."""

from sqlalchemy import select

from bot.store.tables import acknowledgements, alerts, notifications
from bot.store.unit_of_work import Tx


async def a_drill_was_acknowledged(tx: Tx) -> bool:
    """Whether somebody has ever acknowledged an alert of a drill."""
    found = await tx.scalar(
        select(acknowledgements.c.id)
        .join(alerts, alerts.c.id == acknowledgements.c.alert_id)
        .join(notifications, notifications.c.id == alerts.c.notification_id)
        .where(notifications.c.drill_id.is_not(None))
        .limit(1)
    )
    return found is not None
