"""Who moves the demo's clock: at its natural speed, in time lapse, or from one event to the next.

One lock holds whatever moves it, or starts and stops the service; it is given back between any two
events, so that nobody who wants to stop the time waits for the end of a leap.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from enum import IntEnum

from bot.clock import MachineClock
from bot.demo.stage import Stage
from bot.sandbox.stagehand import RestlessError, Stagehand

_FINE_SECONDS = 0.02
"""At natural speed time moves this often: less than the pace between two messages."""
_BEAT_SECONDS = 0.25
_SHORT_BEAT_SECONDS = 0.05
_LONGEST_BEAT = timedelta(seconds=0.25)
"""In time lapse no beat counts for more, however long the machine took for the one before."""
_LOOKS = 300
"""How long a beat waits for the service to come to rest. In trouble it may never, and time must
pass all the same."""
_AT_WORK = {"notification", "message", "claim", "update"}
_OF_CARDS = {"view", "offer"}
_PASSED_OVER = frozenset(_AT_WORK | _OF_CARDS | {"absence", "closure", "readiness"})
"""What happens on the way: the service at work, a view that hides itself, an Undo that goes, and
the checks of cover, which say nothing when all is well."""
_AFTERMATH = timedelta(seconds=2)


class Speed(IntEnum):
    STILL = 0
    NATURAL = 1
    LAPSE = 60


class Conductor:
    def __init__(self, stage: Stage) -> None:
        self.speed = Speed.NATURAL
        self._stage = stage
        self._machine = MachineClock()
        self._lock = asyncio.Lock()
        stage.hand = Stagehand(stage.clock, stage.app, stage.sandbox, patience=_LOOKS)

    @property
    def up(self) -> bool:
        """Whether the service runs."""
        return self._stage.hand.service is not None

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            match self.speed:
                case Speed.NATURAL:
                    await self._naturally()
                case Speed.LAPSE:
                    began = self._machine.now()
                    await asyncio.sleep(_SHORT_BEAT_SECONDS)
                    passed = min(self._machine.now() - began, _LONGEST_BEAT)
                    await self._leap(self._stage.clock.now() + passed * int(Speed.LAPSE))
                case Speed.STILL:
                    await asyncio.sleep(_SHORT_BEAT_SECONDS)
                    async with self._lock:
                        await self._settle()

    async def step(self) -> datetime:
        """Time leaps to the next thing that the clock brings about; when that is. What was sent a
        moment ago is raised first: its ladder may be the next."""
        self.speed = Speed.STILL
        async with self._lock:
            await self._tick()
            await self._settle()
            target = await self._next_noticed()
        await self._leap(target)
        await self._leap(target + _AFTERMATH)
        return target

    async def kill(self) -> None:
        async with self._lock:
            if self.up:
                await self._stage.kill()

    async def start(self) -> None:
        async with self._lock:
            if not self.up:
                with suppress(RestlessError):
                    await self._stage.start_anew()
                await self._tick()

    async def _naturally(self) -> None:
        """One beat at natural speed; nothing waits for the service, since nothing runs ahead."""
        clock, began = self._stage.clock, self._machine.now()
        at = clock.now()
        async with self._lock:
            await self._tick()
        while (passed := self._machine.now() - began) < timedelta(seconds=_BEAT_SECONDS):
            if self._lock.locked():  # somebody else moves it meanwhile
                return
            clock.move_to(max(clock.now(), at + passed))
            await asyncio.sleep(_FINE_SECONDS)

    async def _leap(self, target: datetime) -> None:
        """From event to event, until the target is reached or somebody chose another speed."""
        clock, speed = self._stage.clock, self.speed
        while clock.now() < target and self.speed is speed:
            async with self._lock:
                event = await self._stage.hand.next_event() if self.up else None
                clock.move_to(max(clock.now(), min(target, event or target)))
                await self._tick()
                await self._settle()

    async def _tick(self) -> None:
        if self._stage.hand.service is not None:
            await self._stage.hand.service.tick()

    async def _settle(self) -> None:
        with suppress(RestlessError):
            await self._stage.hand.settle()

    async def _next_noticed(self) -> datetime:
        """The next step of a ladder, or whatever else has its time of day."""
        now = self._stage.clock.now()
        due = await self._stage.app.due_next() if self.up else {}
        soon = [at for name, at in due.items() if name not in _PASSED_OVER and at > now]
        return min(soon, default=now + timedelta(minutes=10))
