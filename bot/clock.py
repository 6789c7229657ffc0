"""The time in force: handed in everywhere, read from the machine in one place only.

Whatever waits, waits on the clock it was given, so that a test, a drill or the demo can move time
by hand while the real service runs unchanged.
"""

import asyncio
import heapq
import itertools
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class Clock(ABC):
    """Tells the instant and waits for one. Instants are aware and in UTC."""

    @abstractmethod
    def now(self) -> datetime: ...

    @abstractmethod
    def steady(self) -> float:
        """Seconds that only go on, whatever the time is set to: for how long something takes."""

    @abstractmethod
    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:
        """Return once it is `at`. `idle` marks a wait that holds up no work (a long poll)."""

    async def sleep(self, seconds: float, *, idle: bool = False) -> None:
        await self.sleep_until(self.now() + timedelta(seconds=seconds), idle=idle)


class MachineClock(Clock):
    """The machine's own clock. A stepped wall clock changes due times, never a wait's length."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:  # noqa: ARG002
        await asyncio.sleep(max(0.0, (at - self.now()).total_seconds()))


class HandClock(Clock):
    """A clock that stands still until it is moved; waits end when their instant is reached."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._steady = 0.0
        self._order = itertools.count()
        self._waits: list[tuple[datetime, int, bool, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._steady

    def wear_on(self, seconds: float) -> None:
        """Time that is lived through: a leap to another instant is none."""
        self._steady += seconds

    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:
        if at <= self._now:
            await asyncio.sleep(0)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waits, (at, next(self._order), idle, done))
        await done

    def move_to(self, at: datetime) -> None:
        """Set the time; backwards too, as a stepped clock does, which wakes nobody."""
        self._now = at.astimezone(UTC)
        while self._waits and (self._waits[0][0] <= self._now or self._waits[0][3].done()):
            future = heapq.heappop(self._waits)[3]
            with suppress(asyncio.InvalidStateError):
                future.set_result(None)

    def busy_waits(self) -> list[datetime]:
        """When the waits end that hold up work, soonest first."""
        return sorted(at for at, _, idle, done in self._waits if not idle and not done.done())
