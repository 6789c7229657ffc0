"""One Telegram poller at a time: two would earn each other 409s, and handle a press twice."""

import asyncio
from datetime import datetime, timedelta

from bot.flow.context import Context
from bot.store import leases


class Lease:
    """This worker's hold on a duty that only one worker may have."""

    def __init__(self, ctx: Context, name: str) -> None:
        self._ctx = ctx
        self._name = name
        self._until: datetime | None = None
        self._granted = asyncio.Event()
        self.fence: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours, by our own clock and the time last granted."""
        return self._until is not None and self._ctx.now() < self._until

    async def renew(self) -> bool:
        """Take it if it is free, keep it if it is ours. Called well within its time."""
        now = self._ctx.now()
        async with self._ctx.store.unit() as tx:
            self.fence = await leases.take(
                tx,
                self._name,
                self._ctx.worker,
                now,
                now + timedelta(seconds=self._ctx.lease_seconds),
            )
        self._until = (
            now + timedelta(seconds=self._ctx.lease_seconds) if self.fence is not None else None
        )
        if self.held:
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
            await self._ctx.clock.sleep_until(self._until, idle=True)

    async def give_up(self) -> None:
        """Hand it over at once, on the way out."""
        if self._until is not None:
            self._until = None
            async with self._ctx.store.unit() as tx:
                await leases.give_up(tx, self._name, self._ctx.worker, self._ctx.now())
