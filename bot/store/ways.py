"""The ways beside Telegram: whose address is what, which message stands in for which, and a channel
that fails as a whole (ADR 22).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.delivery import Operation
from bot.domain.message import OWED, MessageState
from bot.domain.people import SECOND_WAYS, Channel, ContactState
from bot.store import directory, facts
from bot.store.tables import (
    alerts,
    contact_methods,
    delivery_attempts,
    messages,
    outages,
    people,
    stand_ins,
    tellings,
)
from bot.store.unit_of_work import Tx

_OWED = and_(messages.c.kind.in_(OWED), messages.c.operation == Operation.SEND)
_UNSENT = messages.c.state.in_([MessageState.PENDING, MessageState.CLAIMED])

# --- addresses -----------------------------------------------------------------------------------


async def in_force(tx: Tx) -> tuple[Channel, ...]:
    return await directory.second_ways(tx)


async def put_in_force(tx: Tx, ways: Sequence[Channel]) -> bool:
    """Whether these are others than before."""
    if tuple(ways) == await in_force(tx):
        return False
    await facts.write(tx, directory.WAYS, ",".join(ways))
    await directory.changed(tx)
    return True


async def cancel_but_by(tx: Tx, channels: Collection[Channel]) -> None:
    """What waits for a channel that is none of these: nobody would send it."""
    await tx.execute(
        update(messages)
        .where(messages.c.state == MessageState.PENDING, messages.c.channel.not_in(channels))
        .values(state=MessageState.CANCELLED)
    )


async def take_addresses(tx: Tx, at: datetime, renewed: Collection[str] = ()) -> None:
    """Have the second ways' contact methods agree with the addresses of people.csv; what waits for
    an address that was put right goes to the right one.

    One that was ended stays ended, since a lost telephone may be where it leads, but for the people
    in `renewed`: who has come back, enrolled anew, or has another address."""
    ways = await in_force(tx)
    if not ways:
        return
    known: dict[tuple[str, Channel], list[Row[Any]]] = defaultdict(list)
    for row in await tx.all(
        select(contact_methods).where(contact_methods.c.channel.in_(SECOND_WAYS))
    ):
        known[row.person_id, row.channel].append(row)
    any_other = False
    for person in await tx.all(select(people).where(people.c.left_at.is_(None)).order_by("id")):
        for way in ways:
            address = (person.email if way is Channel.EMAIL else person.phone).strip()
            rows = known[person.id, way]
            live = next((row for row in rows if row.ended_at is None), None)
            if live is not None and live.address == address:
                continue
            ended_before = any(row.address == address for row in rows)
            if live is None and (not address or (ended_before and person.id not in renewed)):
                continue
            await _change(tx, person.id, way, live, address, at)
            any_other = True
    if any_other:
        await directory.changed(tx)


async def _change(
    tx: Tx, person_id: str, way: Channel, live: Row[Any] | None, address: str, at: datetime
) -> None:
    if live is not None:
        ending = update(contact_methods).where(contact_methods.c.id == live.id)
        await tx.execute(ending.values(ended_at=at))
    if not address:
        return
    number = await tx.add(
        contact_methods,
        person_id=person_id,
        channel=way,
        address=address,
        state=ContactState.WORKING,
        enrolled_at=at,
    )
    if live is not None:
        await tx.execute(
            update(messages)
            .where(messages.c.contact_id == live.id, messages.c.state == MessageState.PENDING)
            .values(contact_id=number, address=address)
        )


# --- standing in ---------------------------------------------------------------------------------


async def first_of(tx: Tx, message_id: int) -> int:
    """The message of the first way that this one stands in for; itself if it is that one."""
    statement = select(stand_ins.c.instead_of).where(stand_ins.c.message_id == message_id)
    found = await tx.scalar(statement)
    return message_id if found is None else int(found)


async def tried(tx: Tx, first: int) -> frozenset[Channel]:
    """Every way by which this message was owed up to now."""
    rows = await tx.all(
        select(messages.c.channel)
        .where(messages.c.id == first)
        .union_all(select(stand_ins.c.channel).where(stand_ins.c.instead_of == first))
    )
    return frozenset(row.channel for row in rows)


async def reserve(tx: Tx, first: int, way: Channel, at: datetime) -> bool:
    """Whether this way stands in for the message from now on; once, whoever asks how often."""
    statement = tx.insert(stand_ins).values(instead_of=first, channel=way, created_at=at)
    statement = statement.on_conflict_do_nothing()
    return await tx.first(statement.returning(stand_ins.c.channel)) is not None


async def stands_in(tx: Tx, first: int, way: Channel, message_id: int) -> None:
    await tx.execute(
        update(stand_ins)
        .where(stand_ins.c.instead_of == first, stand_ins.c.channel == way)
        .values(message_id=message_id)
    )


async def under_way(tx: Tx, first: int, but: int) -> bool:
    """Whether another way's message in place of this one was sent or is still to be."""
    return (
        await tx.first(
            select(messages.c.id)
            .join(stand_ins, stand_ins.c.message_id == messages.c.id)
            .where(
                stand_ins.c.instead_of == first,
                messages.c.id != but,
                or_(_UNSENT, messages.c.state == MessageState.SENT),
            )
            .limit(1)
        )
        is not None
    )


