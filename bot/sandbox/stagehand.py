"""Moves the clock by hand and waits until everything has come to rest: behind the demo, where a
morning passes in a minute, and behind every test, where it passes in none.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import HandClock

_QUIET_LOOKS = 4
_LOOK_SECONDS = 0.001
_REACH = timedelta(seconds=5)
"""Waits that hold up work are never longer: slots of the outbox, a fault's delay."""
_PACE = timedelta(seconds=1)
"""A chat gets one message a second: one that waits for that is as good as on its way."""


class Service(Protocol):
    """What the stagehand needs of the service it moves the clock for."""

    @property
    def in_hand(self) -> int: ...
    async def tick(self) -> None: ...
    async def due_next(self) -> dict[str, datetime]: ...


class Scenery(Protocol):
    """What it needs of the sandbox."""

    @property
    def resting(self) -> bool: ...
    @property
    def working(self) -> int: ...


class RestlessError(Exception):
    """The service did not come to rest; what was still going on is named."""


class Stagehand:
    def __init__(
        self, clock: HandClock, service: Service | None, scenery: Scenery, patience: int = 30_000
    ) -> None:
        """`patience`: how many looks, a millisecond or more apart, before it gives up."""
        self._clock = clock
        self.service = service
        """None while the service is down."""
        self._scenery = scenery
        self._patience = patience

    async def settle(self) -> None:
        """Return when nothing is in hand any more. Time moves only as far as work in hand waits
        for it: the outbox's pace, mostly."""
        await self._come_to_rest()
        while (at := await self._paced()) is not None:
            self._clock.move_to(at)
            await self._tick()

    async def _paced(self) -> datetime | None:
        """When the next message goes that only the pace holds up."""
        if self.service is None:
            return None
        at, now = (await self.service.due_next()).get("message"), self._clock.now()
        return at if at is not None and now < at <= now + _PACE else None

    async def _come_to_rest(self) -> None:
        quiet, waits = 0, list[datetime]()
        for _ in range(self._patience):
            await asyncio.sleep(_LOOK_SECONDS)
            in_hand = 0 if self.service is None else self.service.in_hand
            if not in_hand and self._scenery.resting:
                quiet += 1
                if quiet == _QUIET_LOOKS:
                    return
                continue
            quiet = 0
            waits = self._clock.busy_waits()
            # Time moves only when all that is in hand waits for it.
            only_waiting = bool(waits) and in_hand <= len(waits) and not self._scenery.working
            if only_waiting and waits[0] <= self._clock.now() + _REACH:
                self._clock.move_to(max(waits[0], self._clock.now()))
        raise RestlessError(f"the service did not come to rest; it waits for {waits[:3]}")

    async def advance(self, span: timedelta) -> None:
        await self.advance_to(self._clock.now() + span)

    async def advance_to(self, target: datetime) -> None:
        """Let time pass: from one due instant to the next, each with its ticks and its rest."""
        await self.settle()
        while self._clock.now() < target:
            self._clock.move_to(min(target, await self.next_event() or target))
            await self.tick()

    async def tick(self) -> None:
        """Every tick of the service, and what follows from it."""
        await self._tick()
        await self.settle()

    async def _tick(self) -> None:
        if self.service is not None:
            await self.service.tick()
        await self._come_to_rest()

    async def next_event(self) -> datetime | None:
        """The next instant at which something is due."""
        if self.service is None:
            return None
        now = self._clock.now()
        due = (await self.service.due_next()).values()
        # What is due already and still waits is held by something else: look again in a second.
        return min((at if at > now else now + timedelta(seconds=1) for at in due), default=None)
