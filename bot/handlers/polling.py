"""Fetching updates: the offset moves only behind what is stored. One poller at a time, by lease."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramConflictError, TelegramUnauthorizedError
from aiogram.methods import TelegramMethod

from bot.domain.errors import StoreError
from bot.flow.context import Context
from bot.flow.hear import polling_refused, polling_served, store_updates
from bot.flow.lease import Lease
from bot.handlers.door import ALLOWED_UPDATES

LONG_POLL_SECONDS = 25
_PAUSE_SECONDS = 2
_LOOP = "poll"
log = logging.getLogger(__name__)


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """`getUpdates`, taken as it comes: an update that this aiogram cannot read must neither be
    lost nor stand in the way of the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Poller:
    """Fetches while it holds the lease; steps back, and says so, when Telegram refuses it."""

    def __init__(self, ctx: Context, bot: Bot, lease: Lease) -> None:
        self._ctx = ctx
        self._bot = bot
        self._lease = lease
        self._offset: int | None = None
        """Behind what this poller has stored; None takes whatever there is and confirms nothing."""
        self._refused = True
        """Whether an alarm may stand, of ours or of whoever polled before."""
        self._fence: int | None = None

    async def run(self) -> None:
        """Fetch until cancelled. Nothing is ever dropped at the start."""
        while True:
            self._ctx.pulse.rest(_LOOP)
            await self._lease.wait()
            self._ctx.beat(_LOOP)
            if self._fence != self._lease.fence:  # others have polled meanwhile
                self._fence, self._refused, self._offset = self._lease.fence, True, None
            try:
                await self._fetch()
                if self._refused:
                    await polling_served(self._ctx)
                    self._refused = False
            except (TelegramConflictError, TelegramUnauthorizedError) as error:
                if isinstance(error, TelegramConflictError) and not self._lease.held:
                    continue  # we were frozen, and whoever polls now has ended our poll
                log.error("polling was refused", extra={"why": type(error).__name__})
                await self._say_refused()
                await self.pause()
            except Exception as error:
                log.warning("polling failed", extra={"why": type(error).__name__})
                await self.pause()

    async def _say_refused(self) -> None:
        self._refused = True
        with suppress(StoreError):  # it is said again at the next try
            await polling_refused(self._ctx)

    async def _fetch(self) -> None:
        """One long poll. It is given up when the lease is lost: two open ones earn a 409."""
        fetching = asyncio.create_task(self._poll())
        losing = asyncio.create_task(self._lease.lost())
        try:
            await asyncio.wait((fetching, losing), return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                self._offset = None
                return
            raw = fetching.result()
        finally:
            fetching.cancel()
            losing.cancel()
            await asyncio.gather(fetching, losing, return_exceptions=True)
        await store_updates(self._ctx, raw)
        # Everything up to here is confirmed by the poll that found nothing more: the next takes
        # what there is, and Telegram may begin with numbers of its own choosing again.
        self._offset = max((update["update_id"] for update in raw), default=-1) + 1 or None

    async def _poll(self) -> list[dict[str, Any]]:
        method = GetRawUpdates(
            offset=self._offset, timeout=LONG_POLL_SECONDS, allowed_updates=ALLOWED_UPDATES
        )
        return await self._bot(method, request_timeout=LONG_POLL_SECONDS + 10)

    async def pause(self) -> None:
        """A moment before trying again; holds up no work."""
        await self._ctx.clock.sleep(_PAUSE_SECONDS, idle=True)


async def forget_webhook(bot: Bot) -> None:
    """Polling and a webhook exclude each other; what waits at Telegram stays there."""
    await bot.delete_webhook(drop_pending_updates=False)


async def set_webhook(bot: Bot, url: str, secret: str) -> None:
    await bot.set_webhook(
        url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False
    )
