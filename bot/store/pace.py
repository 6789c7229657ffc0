"""The pace of a channel over all workers, and each chat's own (ADR 12)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Executable, bindparam, select, update

from bot.domain.people import Channel
from bot.store.tables import chats, pace
from bot.store.unit_of_work import Inserting, Tx

LONGEST = timedelta(minutes=1)
"""No pace holds a channel or a chat up for longer: the clock was stepped back since."""


_ON_CHANNEL = pace.c.channel == bindparam("on_channel")
_LOCKING = select(pace.c.next_slot_at).where(_ON_CHANNEL).with_for_update()
_SETTING = update(pace).where(_ON_CHANNEL).values(next_slot_at=bindparam("at"))


async def take(tx: Tx, channel: Channel, now: datetime) -> datetime:
    """The next free slot of the channel. Its row is locked until the commit, so claims of several
    workers follow one another and never share a slot or a row."""
    given = {"on_channel": channel}
    if (row := await tx.first(_LOCKING, given)) is None:  # this channel's first claim ever
        await tx.execute(
            tx.insert(pace).values(channel=channel, next_slot_at=now).on_conflict_do_nothing()
        )
        row = await tx.first(_LOCKING, given)
    assert row is not None
    free: datetime = row.next_slot_at
    return now if free > now + LONGEST else max(now, free)


async def set_next(tx: Tx, channel: Channel, next_slot_at: datetime) -> None:
    await tx.execute(_SETTING, {"on_channel": channel, "at": next_slot_at})


@cache
def _holding(inserting: Inserting) -> Executable:
    statement = inserting(chats)
    return statement.on_conflict_do_update(
        index_elements=["channel", "address"], set_={"next_at": statement.excluded.next_at}
    )


async def hold_chats(tx: Tx, channel: Channel, until: Mapping[str, datetime]) -> None:
    """Nothing goes to these chats before these instants."""
    if until:
        await tx.execute(
            _holding(tx.insert),
            [
                {"channel": channel, "address": address, "next_at": at}
                for address, at in sorted(until.items())  # in one order, as others lock them
            ],
        )
