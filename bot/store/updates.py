"""The inbox of the chat: raw updates, unique on their number, until they are handled."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Row

from bot.store.tables import telegram_updates as inbox
from bot.store.unit_of_work import Tx

_DUE = (
    select(inbox)
    .where(
        inbox.c.due_at.is_not(None),
        inbox.c.due_at <= bindparam("now"),
        inbox.c.chat.not_in(bindparam("besides", expanding=True)),
    )
    .order_by(inbox.c.update_id)
)
_HANDLED = update(inbox).where(inbox.c.update_id == bindparam("number")).values(due_at=None)


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(tx.insert(inbox).on_conflict_do_nothing(), list(rows))


async def due(
    tx: Tx, now: datetime, limit: int, *, besides: Collection[str] = ()
) -> Sequence[Row[Any]]:
    """What waits to be handled, oldest first; `besides` what is of these chats."""
    return await tx.all(_DUE.limit(limit), {"now": now, "besides": list(besides)})


async def any_untried(tx: Tx, received_before: datetime) -> bool:
    """Whether one waits since then that was never put off."""
    waiting = select(inbox.c.update_id).where(
        inbox.c.due_at.is_not(None), inbox.c.attempts == 0, inbox.c.received_at < received_before
    )
    return await tx.first(waiting.limit(1)) is not None


async def handled(tx: Tx, update_id: int) -> None:
    await tx.execute(_HANDLED, {"number": update_id})


async def put_off(tx: Tx, update_id: int, due_at: datetime | None, fault: str) -> None:
    await tx.execute(
        update(inbox)
        .where(inbox.c.update_id == update_id)
        .values(due_at=due_at, fault=fault, attempts=inbox.c.attempts + 1)
    )


async def forget(tx: Tx, before: datetime) -> None:
    await tx.execute(delete(inbox).where(inbox.c.due_at.is_(None), inbox.c.received_at < before))
