"""What people press and say: every raw update is stored before the offset moves, then handled from
the table, once, by whichever worker holds the poller's lease.

Telegram's default way confirms an update before its handler has run: killed in between, an
acknowledgement would be gone for ever. Dies before storing: Telegram sends it again. Dies after:
the row is due, and handling is safe to repeat since every use case asks what is there already.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.flow.context import Context, Stage
from bot.store import alarms, updates

_WINDOW = 100
_AT_ONCE = 16
_BACKOFF = (1, 5, 30, 120)
_KEEP = timedelta(days=7)
"""Telegram chooses update numbers afresh after a week without any: by then ours are gone."""
log = logging.getLogger(__name__)

Handle = Callable[[dict[str, Any]], Awaitable[None]]


async def store_updates(ctx: Context, raw: Sequence[dict[str, Any]]) -> None:
    """Keep these updates; one that is there already stays as it is."""
    if not raw:
        return
    now = ctx.now()
    async with ctx.store.unit() as tx:
        await updates.add(
            tx,
            [
                {
                    "update_id": update["update_id"],
                    "chat": chat_of(update),
                    "raw": update,
                    "received_at": now,
                    "due_at": now,
                    "attempts": 0,
                }
                for update in raw
            ],
        )
        tx.wake(Stage.HEAR)


async def next_offset(ctx: Context) -> int | None:
    """The first update not stored yet; None to take whatever there is."""
    async with ctx.store.reading() as tx:
        newest = await updates.newest(tx)
        return None if newest is None else newest + 1


async def forget_old_updates(ctx: Context) -> None:
    async with ctx.store.unit() as tx:
        await updates.forget(tx, ctx.now() - _KEEP)


def chat_of(update: dict[str, Any]) -> str:
    """The chat an update belongs to; updates of one chat are handled in order."""
    for part in update.values():
        if isinstance(part, dict):
            message = part["message"] if isinstance(part.get("message"), dict) else part
            chat = message.get("chat") or part.get("from")
            if isinstance(chat, dict) and "id" in chat:
                return str(chat["id"])
    return ""


class Hearer:
    """Handles stored updates: each chat's in order, several chats at once."""

    def __init__(self, ctx: Context, handle: Handle | None = None) -> None:
        self._ctx = ctx
        self.handle = handle
        """The door; until it is there nothing is handled."""
        self._chats: dict[str, asyncio.Task[None]] = {}

    @property
    def in_flight(self) -> int:
        return len(self._chats)

    async def step(self) -> bool:
        """Set off the handling of what waits; whether to come back at once."""
        if self.handle is None:
            return False
        busy = set(self._chats)  # before the look: what one of these finishes meanwhile is stale
        async with self._ctx.store.reading() as tx:
            waiting = await updates.due(tx, self._ctx.now(), _WINDOW)
        by_chat: dict[str, list[Any]] = {}
        for row in waiting:
            if row.chat not in busy:
                by_chat.setdefault(row.chat, []).append(row)
        for chat, rows in by_chat.items():
            if len(self._chats) >= _AT_ONCE:
                await asyncio.wait(self._chats.values(), return_when=asyncio.FIRST_COMPLETED)
            self._chats[chat] = asyncio.create_task(self._handle_chat(chat, rows))
        if self._chats:
            await asyncio.wait(self._chats.values(), return_when=asyncio.FIRST_COMPLETED)
            return True
        return False

    async def drain(self) -> None:
        while self._chats:
            await asyncio.wait(self._chats.values())

    async def _handle_chat(self, chat: str, rows: Sequence[Any]) -> None:
        try:
            for row in rows:
                await self._handle_one(row)
        finally:
            del self._chats[chat]

    async def _handle_one(self, row: Any) -> None:
        assert self.handle is not None
        try:
            await self.handle(row.raw)
        except Exception as error:
            log.exception("handling an update failed", extra={"update": row.update_id})
            await self._put_off(row, type(error).__name__)
        else:
            async with self._ctx.store.unit() as tx:
                await updates.handled(tx, row.update_id)

    async def _put_off(self, row: Any, fault: str) -> None:
        """Tried again a few times, then left with its fault; it holds up only its own chat."""
        now, last = self._ctx.now(), row.attempts >= len(_BACKOFF)
        due_at = None if last else now + timedelta(seconds=_BACKOFF[row.attempts])
        async with self._ctx.store.unit() as tx:
            await updates.put_off(tx, row.update_id, due_at, fault)
            if last:
                await alarms.set_off(
                    tx, "press_not_handled", f"An update could not be handled ({fault}).", now
                )
