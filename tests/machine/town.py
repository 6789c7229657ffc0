"""The town in which the machine plays: two schools, every role, two workers, and notices of which
every field is marked. One event loop runs it, a step at a time."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.store.directory import bind_contact
from tests.canary.marks import Kid, Marked
from tests.canary.need_to_know import Somebody
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.pair import Pair
from tests.world import Phone, World

T = TypeVar("T")
BRYN, ROATH = SCHOOLS = ("9992001", "9992002")
_BOTH = frozenset(SCHOOLS)
_NURSES = (Role.SCHOOL_NURSE, Role.NURSE_LEAD)
STAFF = (
    Somebody("Mair", Role.DSP, frozenset({BRYN}), years=frozenset({3, 5})),
    Somebody("Sioned", Role.DSP, frozenset({BRYN}), years=frozenset({12}), language="cy"),
    Somebody("Owen", Role.DEPUTY_DSP, frozenset({BRYN})),
    Somebody("Gwen", Role.DSP, frozenset({BRYN})),
    Somebody("Rhys", Role.DSP, frozenset({ROATH}), language="cy"),
    Somebody("Nia", Role.SCHOOL_NURSE, frozenset({BRYN})),
    Somebody("Ned", Role.SCHOOL_NURSE, frozenset({ROATH})),
    Somebody("Lowri", Role.NURSE_LEAD, _BOTH, language="cy"),
    Somebody("Safeguarding", Role.EDUCATION_SAFEGUARDING),
    Somebody("Desk", Role.MASH_DESK),
    Somebody("Coordinator", Role.COORDINATOR),
)
LEAVER = "Gwen"
"""She leaves when the machine says so; whatever cards she had, she may still press them."""
STRANGER = "Stranger"
EVERYBODY = (*(somebody.name for somebody in STAFF), STRANGER)
EXCLUDABLE = ("owen", "mair", "nia", "lowri", "rhys", "coordinator", "safeguarding", "desk")
YEARS = (3, 5, 12)
_APART = 10
"""Between the numbers of two notices: their days of no version run into each other."""


@dataclass
class Notice:
    """What the police have said of one incident, as it stands with them."""

    marked: Marked
    urgent: bool
    reference: str = ""
    updates: int = 0
    withdrawn: bool = False
    gone: int = 0
    """The highest number of a child that was left out since."""

    def body(self) -> dict[str, Any]:
        return self.marked.body() | {"urgent": self.urgent}

    @property
    def next_kid(self) -> int:
        return max(self.gone, *(kid.number for kid in self.marked.kids)) + 1


class _Listening(logging.Handler):
    """What the service itself calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info:
            said += f" ({record.exc_info[1]!r})"
        self.errors.append(f"{said} {getattr(record, 'promise', '')}".strip())


@dataclass
class Town:
    template: Path | Postgres
    folder: Path
    notices: dict[int, Notice] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    killed: bool = False

    def __post_init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.heard = _Listening()
        self.staff = {somebody.name: somebody for somebody in STAFF}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    # --- up and down ---------------------------------------------------------------------------

    async def begin(self) -> None:
        logging.getLogger("bot").addHandler(self.heard)
        database = await self._stack.enter_async_context(fresh_database(self.template, self.folder))
        self.world = await self._stack.enter_async_context(World(database, self.folder))
        await self._people_arrive()
        self.world.phone(STRANGER).sandbox.chat.started = True
        self.pair = Pair(self.world)
        await self.pair.start_second()

    async def _people_arrive(self) -> None:
        """Everybody at once, as one import, long enrolled."""
        world = self.world
        for code, name in zip(SCHOOLS, ("Ysgol Bryn", "Roath Primary School"), strict=True):
            world._schools[code] = School(
                code=code,
                name=name,
                opens_at=time(8, 50),
                closes_at=time(15, 20),
                calendar="porth-awel",
                nurse_team=f"Team {code}",
            )
        for one in STAFF:
            nurse = one.role in _NURSES
            scope = Scope(
                everywhere=not one.schools,
                schools=frozenset() if nurse else one.schools,
                teams=frozenset(f"Team {code}" for code in one.schools) if nurse else frozenset(),
                years=one.years,
            )
            world._people[one.id] = Person(one.id, one.name, one.role, scope, language=one.language)
        await world._import()
        async with world.ctx.store.unit() as tx:
            for one in STAFF:
                chat = world.phone(one.name).sandbox.chat
                chat.started = True
                await bind_contact(tx, one.id, Channel.TELEGRAM, str(chat.id), world.clock.now())
        await world.settle()

    def end(self) -> None:
        logging.getLogger("bot").removeHandler(self.heard)
        try:
            self.run(self._end())
        finally:
            self._runner.close()

    async def _end(self) -> None:
        if hasattr(self, "pair"):
            await self.pair.stop()
        await self._stack.aclose()

    # --- who and what --------------------------------------------------------------------------

    def phone(self, name: str) -> Phone:
        return self.world.phone(name)

    def name_of(self, chat: int) -> str:
        return next(name for name in EVERYBODY if self.phone(name).sandbox.id == chat)

    def chosen(self, number: int) -> Notice | None:
        """One of the notices, by any number."""
        found = list(self.notices.values())
        return found[number % len(found)] if found else None

    def by_reference(self, reference: str) -> Notice | None:
        return next((n for n in self.notices.values() if n.reference == reference), None)

    # --- the police ----------------------------------------------------------------------------

    async def send_new(
        self, kids: list[tuple[str, int, bool]], excluded: str | None, urgent: bool
    ) -> None:
        number = (len(self.notices) + 1) * _APART
        known = excluded is not None and excluded in EXCLUDABLE
        marked = Marked(
            number,
            tuple(Kid(n, *kid) for n, kid in enumerate(kids, 1)),
            excluded=(str(excluded),) if known else (),
            unknown_exclusion=excluded is not None and not known,
        )
        notice = Notice(marked, urgent)
        self.notices[number] = notice
        notice.reference = await self.world.police.send(notice.body())

    async def send_again(self, notice: Notice, **changes: Any) -> None:
        """A new version, with these changes of what is marked."""
        notice.marked = notice.marked.revised(**changes)
        notice.withdrawn = False
        assert await self.world.police.send(notice.body()) == notice.reference
