"""What can be made to go wrong, on request.

    sandbox.faults.flood(7)                              # the next call earns a 429
    sandbox.faults.answer(502, "<h1>Bad Gateway</h1>", method="sendMessage", times=3)
    sandbox.faults.reset(accepted=True, chat_id=42)      # sent, but the client never learns it
    with sandbox.faults.down():                          # every connection is closed
        ...

A fault strikes the calls that match its `method` and `chat_id` (absent: any), `times` times, or
until it is lifted when `times` is None. The oldest matching fault strikes, one a call. With
`accepted=True` the call takes effect first and the fault spoils only what the client hears of it.
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, TypedDict, Unpack

from bot.sandbox.played import PLAYED
from bot.sandbox.refusals import ApiError, too_many_requests


class Kind(StrEnum):
    ANSWER = "answer"
    DELAY = "delay"
    RESET = "reset"
    HOLD = "hold"
    DOWN = "down"
    DUPLICATE = "duplicate_updates"
    REORDER = "reorder_updates"
    WITHHOLD = "withhold_updates"


_METHODS = frozenset({None, *(method.lower() for method in PLAYED)})
_OF_CALLS = frozenset({Kind.ANSWER, Kind.DELAY, Kind.RESET, Kind.HOLD})


class Which(TypedDict, total=False):
    """Which calls are struck, and when."""

    method: str | None
    chat_id: int | None
    times: int | None
    accepted: bool


@dataclass(slots=True, eq=False)
class Fault(AbstractContextManager["Fault"]):
    """One thing that goes wrong; `hits` counts how often it has. A `with` lifts it at the end."""

    id: int
    kind: Kind
    lifting: Callable[["Fault"], None]
    method: str | None = None
    chat_id: int | None = None
    left: int | None = 1
    accepted: bool = False
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    seconds: float = 0
    real: bool = False
    hits: int = 0
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    def lift(self) -> None:
        """It is over: nothing more is struck, and what it held goes on."""
        self.lifting(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lift()


class Faults:
    """The faults that stand, oldest first."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []
        self.on_down: Callable[[], None] = lambda: None
        self.on_lifted: Callable[[], None] = lambda: None
        self._unlifted: dict[int, Fault] = {}
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()

    # Of calls -----------------------------------------------------------------------------------

    def answer(
        self,
        status: int,
        body: str | bytes | dict[str, Any] = b"",
        content_type: str | None = None,
        **which: Unpack[Which],
    ) -> Fault:
        """Any status with any body: a dict goes as JSON, text as HTML unless told otherwise."""
        kind = "application/json" if isinstance(body, dict) else "text/html"
        if isinstance(body, dict):
            body = json.dumps(body)
        raw = body.encode() if isinstance(body, str) else body
        return self._add(
            Kind.ANSWER, status=status, body=raw, content_type=content_type or kind, **which
        )

    def error(self, code: int, description: str, **which: Unpack[Which]) -> Fault:
        """A refusal in Telegram's own form; `description` starts with "Bad Request: " and such."""
        return self.answer(code, ApiError(code, description).body(), **which)

    def flood(self, retry_after: int = 1, **which: Unpack[Which]) -> Fault:
        """429 with this many seconds to wait; Telegram has been seen to say 0."""
        return self.answer(429, too_many_requests(retry_after).body(), **which)

    def delay(self, seconds: float, *, real: bool = False, **which: Unpack[Which]) -> Fault:
        """Slow, by the sandbox's clock or by the real one. The call takes effect after the wait,
        or before it with `accepted=True`, whether the client is still there or not."""
        return self._add(Kind.DELAY, seconds=seconds, real=real, **which)

    def reset(self, **which: Unpack[Which]) -> Fault:
        """The connection is reset before anything is accepted, or after with `accepted=True`."""
        return self._add(Kind.RESET, **which)

    def hold(self, **which: Unpack[Which]) -> Fault:
        """The call stays open for ever, or until the fault is lifted."""
        return self._add(Kind.HOLD, **which)

    def down(self, times: int | None = None) -> Fault:
        """Every request is refused by closing its connection; parked polls are cut as well, and
        no webhook is called."""
        fault = self._add(Kind.DOWN, times=times)
        self.on_down()
        return fault

    # Of updates ---------------------------------------------------------------------------------

    def duplicate_updates(self, times: int | None = 1) -> Fault:
        """The next updates come once more, under the same id, after they were confirmed."""
        return self._add(Kind.DUPLICATE, times=times)

    def reorder_updates(self, times: int | None = 1) -> Fault:
        """The next batches of two or more updates are handed out newest first."""
        return self._add(Kind.REORDER, times=times)

    def withhold_updates(self) -> Fault:
        """What happens meanwhile is told only once this is lifted, hours or days late, with the
        dates of when it happened. Withheld updates do not expire and do not count as waiting."""
        return self._add(Kind.WITHHOLD, times=None)

    # What the sandbox asks ----------------------------------------------------------------------

    def strike(self, method: str, chat_id: object) -> Fault | None:
        """The fault that strikes this call, counted."""
        for fault in self.standing:
            if (
                fault.kind in _OF_CALLS
                and fault.method in (None, method.lower())
                and fault.chat_id in (None, chat_id)
            ):
                return self._hit(fault)
        return None

    def claim(self, kind: Kind) -> Fault | None:
        """The oldest standing fault of this kind, counted."""
        return next((self._hit(fault) for fault in self.standing if fault.kind is kind), None)

    def stands(self, kind: Kind) -> bool:
        return any(fault.kind is kind for fault in self.standing)

    async def until_up(self) -> None:
        """Return when the sandbox is not down."""
        while self.stands(Kind.DOWN):
            self._changed.clear()
            await self._changed.wait()

    def lift(self, fault_id: int) -> None:
        """Lift one by its number, for those who hold no object. One that has struck as often as it
        should may still hold a call."""
        fault = self._unlifted.get(fault_id)
        if fault is None:
            raise LookupError(f"there is no fault {fault_id} to lift")
        fault.lift()

    def clear(self) -> None:
        """Lift them all."""
        for fault in tuple(self._unlifted.values()):
            fault.lift()

    def _add(
        self,
        kind: Kind,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = 1,
        **what: Any,
    ) -> Fault:
        method = method and method.lower()
        if method not in _METHODS:
            raise ValueError(f"the sandbox plays no method {method}: this would never strike")
        fault = Fault(next(self._ids), kind, self._lift, method, chat_id, times, **what)
        self.standing.append(fault)
        self._unlifted[fault.id] = fault
        return fault

    def _hit(self, fault: Fault) -> Fault:
        fault.hits += 1
        if fault.left is not None:
            fault.left -= 1
            if fault.left == 0:
                self.standing.remove(fault)
                self._changed.set()
        return fault

    def _lift(self, fault: Fault) -> None:
        self._unlifted.pop(fault.id, None)
        if fault in self.standing:
            self.standing.remove(fault)
        fault.lifted.set()
        self._changed.set()
        self.on_lifted()