async def stood_in_for(tx: Tx, ids: Collection[int]) -> frozenset[int]:
    """Which of these messages are owed by another way as well."""
    rows = await tx.all(
        select(stand_ins.c.instead_of).where(stand_ins.c.instead_of.in_(ids)).distinct()
    )
    return frozenset(row.instead_of for row in rows)


async def notification_of(tx: Tx, alert_id: int | None) -> int | None:
    """Which notification an alert's message is about; None for a message about no single alert."""
    if alert_id is None:
        return None
    return int(await tx.scalar(select(alerts.c.notification_id).where(alerts.c.id == alert_id)))


async def has_receipt(tx: Tx, message_id: int, outcome: str, detail: str) -> bool:
    """Whether this was written down of the message already."""
    return (
        await tx.first(
            select(delivery_attempts.c.id)
            .where(
                delivery_attempts.c.message_id == message_id,
                delivery_attempts.c.outcome == outcome,
                delivery_attempts.c.detail == detail,
            )
            .limit(1)
        )
        is not None
    )


async def owed_by_contact(tx: Tx, contact_id: int) -> Sequence[Row[Any]]:
    """What waits for this contact method, and what it had already of open alerts, the newest of
    each: nobody knows whether that was read. Locked."""
    newest = (
        select(func.max(tellings.c.message_id))
        .join(alerts, alerts.c.id == tellings.c.alert_id)
        .join(messages, messages.c.id == tellings.c.message_id)
        .where(messages.c.contact_id == contact_id, alerts.c.state == AlertState.OPEN)
        .group_by(tellings.c.alert_id)
    )
    waiting = and_(messages.c.contact_id == contact_id, _UNSENT)
    return await tx.all(
        select(messages)
        .where(_OWED, or_(waiting, messages.c.id.in_(newest)))
        .order_by(messages.c.id)
        .with_for_update()
    )


# --- a channel that fails as a whole -------------------------------------------------------------


async def failed(
    tx: Tx, channel: Channel, address: str, at: datetime, due_at: datetime, *, whole: bool
) -> None:
    """A message was not taken. If this is the first, the channel counts as down from `due_at` on;
    if it is long since and only now shows that this is not one address alone, from now on. `whole`:
    by its reason this is the channel's trouble."""
    statement = tx.insert(outages).values(
        channel=channel, since=at, address=address, several=whole, due_at=due_at
    )
    new = statement.excluded
    only_now = and_(outages.c.several.is_(False), outages.c.due_at < new.since)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["channel"],
            set_={
                "several": or_(outages.c.several, new.several, outages.c.address != new.address),
                "due_at": case((only_now, new.since), else_=outages.c.due_at),
            },
        )
    )


async def served(tx: Tx, channel: Channel) -> Row[Any] | None:
    """A message was taken: the failure that is over with that, if it had been declared one."""
    row = await tx.first(delete(outages).where(outages.c.channel == channel).returning(outages))
    return None if row is None or row.declared_at is None else row


async def outage(tx: Tx, channel: Channel) -> Row[Any] | None:
    return await tx.first(select(outages).where(outages.c.channel == channel))


async def declare(tx: Tx, channel: Channel, at: datetime) -> bool:
    """Whether it is by this that the channel counts as down."""
    result = await tx.execute(
        update(outages)
        .where(outages.c.channel == channel, outages.c.declared_at.is_(None))
        .values(declared_at=at)
    )
    return bool(result.rowcount)


async def forget(tx: Tx, channel: Channel) -> None:
    """What failed is owed to nobody any more: nothing shows that the channel still fails."""
    await tx.execute(
        delete(outages).where(outages.c.channel == channel, outages.c.declared_at.is_(None))
    )


async def forget_all(tx: Tx) -> None:
    """There is no other way, so nobody counts how long one fails."""
    await tx.execute(delete(outages))


async def anything_failing(tx: Tx, channel: Channel) -> bool:
    """Whether a message that was not taken still waits to be."""
    return (
        await tx.first(
            select(messages.c.id)
            .where(_UNSENT, messages.c.channel == channel, messages.c.attempts > 0)
            .limit(1)
        )
        is not None
    )


async def owed_by(tx: Tx, channel: Channel, before: datetime, limit: int) -> Sequence[Row[Any]]:
    """What this channel owes to people who have a second way and have not been told by it; of what
    nobody tried yet, only what was owed before this instant. Locked."""
    ways = await in_force(tx)
    other = exists().where(
        contact_methods.c.person_id == messages.c.person_id,
        contact_methods.c.channel.in_(ways),
        contact_methods.c.ended_at.is_(None),
        contact_methods.c.state == ContactState.WORKING,
    )
    return await tx.all(
        select(messages)
        .where(
            _OWED,
            _UNSENT,
            messages.c.channel == channel,
            or_(
                and_(messages.c.attempts > 0, messages.c.state == MessageState.PENDING),
                messages.c.created_at <= before,
            ),
            other,
            ~exists().where(stand_ins.c.instead_of == messages.c.id),
        )
        .order_by(messages.c.priority, messages.c.bell_at, messages.c.rank, messages.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
