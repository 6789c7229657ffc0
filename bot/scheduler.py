"""Ticks only. The state of a row is the queue; a wake-up makes the next stage prompt, the tick
makes it certain. APScheduler keeps the time, in memory: a persistent store would be a second truth
(docs/adr/0004-ticks-only.md).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.flow.context import Stage

Step = Callable[[], Awaitable[object]]
_LOOKS, _LOOK_SECONDS = 200, 0.01
log = logging.getLogger(__name__)


class StageLoop:
    """One stage of the journey: runs when it is woken, again while it says there is more."""

    def __init__(
        self, name: Stage, step: Callable[[], Awaitable[bool]], beat: Callable[[str], None]
    ) -> None:
        self.name = name
        self._step = step
        self._beat = beat
        self._woken = asyncio.Event()
        self._stopped = False
        self.busy = False
        self.failures = 0

    @property
    def resting(self) -> bool:
        return not self.busy and not self._woken.is_set()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """The step in hand is finished, no other begins."""
        self._stopped = True
        self._woken.set()

    async def run(self) -> None:
        """Until stopped. A step that fails is logged and tried again at the next tick."""
        self._beat(self.name)
        while True:
            await self._woken.wait()
            if self._stopped:
                return
            self.busy = True
            self._woken.clear()
            try:
                while await self._step() and not self._stopped:
                    self._beat(self.name)
                    await asyncio.sleep(0)
                self.failures = 0
            except Exception:
                self.failures += 1
                log.exception("a stage failed", extra={"stage": self.name.value})
            finally:
                self.busy = False
                self._beat(self.name)


class Stages:
    """All stage loops of this worker, to be woken by name."""

    def __init__(
        self,
        steps: Mapping[Stage, Callable[[], Awaitable[bool]]],
        beat: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`beat` hears of each loop by name whenever it comes round."""
        self.loops = {name: StageLoop(name, step, beat) for name, step in steps.items()}

    def wake(self, names: Iterable[str]) -> None:
        for name in names:
            if (loop := self.loops.get(Stage(name))) is not None:
                loop.wake()

    def wake_all(self) -> None:
        for loop in self.loops.values():
            loop.wake()

    def stop(self) -> None:
        for loop in self.loops.values():
            loop.stop()

    async def at_rest(self, names: Collection[str]) -> None:
        """Return when none of these stages is at work or about to be, or after a while at most."""
        for _ in range(_LOOKS):
            if all(self.loops[Stage(name)].resting for name in names):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    @property
    def in_hand(self) -> int:
        """How many stages are at work or about to be."""
        return sum(not loop.resting for loop in self.loops.values())


class Ticks:
    """APScheduler with the settings under which it loses nothing: memory store, UTC, no misfire
    grace, coalesced, one instance a job."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def every(self, seconds: float, name: str, tick: Step) -> None:
        async def ticking() -> None:
            with suppress(asyncio.CancelledError):  # by a stop, which is no failure of it
                await tick()

        self._scheduler.add_job(ticking, IntervalTrigger(seconds=seconds), id=name, name=name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """No tick begins from now on; one that runs is not waited for here."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
