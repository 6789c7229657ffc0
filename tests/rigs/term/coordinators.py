"""The coordinators of the authority: in the end they telephone, or close with a reason; they write
down who leaves, and end the records of what reached a wrong school."""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.domain.containment import Outcome
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.people import Person, Role
from bot.flow.close import close
from bot.flow.containments import end_records, open_records
from bot.flow.enrol import invite
from tests.rigs.term.authority import Authority
from tests.rigs.term.chance import at, chance
from tests.rigs.term.force import Force
from tests.rigs.term.manners import free_at
from tests.rigs.term.staff import REFERENCE, Staff
from tests.world import World

_COME_AND_GO = (Role.DSP, Role.DEPUTY_DSP, Role.SCHOOL_NURSE)


class Coordinators:
    def __init__(
        self, seed: int, world: World, authority: Authority, force: Force, staff: Staff
    ) -> None:
        self._seed, self._world, self._force, self._staff = seed, world, force, staff
        self._people = [p for p in authority.people if p.role is Role.COORDINATOR]
        self._chats = {world.phone(person.id).sandbox.id for person in self._people}
        self._queue: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = 0
        self._read = 0
        self._heard: Counter[str] = Counter()

    @property
    def next_at(self) -> datetime | None:
        return self._queue[0][0] if self._queue else None

    def look(self, now: datetime) -> None:
        """What the coordinators were told, and whether it is time to do something about it."""
        accepted = self._world.sandbox.ledger.accepted
        for entry in accepted[self._read :]:
            if entry.chat_id not in self._chats or entry.method.casefold() != "sendmessage":
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
        if self._heard[reference] == dice.randint(4, 24):  # of all three of them
            when = free_at(
                self._seed, self._people[0], now + timedelta(minutes=dice.uniform(1, 90))
            )

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
        """Records are ended in the afternoon; some leave, and somebody comes in their place; some
        lose their telephone and have another the next morning."""
        self._put(at(day, 15 * 60), self._end_records)
        for person in list(self._staff.people.values()):
            if person.role not in _COME_AND_GO or person.id in self._staff.gone:
                continue
            dice = chance(self._seed, "leaves", person.id, day)
            how, when = dice.random(), at(day, dice.uniform(500, 900))
            if how < 0.002:
                self._staff.says(when, self._people[0].id, f"/leave {person.id}")
                self._put(when + timedelta(hours=20), partial(self._comes, person))
            elif how < 0.004:
                self._staff.says(when, person.id, "/lost")
                self._put(when + timedelta(hours=20), partial(self._enrols, person, str(day)))

    async def _comes(self, leaver: Person) -> None:
        """Somebody else has the leaver's place from now on."""
        self._staff.gone.add(leaver.id)
        person = replace(leaver, id=f"{leaver.id}-next", name=f"{leaver.name} next")
        await self._world.takes_the_place(person, leaver.id)
        await self._enrols(person, "")

    async def _enrols(self, person: Person, telephone: str) -> None:
        """With a code, from this telephone."""
        if person.id in self._staff.gone:
            return
        phone = self._staff.has_a_telephone(person, f"{person.id}{telephone}")
        phone.start(await invite(self._world.ctx, person.id))

    async def _end_records(self) -> None:
        for record in await open_records(self._world.ctx):
            notice = self._force.by_reference[record.reference]
            dice = chance(self._seed, "record", notice.number, record.child)
            outcome = dice.choice((Outcome.REPORTED, Outcome.NOT_REPORTABLE))
            try:
                await end_records(self._world.ctx, record.reference, outcome, self._people[1].id)
            except (NotFoundError, ConflictError):
                continue
