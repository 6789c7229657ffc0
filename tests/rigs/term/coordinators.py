"""The coordinators of the authority: in the end they telephone, or close with a reason; they write
down who leaves, and end the records of what reached a wrong school."""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from bot.domain.containment import Outcome
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.people import Role
from bot.flow.close import close
from bot.flow.containments import end_records, open_records
from tests.rigs.term.authority import Authority
from tests.rigs.term.chance import at, chance
from tests.rigs.term.force import Force
from tests.rigs.term.manners import free_at
from tests.rigs.term.staff import REFERENCE, Staff
from tests.world import World


class Coordinators:
    def __init__(
        self, seed: int, world: World, authority: Authority, force: Force, staff: Staff
    ) -> None:
        self._seed, self._world, self._force, self._staff = seed, world, force, staff
        self._people = [p for p in authority.people if p.role is Role.COORDINATOR]
        self._chat = world.phone(self._people[0].id).sandbox
        self._queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = 0
        self._read = 0
        self._heard: Counter[str] = Counter()

    @property
    def next_at(self) -> datetime | None:
        return self._queue[0][0] if self._queue else None

    def look(self, now: datetime) -> None:
        """What the first coordinator was told, and whether it is time to do something about it."""
        accepted = self._world.sandbox.ledger.accepted
        for entry in accepted[self._read :]:
            if entry.chat_id != self._chat.id or entry.method.casefold() != "sendmessage":
                continue
            for reference in set(REFERENCE.findall(entry.text or "")):
                self._hear(reference, now)
        self._read = len(accepted)

    def _hear(self, reference: str, now: datetime) -> None:
        self._heard[reference] += 1
        notice = self._force.by_reference.get(reference)
        if notice is None:
            return
        dice = chance(self._seed, "coordinates", notice.number)
        if self._heard[reference] == dice.randint(2, 9):
            when = free_at(self._seed, self._people[0], now + timedelta(minutes=dice.uniform(1, 90)))

            async def acts() -> None:
                try:
                    await close(
                        self._world.ctx, reference, "spoken to by telephone", self._people[0].id
                    )
                except ConflictError:
                    self._heard[reference] = 0  # it was settled meanwhile

            self._put(when, acts)
            self._heard[reference] = 0

    def _put(self, when: datetime, what: Callable[[], Awaitable[None]]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, what))

    async def act(self, now: datetime) -> None:
        while self._queue and self._queue[0][0] <= now:
            await heapq.heappop(self._queue)[2]()

    def draw(self, day: date) -> None:
        """Records are ended in the afternoon."""
        self._put(at(day, 15 * 60), self._end_records)

    async def _end_records(self) -> None:
        for record in await open_records(self._world.ctx):
            notice = self._force.by_reference[record.reference]
            dice = chance(self._seed, "record", notice.number, record.child)
            outcome = dice.choice((Outcome.REPORTED, Outcome.NOT_REPORTABLE))
            try:
                await end_records(
                    self._world.ctx, record.reference, outcome, self._people[1].id
                )
            except (NotFoundError, ConflictError):
                continue
