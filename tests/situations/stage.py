"""The stage on which a situation is played: a world with the document's cast, and what the play
has to remember between two rows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bot.domain.people import Person
from bot.domain.school import School
from bot.sandbox.faults import Fault
from bot.sandbox.presses import Press
from tests.builders import LONDON
from tests.post import Post
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
        self.post: Post | None = None

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

    async def calendar(self, change: Callable[[str], str]) -> None:
        """Change the calendar's file and put it in force."""
        path = self.world.config / "calendars" / "porth-awel.toml"
        before = path.read_text()
        after = change(before)
        assert after != before
        path.write_text(after)
        await self.world.take_config()

    async def own_days(self, school: str, days: str) -> None:
        """Add days of this school's own to the calendar's."""
        section = f'\n[schools."{self.school(school).code}"]\n{days}\n'
        await self.calendar(lambda text: text + section)

    def address(self, name: str) -> str:
        return f"{self.person(name).id}@porth-awel.example"

    @property
    def mails(self) -> list[tuple[datetime, str, str]]:
        """When each e-mail came, for whom, and what it says."""
        if self.post is None:
            return []
        names = {self.address(name): name for name in self.cast.people}
        taken = [one.at for one in self.world.sandbox.ledger.calls("smtp")]
        return [
            (at, names[mail.to], mail.text)
            for at, mail in zip(taken, self.post.office.mails, strict=True)
        ]
