"""The outbox as rows, and who was told what by which message."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, insert, or_, select, text, update
from sqlalchemy.engine import Row

from bot.domain.delivery import Operation
from bot.domain.message import CARDS, Kind, MessageState
from bot.domain.people import Channel
from bot.store.pace import LONGEST
from bot.store.tables import chats, delivery_attempts, messages, tellings
from bot.store.unit_of_work import Tx


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Put messages in the outbox; their numbers in the order given."""
    if not rows:
        return []
    statement = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)
    return [row.id for row in await tx.all(statement, list(rows))]


async def add_once(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a message in the outbox unless one that says the same still waits there."""
    await tx.execute(tx.insert(messages).values(**row).on_conflict_do_nothing())


async def add_refresh(tx: Tx, row: Mapping[str, Any]) -> None:
    """Put a card's refresh in the outbox. One that waits there already says the same, and goes as
    early as the more urgent of the two."""
    statement = tx.insert(messages).values(**row)
    new = statement.excluded
    # An update and not "do nothing": it locks the row, so that no other worker words this edit
    # before what it is to show has been committed.
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["parent_id"],
            index_where=text("state = 'pending' and operation = 'edit'"),
            set_={
                name: case((messages.c[name] < new[name], messages.c[name]), else_=new[name])
                for name in ("due_at", "priority")
            }
            | {"params": new["params"]},
        )
    )


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


# --- claiming ------------------------------------------------------------------------------------


_IN_LINE = (messages.c.priority, messages.c.bell_at, messages.c.rank, messages.c.id)


# Built once: four times a second, a statement costs more to build than to run.
_card, _busy = messages.alias("card"), messages.alias("busy")
_CHANNEL = bindparam("on_channel", type_=messages.c.channel.type)
_NOW = bindparam("now", type_=messages.c.due_at.type)
_FAR = bindparam("far", type_=messages.c.due_at.type)
_off = messages.alias("off")
_put_off = exists().where(
    _off.c.state == MessageState.PENDING,
    _off.c.channel == messages.c.channel,
    _off.c.address == messages.c.address,
    _off.c.due_at >= chats.c.next_at,
)
"""Of a chat that is held for long: the channel asked for it, and a message waits until then."""
_CANDIDATES = (
    select(messages.c.id, messages.c.address)
    .outerjoin(_card, _card.c.id == messages.c.parent_id)
    .outerjoin(
        chats,
        and_(chats.c.channel == messages.c.channel, chats.c.address == messages.c.address),
    )
    .where(
        messages.c.state == MessageState.PENDING,
        messages.c.channel == _CHANNEL,
        messages.c.due_at <= _NOW,
        # A menu is no message: the chat's pace is not its own.
        or_(
            chats.c.next_at.is_(None),
            chats.c.next_at <= _NOW,
            messages.c.kind == Kind.MENU,
            and_(chats.c.next_at > _FAR, ~_put_off),
        ),
        or_(messages.c.parent_id.is_(None), _card.c.state == MessageState.SENT),
        ~exists().where(
            _busy.c.state == MessageState.CLAIMED, _busy.c.address == messages.c.address
        ),
    )
    .order_by(*_IN_LINE)
)
_DUE = select(messages.c.id).where(
    messages.c.state == MessageState.PENDING,
    messages.c.channel == _CHANNEL,
    messages.c.due_at <= _NOW,
)
_LATE = select(messages.c.id).where(
    messages.c.state == MessageState.CLAIMED, messages.c.claimed_until <= _NOW
)
_AT_HAND = select(exists(_DUE).label("due"), exists(_LATE).label("late"))


_WITH_CARD = select(
    messages,
    _card.c.provider_message_id.label("card_message_id"),
    _card.c.kind.label("card_kind"),
    _card.c.params.label("card_params"),
).outerjoin(_card, _card.c.id == messages.c.parent_id)


async def candidates(tx: Tx, channel: Channel, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Number and chat of the messages next in line whose chat is free: its pace allows one, none is
    on its way.

    An edit waits until its card has been sent. No chat's pace is longer than a minute: where none
    of its messages was put off for as long, the clock was stepped back since.
    """
    given = {"on_channel": channel, "now": now, "far": now + LONGEST}
    return await tx.all(_CANDIDATES.limit(limit), given)


async def claim(tx: Tx, ids: Sequence[int], worker: str, until: datetime) -> Sequence[Row[Any]]:
    """Claim these, if they still wait: the ones that are ours now, in line, each with its card.

    They are read after the claim has locked them: nobody can add to one that was read before. One
    that somebody is changing this moment is left for the next claim, so that a claim, which holds
    many, never waits for who holds one.
    """
    free = (
        select(messages.c.id)
        .where(messages.c.id.in_(ids), messages.c.state == MessageState.PENDING)
        .with_for_update(skip_locked=True)
    )
    claimed = await tx.all(
        update(messages)
        .where(messages.c.id.in_(free))
        .values(
            state=MessageState.CLAIMED,
            claimed_by=worker,
            claimed_until=until,
            attempts=messages.c.attempts + 1,
        )
        .returning(messages.c.id)
    )
    return await tx.all(
        _WITH_CARD.where(messages.c.id.in_([row.id for row in claimed])).order_by(*_IN_LINE)
    )


async def claims_over(tx: Tx, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Claims whose time is over: the worker died, froze, or was taken over. Nothing is locked."""
    return await tx.all(
        select(messages.c.id, messages.c.alert_id)
        .where(messages.c.state == MessageState.CLAIMED, messages.c.claimed_until <= now)
        .order_by(messages.c.id)
        .limit(limit)
    )


async def abandoned(tx: Tx, now: datetime, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Those of these claims whose time is over still, locked."""
    return await tx.all(
        select(messages)
        .where(
            messages.c.id.in_(ids),
            messages.c.state == MessageState.CLAIMED,
            messages.c.claimed_until <= now,
        )
        .order_by(messages.c.id)
        .with_for_update(key_share=True, skip_locked=True)
    )


async def at_hand(tx: Tx, channel: Channel, now: datetime) -> tuple[bool, bool]:
    """Whether a message waits that is due, and whether a claim's time is over: the cheap look
    before a claim takes the writer."""
    row = await tx.first(_AT_HAND, {"on_channel": channel, "now": now})
    assert row is not None
    return bool(row.due), bool(row.late)


# --- recording -----------------------------------------------------------------------------------


async def still_claimed(tx: Tx, ids: Collection[int], worker: str) -> dict[int, Row[Any]]:
    """Our claims among these, locked: one that was taken over is not ours to record (fencing)."""
    rows = await tx.all(
        select(messages)
        .where(
            messages.c.id.in_(ids),
            messages.c.state == MessageState.CLAIMED,
            messages.c.claimed_by == worker,
        )
        .order_by(messages.c.id)
        .with_for_update(key_share=True)  # an edit of the card may be put in the outbox meanwhile
    )
    return {row.id: row for row in rows}


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
