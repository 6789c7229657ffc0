"""One Telegram poller at a time: two would earn each other 409s, and handle a press twice."""

from datetime import datetime, timedelta

from bot.flow.context import Context
from bot.store import leases

_LASTS = timedelta(seconds=9)


class Lease:
    """This worker's hold on a duty that only one worker may have."""

    def __init__(self, ctx: Context, name: str) -> None:
        self._ctx = ctx
        self._name = name
        self._until: datetime | None = None
        self.fence: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours, by our own clock and the time last granted."""
        return self._until is not None and self._ctx.now() < self._until

    async def renew(self) -> bool:
        """Take it if it is free, keep it if it is ours. Called well within its time."""
        now = self._ctx.now()
        async with self._ctx.store.unit() as tx:
            self.fence = await leases.take(tx, self._name, self._ctx.worker, now, now + _LASTS)
        self._until = now + _LASTS if self.fence is not None else None
        return self.held

    async def give_up(self) -> None:
        """Hand it over at once, on the way out."""
        if self._until is not None:
            self._until = None
            async with self._ctx.store.unit() as tx:
                await leases.give_up(tx, self._name, self._ctx.worker, self._ctx.now())
