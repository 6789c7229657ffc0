"""Chats' command menus as rows of the outbox: one that waits for a chat is enough."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text, update

from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel
from bot.store.tables import messages
from bot.store.unit_of_work import Tx


async def add(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a chat's menu in the outbox; one that waits there already says the same."""
    statement = tx.insert(messages).values(**row)
    new = statement.excluded
    # An update and not "do nothing", for the same reason as a card's refresh: it locks the row.
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["address"],
            index_where=text("state = 'pending' and kind = 'menu'"),
            set_={"due_at": new.due_at},
        )
    )


async def put_off(tx: Tx, channel: Channel, until: datetime) -> None:
    """Every menu that waits is to wait until then."""
    await tx.execute(
        update(messages)
        .where(
            messages.c.state == MessageState.PENDING,
            messages.c.kind == Kind.MENU,
            messages.c.channel == channel,
            messages.c.due_at < until,
        )
        .values(due_at=until)
    )
