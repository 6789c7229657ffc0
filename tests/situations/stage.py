"""The stage on which a situation is played: a world with the document's cast, and what the play
has to remember between two rows."""

from datetime import date
from typing import Any

from bot.domain.people import Person
from bot.domain.school import School
from bot.sandbox.faults import Fault
from bot.sandbox.presses import Press
from tests.builders import LONDON
from tests.situations.company import Company
from tests.world import Phone, World


class Stage:
    def __init__(self, world: World, cast: Company) -> None:
        self.world = world
        self.cast = cast
        self.references: list[str] = []
        self.notices: list[dict[str, Any]] = []
        self.presses: dict[str, Press] = {}
        self.fault: Fault | None = None

    @property
    def today(self) -> date:
        return self.world.clock.now().astimezone(LONDON).date()

    def ordinal(self, reference: str) -> int:
        """Which notice of this situation that is, in the order in which they came."""
        if reference not in self.references:
            self.references.append(reference)
        return self.references.index(reference) + 1

    def person(self, name: str) -> Person:
        if name not in self.cast.people:
            raise ValueError(f"nobody of the cast is called {name}")
        return self.cast.people[name]

    def phone(self, name: str) -> Phone:
        return self.world.phone(self.person(name).name)

    def school(self, name: str) -> School:
        if name not in self.cast.schools:
            raise ValueError(f"no school of the cast is called {name}")
        return self.cast.schools[name]

    # --- what the deeds share --------------------------------------------------------------------

    async def send(self, notification: dict[str, Any]) -> None:
        self.notices.append(notification)
        self.ordinal(await self.world.police.send(notification))

    async def correct(self, **changes: Any) -> None:
        """The newest notice again, otherwise."""
        self.notices[-1] = self.notices[-1] | changes
        await self.world.police.send(self.notices[-1])

    async def calendar(self, more: str) -> None:
        """Add to the calendar's file and put it in force."""
        path = self.world.config / "calendars" / "porth-awel.toml"
        path.write_text(path.read_text() + more)
        await self.world.take_config()

    async def calendar_key(self, before: str, after: str) -> None:
        """Change the calendar's file and put it in force."""
        path = self.world.config / "calendars" / "porth-awel.toml"
        text = path.read_text()
        assert before in text, before
        path.write_text(text.replace(before, after, 1))
        await self.world.take_config()
