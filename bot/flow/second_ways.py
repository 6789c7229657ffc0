"""Which ways there are beside Telegram, and whose addresses lead there: taken from the settings at
start and from people.csv at each import (ADR 22).

Dies before the commit: the next start or import does it. What waits for a way that is no longer set
up is cancelled, since nobody would send it.
"""

from collections.abc import Collection
from datetime import datetime

from bot.domain.people import Channel
from bot.flow.context import DOWN, Context
from bot.store import alarms, ways
from bot.store.unit_of_work import Tx


async def take_ways(ctx: Context) -> None:
    """At start: from now on these ways, and no others, stand beside Telegram."""
    wanted = ctx.second.ways if ctx.second is not None else ()
    async with ctx.store.unit() as tx:
        now = ctx.now()
        if await ways.put_in_force(tx, wanted):
            await ways.cancel_but_by(tx, (Channel.TELEGRAM, *wanted))
        await ways.take_addresses(tx, now)
        if not wanted:
            await ways.forget_all(tx)
            await alarms.clear(tx, f"{DOWN}{Channel.TELEGRAM.value}")


async def renew_ways(tx: Tx, people: Collection[str], now: datetime) -> None:
    """Who has just come, come back, or has another address can be told there."""
    await ways.take_addresses(tx, now, people)
