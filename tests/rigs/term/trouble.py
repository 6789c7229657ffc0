"""What goes wrong with Telegram and with the machine, drawn from the seed."""

import heapq
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from bot.sandbox.faults import Fault, Faults, Kind
from tests.rigs.term.chance import at, chance
from tests.world import World

_STRIKES: tuple[Callable[[Faults, int], Fault], ...] = (
    lambda f, n: f.flood(n, times=n, method="sendMessage"),
    lambda f, n: f.flood(1, times=n, method="editMessageText"),
    lambda f, n: f.answer(502, "<h1>Bad Gateway</h1>", times=n, method="sendMessage"),
    lambda f, n: f.error(500, "Internal Server Error", times=n, method="editMessageText"),
    lambda f, n: f.answer(200, "", times=n, method="answerCallbackQuery"),
    lambda f, n: f.reset(times=n, method="sendMessage"),
    lambda f, n: f.reset(times=n, method="sendMessage", accepted=True),
    lambda f, n: f.reset(times=n, method="editMessageText", accepted=True),
    lambda f, n: f.delay(2.5, times=n, method="sendMessage"),
    lambda f, n: f.duplicate_updates(times=n),
    lambda f, n: f.reorder_updates(times=n),
)


class Trouble:
    """Faults come and go at their times; each that struck is counted."""

    def __init__(self, seed: int, world: World) -> None:
        self._seed, self._world = seed, world
        self._queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = 0
        self._faults: list[Fault] = []
        self.restarts = 0
        self.is_in_the_way = False
        self._lasting = 0

    @property
    def next_at(self) -> datetime | None:
        return self._queue[0][0] if self._queue else None

    @property
    def injected(self) -> int:
        """How often something went wrong that was made to."""
        return sum(fault.hits for fault in self._faults) + self.restarts + self._lasting

    def draw(self, day: date) -> None:
        dice = chance(self._seed, "trouble", day)
        for _ in range(dice.randint(2, 7)):
            strike, times = dice.choice(_STRIKES), dice.randint(1, 4)
            self._put(at(day, dice.uniform(400, 1080)), self._striking(strike, times))
        if dice.random() < 0.2:
            self._lasts(at(day, dice.uniform(400, 1000)), dice.uniform(2, 12), self._outage)
        if dice.random() < 0.12:
            self._lasts(at(day, dice.uniform(420, 960)), dice.uniform(5, 60), self._withheld)
        if dice.random() < 0.03:
            self._lasts(at(day, 1020), 14 * 60, self._withheld)
        if dice.random() < 0.1:
            self._put(at(day, dice.uniform(380, 1000)), self._restarting(dice.random()))

    async def act(self, now: datetime) -> None:
        """What begins and what ends by now. In such a moment, and while Telegram is down, nobody
        can press."""
        self.is_in_the_way = False
        while self._queue and self._queue[0][0] <= now:
            self.is_in_the_way = True
            await heapq.heappop(self._queue)[2]()
        self.is_in_the_way |= self._world.sandbox.faults.stands(Kind.DOWN)

    def _put(self, when: datetime, what: Callable[[], Awaitable[None]]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, what))

    def _striking(
        self, strike: Callable[[Faults, int], Fault], times: int
    ) -> Callable[[], Awaitable[None]]:
        async def begin() -> None:
            self._faults.append(strike(self._world.sandbox.faults, times))

        return begin

    def _lasts(self, when: datetime, minutes: float, fault: Callable[[], Fault]) -> None:
        async def begin() -> None:
            standing = fault()
            self._lasting += 1

            async def end() -> None:
                with suppress(LookupError):
                    standing.lift()

            self._put(when + timedelta(minutes=minutes), end)

        self._put(when, begin)

    def _outage(self) -> Fault:
        return self._world.sandbox.faults.down()

    def _withheld(self) -> Fault:
        return self._world.sandbox.faults.withhold_updates()

    def _restarting(self, how: float) -> Callable[[], Awaitable[None]]:
        async def restart() -> None:
            self.restarts += 1
            await (self._world.stop() if how < 0.5 else self._world.is_killed())
            await self._world.start()

        return restart
