"""Fetching updates: the offset moves only behind what is stored. One poller at a time, by lease."""

import logging
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramConflictError, TelegramUnauthorizedError
from aiogram.methods import TelegramMethod

from bot.flow.context import CHANNEL, Context
from bot.flow.hear import next_offset, store_updates
from bot.flow.lease import Lease
from bot.handlers.door import ALLOWED_UPDATES

LONG_POLL_SECONDS = 25
_PAUSE_SECONDS = 2
_REFUSED = f"{CHANNEL}polling"
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

    async def run(self) -> None:
        """Fetch until cancelled. Nothing is ever dropped at the start."""
        while True:
            if not self._lease.held:
                await self.pause()
                continue
            try:
                await self._fetch()
                self._ctx.trouble.discard(_REFUSED)
            except (TelegramConflictError, TelegramUnauthorizedError) as error:
                self._ctx.trouble.add(_REFUSED)
                log.error("polling was refused", extra={"why": type(error).__name__})
                await self.pause()
            except Exception as error:
                log.warning("polling failed", extra={"why": type(error).__name__})
                await self.pause()

    async def _fetch(self) -> None:
        method = GetRawUpdates(
            offset=await next_offset(self._ctx),
            timeout=LONG_POLL_SECONDS,
            allowed_updates=ALLOWED_UPDATES,
        )
        raw = await self._bot(method, request_timeout=LONG_POLL_SECONDS + 10)
        await store_updates(self._ctx, raw)

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
