"""Chats' command menus as rows of the outbox: one that waits for a chat is enough."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, text, update

from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel
from bot.store.tables import messages
from bot.store.unit_of_work import Inserting, Tx


@cache
def _adding(inserting: Inserting) -> Executable:
    statement = inserting(messages)
    # An update and not "do nothing", for the same reason as a card's refresh: it locks the row.
    return statement.on_conflict_do_update(
        index_elements=["address"],
        index_where=text("state = 'pending' and kind = 'menu'"),
        set_={"due_at": statement.excluded.due_at},
    )


async def add(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a chat's menu in the outbox; one that waits there already says the same."""
    await tx.execute(_adding(tx.insert), row)


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
