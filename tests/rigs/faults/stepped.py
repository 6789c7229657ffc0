"""A world in which the service's clock can be wrong while the true one, by which Telegram and the
people go, is right."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import HandClock
from tests.world import World


class SteppedClock(HandClock):
    """The service's clock, beside the true one that Telegram and the world go by. As with a
    machine's own, a step changes what instant it is, never how long a wait takes."""

    def __init__(self, true: HandClock) -> None:
        super().__init__(true.now())
        self._true = true
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        return self._true.now() + self.wrong_by

    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:
        await self._true.sleep_until(at - self.wrong_by, idle=idle)

    def steady(self) -> float:
        return self._true.steady()

    def move_to(self, at: datetime) -> None:
        self._true.move_to(at)

    def busy_waits(self) -> list[datetime]:
        return self._true.busy_waits()


class SteppedWorld(World):
    """The service has a clock of its own."""

    service_clock: SteppedClock
    comes_to_rest: Callable[[], Awaitable[None]] | None = None
    """How it comes to rest while a fault stands under which it never would."""

    async def settle(self) -> None:
        await (self.comes_to_rest or super().settle)()

    async def start(self, **given: object) -> None:
        true = self.clock
        if not hasattr(self, "service_clock"):
            self.service_clock = SteppedClock(true)
        self.clock = self.service_clock
        try:
            await super().start(**given)
        finally:
            self.clock = true
