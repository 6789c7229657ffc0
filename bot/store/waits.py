"""What an alert waits for, and when it is due, changed while it stands open."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.store import alerts
from bot.store.tables import alerts as table
from bot.store.tables import notifications
from bot.store.unit_of_work import Tx


async def open_of_school(tx: Tx, school_code: str) -> list[Row[Any]]:
    """A school's open alerts of both legs, locked in their order."""
    found = await tx.all(
        select(table.c.id).where(
            table.c.school_code == school_code, table.c.state == AlertState.OPEN
        )
    )
    numbers = sorted(row.id for row in found)
    await alerts.lock_all(tx, numbers)
    rows = await alerts.by_ids(tx, numbers)
    return [rows[number] for number in numbers if rows[number].state is AlertState.OPEN]


async def kept_until(tx: Tx, held_until: datetime) -> Sequence[Row[Any]]:
    """The numbers of the open alerts that one hold kept, each with its notice's content."""
    return await tx.all(
        select(table.c.id, notifications.c.content)
        .join(notifications, notifications.c.id == table.c.notification_id)
        .where(table.c.held_until == held_until, table.c.state == AlertState.OPEN)
        .order_by(table.c.bell_at, table.c.id)
    )


async def replan(
    tx: Tx, alert_id: int, *, bell_at: datetime, held_until: datetime | None, at: datetime
) -> None:
    """This open alert's deadline is another from now on, and its ladder is read anew at once."""
    await tx.execute(
        update(table)
        .where(table.c.id == alert_id, table.c.state == AlertState.OPEN)
        .values(bell_at=bell_at, held_until=held_until, next_step_at=at)
    )


async def lift_hold(tx: Tx, ids: Collection[int]) -> None:
    """These alerts wait for the end of the holidays no longer."""
    await tx.execute(update(table).where(table.c.id.in_(ids)).values(held_until=None))


async def make_urgent(tx: Tx, alert_id: int) -> None:
    """This alert waits for nothing from now on, and stays so."""
    await tx.execute(
        update(table).where(table.c.id == alert_id).values(urgent=True, held_until=None)
    )
