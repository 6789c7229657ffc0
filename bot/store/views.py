"""The views that disclosures opened in a chat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row

from bot.store.tables import disclosures, messages, views
from bot.store.unit_of_work import Tx


async def show(
    tx: Tx, *, message_id: int, disclosure_id: int, page: int, hide_at: datetime
) -> None:
    """This card shows a view until `hide_at`; a card shows one view at a time."""
    statement = tx.insert(views).values(
        message_id=message_id, disclosure_id=disclosure_id, page=page, hide_at=hide_at
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["message_id"],
            index_where=views.c.hidden_at.is_(None),
            set_={"disclosure_id": disclosure_id, "page": page, "hide_at": hide_at},
        )
    )


_OPEN_ON = (
    select(views, disclosures.c.notification_version)
    .join(disclosures, disclosures.c.id == views.c.disclosure_id)
    .where(
        views.c.message_id.in_(bindparam("ids", expanding=True)),
        views.c.hidden_at.is_(None),
        views.c.hide_at > bindparam("now"),
    )
)


async def open_on(tx: Tx, message_ids: Collection[int], now: datetime) -> dict[int, Row[Any]]:
    """The views that may be shown now, by card, each with the version that the ledger names."""
    if not message_ids:
        return {}
    rows = await tx.all(_OPEN_ON, {"ids": list(message_ids), "now": now})
    return {row.message_id: row for row in rows}


async def cards_shown_to(tx: Tx, people: Collection[str]) -> Sequence[Row[Any]]:
    """The cards on which these people have a view open."""
    return await tx.all(
        select(messages)
        .join(views, views.c.message_id == messages.c.id)
        .where(views.c.hidden_at.is_(None), messages.c.person_id.in_(people))
        .order_by(messages.c.id)
    )


async def any_due(tx: Tx, now: datetime) -> bool:
    statement = select(views.c.id).where(views.c.hidden_at.is_(None), views.c.hide_at <= now)
    return await tx.first(statement.limit(1)) is not None


async def due_to_hide(tx: Tx, now: datetime, limit: int) -> Sequence[Row[Any]]:
    return await tx.all(
        select(views)
        .where(views.c.hidden_at.is_(None), views.c.hide_at <= now)
        .order_by(views.c.hide_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


async def hide(tx: Tx, message_ids: Collection[int], now: datetime) -> None:
    """These cards show no view from now on."""
    await tx.execute(
        update(views)
        .where(views.c.message_id.in_(message_ids), views.c.hidden_at.is_(None))
        .values(hidden_at=now)
    )
