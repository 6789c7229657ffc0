"""One Telegram poller at a time: two would earn each other 409s, and handle a press twice.

Whoever may not have the lease says by one of its own that it is there, ready to take over.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.flow.context import Context
from bot.flow.hear import falls_behind
from bot.store import leases
from bot.store.unit_of_work import Tx

log = logging.getLogger(__name__)


class Lease:
    """This worker's hold on a duty that only one worker may have."""

    def __init__(self, ctx: Context, name: str) -> None:
        self._ctx = ctx
        self._name = name
        self._ready = f"{name}:ready"
        self._until: datetime | None = None
        self._granted = asyncio.Event()
        self._ended = asyncio.Event()
        self._since: datetime | None = None
        self._aside_until: datetime | None = None
        self.fence: int | None = None
        """Which hold on it the database says is ours; none of another's lies within one."""
        self.others = False
        """Whether another worker was there when this one last looked."""

    @property
    def held(self) -> bool:
        """Whether it is ours, by our own clock and the time last granted."""
        return self._until is not None and self._ctx.now() < self._until

    @property
    def hold(self) -> int | None:
        """The fence, while it is ours by our own clock as well."""
        return self.fence if self.held else None

    @property
    def _time(self) -> timedelta:
        return timedelta(seconds=self._ctx.lease_seconds)

    async def renew(self) -> bool:
        """Take it if it is free, keep it if it is ours. Called well within its time."""
        now, held, until = self._ctx.now(), self.held, self._ctx.now() + self._time
        async with self._ctx.store.unit() as tx:
            self.fence = await leases.take(tx, self._name, self._ctx.worker, now, until)
            self.others = await self._sees_others(tx, now, first=not held)
        self._until = until if self.fence is not None else None
        if not self.held:
            self._ended.set()
            return False
        if not held:
            self._since = self._ctx.now()
        # Even if it was held before: it may have run out, and somebody wait for it, meanwhile.
        self._ended.clear()
        self._granted.set()
        return True

    async def _sees_others(self, tx: Tx, now: datetime, *, first: bool) -> bool:
        if self.fence is None:
            await leases.take(tx, self._ready, self._ctx.worker, now, now + self._time)
            return True
        if first:  # whoever else is ready can say so from now on
            await leases.give_up(tx, self._ready, self._ctx.worker, now)
        return await leases.another_holds(tx, self._ready, self._ctx.worker, now)

    async def wait(self) -> None:
        """Return once it is ours."""
        while not self.held:
            self._granted.clear()
            await self._granted.wait()

    async def lost(self) -> None:
        """Return once it is not ours any more, by our own clock."""
        while self._until is not None and self.held:
            over = asyncio.create_task(self._ctx.clock.sleep_until(self._until, idle=True))
            ended = asyncio.create_task(self._ended.wait())
            try:
                await asyncio.wait((over, ended), return_when=asyncio.FIRST_COMPLETED)
            finally:
                over.cancel()
                ended.cancel()

    async def keep(self, in_hand: Callable[[], int]) -> bool:
        """Renew it. Where there are others, one that falls behind with what it has heard hands it
        to another, which takes it at its next look; if none does, it is this one's again after its
        time. Whoever has it is let get on with it for twice as long. `in_hand`: how much is being
        handled this moment, which ends before the other begins."""
        now = self._ctx.now()
        settled = self.held and self._since is not None and now >= self._since + 2 * self._time
        if self.others and settled and await falls_behind(self._ctx):
            log.warning("this worker falls behind: another is to hear Telegram")
            self._aside_until = now + self._time
            self._stop()
        # Farther ahead than that the clock was stepped back since.
        if self._aside_until is None or not now < self._aside_until <= now + self._time:
            return await self.renew()
        if not in_hand():
            await self.give_up()
        return False

    def _stop(self) -> None:
        self._until = None
        self._ended.set()

    async def give_up(self) -> None:
        """Hand it over at once, on the way out."""
        self._stop()
        if self.fence is not None:
            async with self._ctx.store.unit() as tx:
                await leases.give_up(tx, self._name, self._ctx.worker, self._ctx.now())
            self.fence = None
