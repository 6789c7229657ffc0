"""Who sends what: the outbox's next in line, taken by one worker, and what it holds (ADR 12)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, or_, select, update
from sqlalchemy.engine import Row

from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel
from bot.store.pace import LONGEST
from bot.store.tables import chats, messages
from bot.store.unit_of_work import Tx

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


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_CLAIMING = (
    update(messages)
    .where(
        messages.c.id.in_(
            select(messages.c.id)
            .where(messages.c.id.in_(_IDS), messages.c.state == MessageState.PENDING)
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=MessageState.CLAIMED,
        claimed_by=bindparam("worker"),
        claimed_until=bindparam("until"),
        attempts=messages.c.attempts + 1,
    )
    .returning(messages.c.id)
)
_CLAIMED = (
    select(
        messages,
        _card.c.provider_message_id.label("card_message_id"),
        _card.c.kind.label("card_kind"),
        _card.c.params.label("card_params"),
    )
    .outerjoin(_card, _card.c.id == messages.c.parent_id)
    .where(messages.c.id.in_(_IDS))
    .order_by(*_IN_LINE)
)
_STILL_CLAIMED = (
    select(messages)
    .where(
        messages.c.id.in_(_IDS),
        messages.c.state == MessageState.CLAIMED,
        messages.c.claimed_by == bindparam("worker"),
    )
    .order_by(messages.c.id)
    .with_for_update(key_share=True)  # an edit of the card may be put in the outbox meanwhile
)


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
    claimed = await tx.all(_CLAIMING, {"ids": ids, "worker": worker, "until": until})
    return await tx.all(_CLAIMED, {"ids": [row.id for row in claimed]})


async def over(tx: Tx, now: datetime, limit: int) -> Sequence[Row[Any]]:
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


async def still_claimed(tx: Tx, ids: Collection[int], worker: str) -> dict[int, Row[Any]]:
    """Our claims among these, locked: one that was taken over is not ours to record (fencing)."""
    rows = await tx.all(_STILL_CLAIMED, {"ids": list(ids), "worker": worker})
    return {row.id: row for row in rows}
