"""How fast one may send (Bot API FAQ: "My bot is hitting limits").

About 30 messages in any second over all, and one in any second to a chat. Telegram lets short
bursts to a chat through; the sandbox does not, so that nobody learns to lean on it.
"""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.refusals import too_many_requests

WINDOW = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages in any second: over all, and to one chat. `None` lifts a limit."""

    overall: int | None = 30
    per_chat: int | None = 1


TELEGRAMS = Limits()
UNLIMITED = Limits(overall=None, per_chat=None)


class FloodGate:
    """Sends and edits count once they are accepted; refused ones do not lengthen the wait.

    Each window keeps its last `limit` instants: it is full as long as the oldest of them is less
    than a second ago. Exactly one second later is allowed.
    """

    def __init__(self, limits: Limits) -> None:
        self._overall = _window(limits.overall)
        self._per_chat = limits.per_chat
        self._chats: dict[int, deque[datetime]] = {}

    def admit(self, chat_id: int, now: datetime) -> None:
        """Refuse with 429 and whole seconds to wait, at least one, if a window is full."""
        wait = max(_wait(self._overall, now), _wait(self._chats.get(chat_id), now))
        if wait > timedelta(0):
            raise too_many_requests(max(1, math.ceil(wait.total_seconds())))

    def count(self, chat_id: int, now: datetime) -> None:
        if self._overall is not None:
            self._overall.append(now)
        if self._per_chat is not None:
            window = self._chats.get(chat_id)
            if window is None:
                window = self._chats[chat_id] = deque(maxlen=self._per_chat)
            window.append(now)


def _window(limit: int | None) -> deque[datetime] | None:
    return None if limit is None else deque(maxlen=limit)


def _wait(window: deque[datetime] | None, now: datetime) -> timedelta:
    if window and window[-1] > now:  # the clock was stepped back: those seconds never were
        window.clear()
    if not window or len(window) != window.maxlen:
        return timedelta(0)
    return window[0] + WINDOW - now
