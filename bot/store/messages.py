"""The outbox as rows, and who was told what by which message."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, case, insert, select, text, update
from sqlalchemy.engine import Row

from bot.domain.delivery import Operation
from bot.domain.message import CARDS, Kind, MessageState
from bot.domain.people import Channel
from bot.store.tables import delivery_attempts, messages, tellings
from bot.store.unit_of_work import Inserting, Tx

_ADDING = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Put messages in the outbox; their numbers in the order given."""
    if not rows:
        return []
    return [row.id for row in await tx.all(_ADDING, list(rows))]


async def add_once(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a message in the outbox unless one that says the same still waits there."""
    await tx.execute(tx.insert(messages).values(**row).on_conflict_do_nothing())


@cache
def _refreshing(inserting: Inserting) -> Executable:
    statement = inserting(messages)
    new = statement.excluded
    # An update and not "do nothing": it locks the row, so that no other worker words this edit
    # before what it is to show has been committed.
    return statement.on_conflict_do_update(
        index_elements=["parent_id"],
        index_where=text("state = 'pending' and operation = 'edit'"),
        set_={
            name: case((messages.c[name] < new[name], messages.c[name]), else_=new[name])
            for name in ("due_at", "priority")
        }
        | {"params": new["params"]},
    )


async def add_refresh(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a card's refresh in the outbox. One that waits there already says the same, and goes as
    early as the more urgent of the two."""
    await tx.execute(_refreshing(tx.insert), row)


async def pending_shared(tx: Tx, kind: Kind, contacts: Collection[int]) -> Sequence[Row[Any]]:
    """Waiting messages that may name one reference more."""
    return await tx.all(
        select(messages.c.id, messages.c.contact_id, messages.c.params)
        .where(
            messages.c.state == MessageState.PENDING,
            messages.c.contact_id.in_(contacts),
            messages.c.kind == kind,
            messages.c.attempts == 0,
        )
        .with_for_update(skip_locked=True)
    )


async def set_params(tx: Tx, message_id: int, params: Mapping[str, Any]) -> None:
    await tx.change(messages, message_id, params=params)


# --- recording -----------------------------------------------------------------------------------


async def change(tx: Tx, message_id: int, **values: Any) -> None:
    await tx.change(messages, message_id, **values)


async def change_each(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Several, by their `id`; all of the same columns."""
    await tx.change_each(messages, rows)


async def end(tx: Tx, message_id: int, state: MessageState) -> None:
    """It is not said any more; if it was a card, there is nothing left to refresh."""
    await change(tx, message_id, state=state)
    await _cancel_refreshes(tx, [message_id])


async def _cancel_refreshes(tx: Tx, cards: Sequence[int]) -> None:
    await tx.execute(
        update(messages)
        .where(messages.c.parent_id.in_(cards), messages.c.state == MessageState.PENDING)
        .values(state=MessageState.CANCELLED)
    )


async def add_attempts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await tx.execute(insert(delivery_attempts), list(rows))


async def cancel(tx: Tx, *where: Any) -> int:
    """Messages no longer owed, of those that still wait; how many there were."""
    cancelled = await tx.all(
        update(messages)
        .where(messages.c.state == MessageState.PENDING, *where)
        .values(state=MessageState.CANCELLED)
        .returning(messages.c.id)
    )
    if cancelled:
        await _cancel_refreshes(tx, [row.id for row in cancelled])
    return len(cancelled)


async def cancel_of_alert(tx: Tx, alert_id: int) -> None:
    """Cards of this alert that were not sent yet. What shares a message drops out as it is sent;
    an answer is owed to who asked, whatever becomes of the alert, and a plan by whoever took it on,
    whoever else has since."""
    await cancel(
        tx,
        messages.c.alert_id == alert_id,
        messages.c.operation == Operation.SEND,
        messages.c.kind.not_in([Kind.ANSWERED, Kind.PLAN]),
    )


async def cancel_of_people(tx: Tx, alert_ids: Collection[int], people: Collection[str]) -> None:
    """Whatever these people are still owed of these alerts."""
    owed = select(tellings.c.message_id).where(
        tellings.c.alert_id.in_(alert_ids), tellings.c.person_id.in_(people)
    )
    await cancel(tx, messages.c.id.in_(owed), messages.c.alert_id.in_(alert_ids))


async def cancel_of_contact(tx: Tx, *contact_ids: int) -> int:
    """Everything that was yet to be sent to these addresses. What stands there is still put right:
    an edit reaches a chat that has blocked the bot."""
    return await cancel(
        tx, messages.c.contact_id.in_(contact_ids), messages.c.operation == Operation.SEND
    )


async def refresh_waits(tx: Tx, card_id: int, unknowns: int) -> bool:
    """Whether another edit of this card is in the queue, so that one need not be repeated; how
    often the outcome was unknown goes over to it."""
    result = await tx.execute(
        update(messages)
        .where(messages.c.parent_id == card_id, messages.c.state == MessageState.PENDING)
        .values(unknowns=unknowns)
    )
    return bool(result.rowcount)


# --- cards ---------------------------------------------------------------------------------------


async def cards_of(
    tx: Tx, alert_ids: Collection[int], person_ids: Collection[str] | None = None
) -> Sequence[Row[Any]]:
    """Every card of these alerts that was sent or is on its way, oldest first."""
    where = [
        messages.c.alert_id.in_(alert_ids),
        messages.c.kind.in_(CARDS),
        messages.c.operation == Operation.SEND,
        messages.c.channel == Channel.TELEGRAM,  # what another way has sent stays as it is
        messages.c.state.in_([MessageState.SENT, MessageState.CLAIMED]),
    ]
    if person_ids is not None:
        where.append(messages.c.person_id.in_(person_ids))
    return await tx.all(select(messages).where(*where).order_by(messages.c.id))


async def card_at(tx: Tx, address: str, provider_message_id: str) -> Row[Any] | None:
    """The message in this chat that the channel knows by this number."""
    return await tx.first(
        select(messages).where(
            messages.c.address == address,
            messages.c.provider_message_id == provider_message_id,
            messages.c.operation == Operation.SEND,
        )
    )


async def newest_card(tx: Tx, address: str, alert_id: int, person_id: str) -> Row[Any] | None:
    """This person's newest card of this alert in this chat, sent or to be sent again."""
    return await tx.first(
        select(messages)
        .where(
            messages.c.alert_id == alert_id,
            messages.c.person_id == person_id,
            messages.c.address == address,
            messages.c.kind.in_(CARDS),
            messages.c.operation == Operation.SEND,
            messages.c.state.in_([MessageState.SENT, MessageState.CLAIMED, MessageState.PENDING]),
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    )


async def by_id(tx: Tx, message_id: int, *, lock: bool = False) -> Row[Any] | None:
    statement = select(messages).where(messages.c.id == message_id)
    return await tx.first(statement.with_for_update() if lock else statement)
