"""One Telegram poller at a time: two would earn each other 409s, and handle a press twice."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.flow.context import Context
from bot.flow.hear import falls_behind
from bot.store import leases

log = logging.getLogger(__name__)


class Lease:
    """This worker's hold on a duty that only one worker may have."""

    def __init__(self, ctx: Context, name: str) -> None:
        self._ctx = ctx
        self._name = name
        self._until: datetime | None = None
        self._granted = asyncio.Event()
        self._ended = asyncio.Event()
        self._since: datetime | None = None
        self._aside_until: datetime | None = None
        self.fence: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours, by our own clock and the time last granted."""
        return self._until is not None and self._ctx.now() < self._until

    @property
    def _time(self) -> timedelta:
        return timedelta(seconds=self._ctx.lease_seconds)

    async def renew(self) -> bool:
        """Take it if it is free, keep it if it is ours. Called well within its time."""
        now = self._ctx.now()
        if self._aside_until is not None and now < self._aside_until:
            return False
        held = self.held
        async with self._ctx.store.unit() as tx:
            self.fence = await leases.take(
                tx,
                self._name,
                self._ctx.worker,
                now,
                now + self._time,
            )
        self._until = now + self._time if self.fence is not None else None
        if not self.held:
            self._ended.set()
        elif not held:
            self._since = self._ctx.now()
            self._ended.clear()
            self._granted.set()
        return self.held

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

    async def keep(self, *, others: bool) -> bool:
        """Renew it. Where there are others, one that falls behind with what it has heard hands it
        to another, which takes it at its next look; if none does, it is this one's again after
        its time. Whoever has it is let get on with it for twice as long."""
        now = self._ctx.now()
        settled = self.held and self._since is not None and now >= self._since + 2 * self._time
        if others and settled and await falls_behind(self._ctx):
            log.warning("this worker falls behind: another is to hear Telegram")
            self._aside_until = now + self._time
            await self.give_up()
            return False
        return await self.renew()

    async def give_up(self) -> None:
        """Hand it over at once, on the way out."""
        if self._until is not None:
            self._until = None
            self._ended.set()
            async with self._ctx.store.unit() as tx:
                await leases.give_up(tx, self._name, self._ctx.worker, self._ctx.now())
