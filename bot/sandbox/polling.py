"""Long polls (Bot API: getUpdates)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.cloud import Cloud
from bot.sandbox.refusals import conflict
from bot.sandbox.waits import first_of

MAX_BATCH = 100
MAX_WAIT = timedelta(seconds=50)
"""telegram-bot-api, Client.h: LONG_POLL_MAX_TIMEOUT; a longer one is silently cut to this."""

OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class _Poll:
    """One poll that is open; `why` says what ended it early."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.why: str | None = None


class Polling:
    """One poll at a time: a second ends the first."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._open: _Poll | None = None

    async def get(self, args: dict[str, Any], gone: Callable[[], bool]) -> list[dict[str, Any]]:
        """The updates from `offset` on, as soon as there are any; none at the end of `timeout`.

        They stay until a later call confirms them, so a client that is cut off in between (`gone`)
        loses none. Its abandoned poll earns nobody a conflict.
        """
        self.end(OTHER_POLL)
        updates = self._cloud.updates
        updates.confirm(args.get("offset", 0))
        if "allowed_updates" in args:
            updates.allow(args["allowed_updates"])
        limit = min(max(args.get("limit", MAX_BATCH), 1), MAX_BATCH)
        timeout = timedelta(seconds=min(max(args.get("timeout", 0), 0), MAX_WAIT.seconds))
        until = self._cloud.clock.now() + timeout
        batch = updates.batch(limit)
        if not batch and timeout:
            await self._wait(until, gone)
            batch = updates.batch(limit)
        return [waiting.update for waiting in batch]

    def end(self, why: str | None) -> None:
        """End the open poll, with a conflict or, without a reason, with nothing."""
        if self._open is not None:
            self._open.why = why
            self._open.ended.set()
            self._open = None

    async def _wait(self, until: datetime, gone: Callable[[], bool]) -> None:
        poll = self._open = _Poll()
        arrived = self._cloud.updates.arrived
        arrived.clear()
        with self._cloud.work.parked():
            await first_of(
                arrived.wait(),
                poll.ended.wait(),
                self._cloud.clock.sleep_until(until, idle=True),
            )
        if self._open is poll:
            self._open = None
        if poll.why is not None and not gone():
            raise conflict(poll.why)
