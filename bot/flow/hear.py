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

from bot.flow.context import CHANNEL, Context, Stage
from bot.store import alarms, updates

_WINDOW = 100
_AT_ONCE = 16
_BACKOFF = (1, 5, 30, 120)
_BEHIND = timedelta(seconds=5)
_KEEP = timedelta(days=7)
"""Telegram chooses update numbers afresh after a week without any: by then ours are gone."""
_REFUSED = f"{CHANNEL}polling"
_QUOTES = frozenset({"reply_to_message", "external_reply", "quote", "pinned_message"})
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
                    "raw": without_what_we_said(update),
                    "received_at": now,
                    "due_at": now,
                    "attempts": 0,
                }
                for update in raw
            ],
        )
        tx.wake(Stage.HEAR)


async def falls_behind(ctx: Context) -> bool:
    """Whether something waits that should have been handled by now, for the first time."""
    async with ctx.store.reading() as tx:
        return await updates.any_untried(tx, ctx.now() - _BEHIND)


async def polling_refused(ctx: Context) -> None:
    """Telegram hands out no updates to us: health is red until it does."""
    async with ctx.store.unit() as tx:
        await alarms.set_off(tx, _REFUSED, "Telegram hands out no updates.", ctx.now())


async def polling_served(ctx: Context) -> None:
    async with ctx.store.unit() as tx:
        await alarms.clear(tx, _REFUSED)


async def forget_old_updates(ctx: Context) -> None:
    async with ctx.store.unit() as tx:
        await updates.forget(tx, ctx.now() - _KEEP)


def chat_of(update: dict[str, Any]) -> str:
    """The chat an update belongs to; updates of one chat are handled in order."""
    for part in update.values():
        if isinstance(part, dict):
            message = part["message"] if isinstance(part.get("message"), dict) else part
            chat = message.get("chat") or part.get("from")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return str(chat["id"])
    return ""


def without_what_we_said(update: dict[str, Any]) -> dict[str, Any]:
    """The update without the words of our own messages, which Telegram sends back with a press or a
    reply: an opened view holds a child's data, and the inbox must not."""
    press = update.get("callback_query")
    if isinstance(press, dict) and isinstance(press.get("message"), dict):
        ours = press["message"]
        where = {name: ours[name] for name in ("message_id", "date", "chat") if name in ours}
        return {**update, "callback_query": {**press, "message": where}}
    return {
        name: {key: value for key, value in part.items() if key not in _QUOTES}
        if isinstance(part, dict)
        else part
        for name, part in update.items()
    }


class Hearer:
    """Handles stored updates: each chat's in order, several chats at once."""

    def __init__(
        self,
        ctx: Context,
        handle: Handle | None = None,
        *,
        hold: Callable[[], int | None] = lambda: 0,
    ) -> None:
        """`hold`: this worker's hold on hearing, None while it has none; another each time that
        others had it meanwhile."""
        self._ctx = ctx
        self._hold = hold
        self.handle = handle
        """The door; until it is there nothing is handled."""
        self._chats: dict[str, asyncio.Task[None]] = {}
        self.waiting = False
        """`step` waits for a chat's presses to be handled, and does nothing itself."""

    @property
    def in_flight(self) -> int:
        return len(self._chats)

    async def step(self) -> bool:
        """Set off the handling of what waits; whether to come back at once. A chat that takes long
        holds up no other: nothing here waits for it while there is room."""
        hold = self._hold()
        if self.handle is None or hold is None:
            return False
        if len(self._chats) >= _AT_ONCE:
            await self._one_chat_done()
        async with self._ctx.store.reading() as tx:
            waiting = await updates.due(tx, self._ctx.now(), _WINDOW, besides=list(self._chats))
        by_chat: dict[str, list[Any]] = {}
        for row in waiting:
            by_chat.setdefault(row.chat, []).append(row)
        for chat, rows in by_chat.items():
            if len(self._chats) >= _AT_ONCE:
                return True
            self._chats[chat] = asyncio.create_task(self._handle_chat(chat, rows, hold))
        return len(waiting) == _WINDOW

    async def _one_chat_done(self) -> None:
        self.waiting = True
        await asyncio.wait(self._chats.values(), return_when=asyncio.FIRST_COMPLETED)
        self.waiting = False

    async def drain(self) -> None:
        while self._chats:
            await asyncio.wait(self._chats.values())

    async def abandon(self) -> None:
        """Give up what is being handled where it stands: its rows are due still."""
        tasks = list(self._chats.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _handle_chat(self, chat: str, rows: Sequence[Any], hold: int) -> None:
        try:
            for row in rows:
                if self._hold() != hold:
                    return  # what was read then another may have handled since
                await self._handle_one(row)
        except Exception:
            # The database cannot serve. What is not written down is due still: the tick comes back,
            # and not before, lest the same press be answered over and over.
            log.exception("what became of an update could not be written down")
        else:
            self._ctx.store.on_wake([Stage.HEAR])  # there may be more from this chat
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
        """Tried again a few times, then left with its fault; it holds up no other, not even of its
        own chat."""
        now, last = self._ctx.now(), row.attempts >= len(_BACKOFF)
        due_at = None if last else now + timedelta(seconds=_BACKOFF[row.attempts])
        async with self._ctx.store.unit() as tx:
            await updates.put_off(tx, row.update_id, due_at, fault)
            if last:
                await alarms.set_off(
                    tx, "press_not_handled", f"An update could not be handled ({fault}).", now
                )
