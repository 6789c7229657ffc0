"""The updates that wait for the bot (Bot API: getting updates).

An update waits until it is confirmed by a later offset or taken by the webhook. Telegram keeps it
no longer than 24 hours, and a press on a button for 150 seconds only (telegram-bot-api, Client.cpp:
`add_update(UpdateType::CallbackQuery, …, 150, …)`): a bot that is away for longer never hears it.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from bot.clock import Clock
from bot.sandbox.faults import Faults, Kind

LIFETIME = timedelta(hours=24)
PRESS_LIFETIME = timedelta(seconds=150)

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""What a bot hears of only when it asks by name (Bot API: getUpdates, allowed_updates)."""

FIRST_UPDATE_ID = 700_000_001
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Waiting:
    """One update in the queue."""

    update_id: int
    update: dict[str, Any]
    expires_at: datetime
    again: bool = False
    """It comes once more after it was confirmed: a fault."""
    handed_out: bool = False


class UpdateQueue:
    """First in, first out; numbers are given in sequence and never twice."""

    def __init__(self, clock: Clock, faults: Faults, press_lifetime: timedelta) -> None:
        self.arrived = asyncio.Event()
        self.allowed: tuple[str, ...] = ()
        """As last set by getUpdates or setWebhook; empty means all but a few."""
        self._clock = clock
        self._faults = faults
        self._press_lifetime = press_lifetime
        self._queue: deque[Waiting] = deque()
        self._withheld: list[tuple[str, dict[str, Any]]] = []
        self._next_id = FIRST_UPDATE_ID
        self._soonest_expiry = NEVER

    def put(self, kind: str, payload: dict[str, Any]) -> None:
        """Something happened; whether the bot hears of it depends on what it allowed."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return
        if self._faults.stands(Kind.WITHHOLD):
            self._withheld.append((kind, payload))
            return
        lifetime = self._press_lifetime if kind == "callback_query" else LIFETIME
        waiting = Waiting(
            self._next_id,
            {"update_id": self._next_id, kind: payload},
            self._clock.now() + lifetime,
            again=self._faults.claim(Kind.DUPLICATE) is not None,
        )
        self._queue.append(waiting)
        self._next_id += 1
        self._soonest_expiry = min(self._soonest_expiry, waiting.expires_at)
        self.arrived.set()

    def release(self) -> None:
        """Tell now what was withheld, unless it still is."""
        if not self._faults.stands(Kind.WITHHOLD):
            held, self._withheld = self._withheld, []
            for kind, payload in held:
                self.put(kind, payload)

    def allow(self, kinds: Collection[str]) -> None:
        """From now on; updates that wait already are not touched."""
        self.allowed = tuple(dict.fromkeys(kinds))

    def batch(self, limit: int) -> list[Waiting]:
        """The oldest that wait, handed out but not confirmed."""
        self._drop_expired()
        batch = list(islice(self._queue, limit))
        if len(batch) > 1 and self._faults.claim(Kind.REORDER):
            batch.reverse()
        for waiting in batch:
            waiting.handed_out = True
        return batch

    def confirm(self, offset: int) -> None:
        """Forget what has a lower number (Bot API: getUpdates, offset). A negative offset counts
        from the end: all but so many are forgotten."""
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
            return
        for waiting in tuple(takewhile(lambda w: w.update_id < offset, self._queue)):
            self.settle(waiting)

    def settle(self, waiting: Waiting) -> None:
        """This one is confirmed. A duplicated one waits a second time."""
        if waiting.again and waiting.handed_out:
            waiting.again = waiting.handed_out = False
            self.arrived.set()
        elif not waiting.again and waiting in self._queue:
            self._queue.remove(waiting)

    def clear(self) -> None:
        self._queue.clear()

    def __len__(self) -> int:
        self._drop_expired()
        return len(self._queue)

    def _drop_expired(self) -> None:
        now = self._clock.now()
        if now >= self._soonest_expiry:
            self._queue = deque(waiting for waiting in self._queue if waiting.expires_at > now)
            self._soonest_expiry = min((w.expires_at for w in self._queue), default=NEVER)
