"""A newcomer's script: from an empty database to a drill that three telephones have acknowledged,
through the console alone in a real browser, in either language and at any width.

The test in `test_a_newcomer.py` goes through it once; `pictures_of_the_console.py` goes through it
four times, and times each step.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Locator, Page, expect

from bot.flow.directory import apply
from bot.flow.enrol import invite
from bot.flow.first_coordinator import first_coordinator
from bot.intake.directory_csv import read_directory_file
from bot.rendering.catalogue import words
from bot.sandbox.chats import ChatMessage
from tests.console.visits import CODE, link_in
from tests.world import Phone, World

BEFORE_SCHOOL = datetime(2026, 11, 16, 7, 55, tzinfo=UTC)
"""An hour before the bell a deputy is told ten minutes after the designated person."""
COORDINATOR = "Gwen Example"
DSP, DEPUTY, NURSE = "Mair Example", "Rhys Example", "Nia Example"
SCHOOLS = """\
code,name,name_cy,aliases,phase,opens_at,closes_at,calendar,nurse_team,authority
9992001,Harbour Primary School,Ysgol Gynradd yr Harbwr,,primary,08:50,15:20,porth-awel,Harbour,
9992002,Lighthouse High School,Ysgol Uwchradd y Goleudy,,secondary,08:45,15:10,porth-awel,Harbour,
"""
_PEOPLE = f"""\
id,name,role,schools,year_groups,language,order
gwen-example,{COORDINATOR},coordinator,*,,LANGUAGE,1
p001,{DSP},dsp,9992001,,LANGUAGE,1
p002,Owen Example,deputy_dsp,9992001,,LANGUAGE,1
p003,Siân Example,dsp,9992002,,LANGUAGE,1
p004,{DEPUTY},deputy_dsp,9992002,,LANGUAGE,1
p005,{NURSE},school_nurse,team:Harbour,,LANGUAGE,1
p006,Elin Example,nurse_lead,team:Harbour,,LANGUAGE,1
p007,Huw Example,education_safeguarding,*,,LANGUAGE,1
p008,Carys Example,mash_desk,*,,LANGUAGE,1
"""
_SECTIONS = {
    "/directory?q=example": "directory",
    "/directory/schools/9992002": "school",
    "/readiness": "readiness",
    "/readiness/away": "away",
    "/readiness/closed": "closed",
    "/triage": "triage",
    "/drills": "drills",
    "/routing": "routing",
    "/routing/ladder/school": "ladder",
    "/routing/matrix": "matrix",
    "/routing/told": "told",
    "/changes": "changes",
}
"""The pages that a first day does not come to, and the names of their pictures."""
Take = Callable[[Page, str], Awaitable[None]]


async def takes_none(page: Page, name: str) -> None:
    """Nobody wants a picture."""


class Newcomer:
    """The coordinator at their browser, and the telephones that they hear of."""

    def __init__(
        self, world: World, page: Page, language: str = "en", take: Take = takes_none
    ) -> None:
        self.world, self.page, self.language, self.take = world, page, language, take
        self.say, self.count = words(language).say, words(language).count
        self.seconds: dict[str, float] = {}
        self.base = ""

    async def first_day(self) -> None:
        """Everything, in its order."""
        await self.world.starts_at(BEFORE_SCHOOL)
        async with self._step("sign in"):
            await self.signs_in(await self.is_the_first())
            await expect(self._to_do()).to_have_count(6)
            await self.take(self.page, "today-first-day")
        async with self._step("schools and people"):
            await self.imports()
        async with self._step("invitations"):
            links = await self.invites()
            for name in (DSP, DEPUTY, NURSE):
                await self.enrols(name, links[name])
        async with self._step("readiness"):
            await self.looks_at_readiness()
            for name in links.keys() - {DSP, DEPUTY, NURSE, COORDINATOR}:
                await self.enrols(name, links[name])
            await self.goes("first_day.readiness")
            await expect(self.main).to_contain_text(self.say("console.all_covered"))
        async with self._step("drill"):
            await self.starts_a_drill()
        async with self._step("three telephones"):
            await self.three_acknowledge()
        async with self._step("done"):
            await self.is_done()
        self.world.everyone_is_accounted_for()

    # --- what they do ----------------------------------------------------------------------------

    async def is_the_first(self) -> str:
        """`encompass init --coordinator` on the empty database; the code in the link it prints."""
        _, code = await first_coordinator(self.world.ctx, COORDINATOR, self.language)
        return code

    async def signs_in(self, code: str) -> None:
        """The telephone follows the link, asks for the console, and the browser opens it."""
        phone = await self.enrols(COORDINATOR, code)
        await phone.says("/console")
        await self.page.goto(link_in(phone.shows("console.here")))
        await self.page.locator("button.go").first.click()
        await expect(self.page).to_have_url(re.compile("/console$"))
        self.base = self.page.url

    async def imports(self) -> None:
        files = [("schools.csv", SCHOOLS), ("people.csv", self.people)]
        given = [read_directory_file(name, text.encode()) for name, text in files]
        await apply(self.world.ctx, given)

    async def invites(self) -> dict[str, str]:
        """By name, the code of each."""
        names = [line.split(",")[:2] for line in self.people.splitlines()[1:]]
        return {name: await invite(self.world.ctx, person) for person, name in names}

    async def enrols(self, name: str, code: str) -> Phone:
        """A telephone follows an invitation."""
        phone = self.world.phone(name)
        phone.sandbox.start(code)
        await self.world.settle()
        phone.expects("welcome")
        return phone

    async def looks_at_readiness(self) -> None:
        await self.goes("first_day.readiness")
        await expect(self.main).not_to_contain_text(self.say("console.all_covered"))
        await self.take(self.page, "readiness-gaps")

    async def starts_a_drill(self) -> None:
        await self.goes("first_day.drill")
        await self.page.locator("input[name=which][value=all]").check()
        await self.presses(self.say("page.unlock_button"))
        await self.take(self.page, "drill-proposed")
        await self.presses(self.say("drill.button_start"))
        await self.world.settle()

    async def three_acknowledge(self) -> None:
        """The first DSP and the nurse at once. The other school's DSP does not answer: ten minutes
        later her deputy is told, and does."""
        await self.acknowledges(DSP)
        await self.acknowledges(NURSE)
        await self.page.goto(self.base)
        await self.take(self.page, "today-drill")
        await self.world.advance(minutes=10)
        await self.acknowledges(DEPUTY)

    async def acknowledges(self, name: str) -> None:
        """Every card on this telephone that asks for it."""
        button = self.say("button.acknowledge")
        phone = self.world.phone(name)
        cards = [card for card in phone.sandbox.received if _has(card, button)]
        assert cards, f"{name} was told nothing"
        for card in cards:
            await phone.press(button, card)
            assert not _has(card, button)

    async def is_done(self) -> None:
        await self.page.goto(f"{self.base}/drills/1")
        await self.take(self.page, "drill-report")
        await self.page.goto(self.base)
        await expect(self.main).not_to_contain_text(self.say("console.still_to_do"))
        await expect(self.page.locator("#moving")).to_contain_text(self.say("console.nothing_open"))
        await self.take(self.page, "today-done")

    async def looks_around(self) -> None:
        """Every other section, once there is something in it."""
        for path, picture in _SECTIONS.items():
            await self.page.goto(self.base + path)
            await self.take(self.page, picture)

    # --- how they do it --------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def people(self) -> str:
        return _PEOPLE.replace("LANGUAGE", self.language)

    def _to_do(self) -> Locator:
        return self.main.locator(".tasks .tag.bad")

    async def goes(self, step: str) -> None:
        """From Today by the link of this step."""
        await self.page.goto(self.base)
        link = self.main.locator(".tasks").get_by_role("link", name=self.say(step), exact=True)
        await link.click()

    async def presses(self, button: str) -> None:
        """Press it, and give the unlock code where it is asked for."""
        await self.main.get_by_role("button", name=button, exact=True).click()
        if await self.page.locator("#code").count():
            await self.unlocks()

    async def unlocks(self) -> None:
        """Choose the code at the first time, and go on with what waits for it."""
        await self.page.locator("#code").fill(CODE)
        if await self.page.locator("#again").count():
            await self.take(self.page, "unlock-code")
            await self.page.locator("#again").fill(CODE)
        await self.main.locator("button.go").click()
        waiting = self.main.get_by_role("button", name=self.say("console.do_it"), exact=True)
        if await waiting.count():
            await waiting.click()

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began


def _has(card: ChatMessage, button: str) -> bool:
    return any(one.text == button for row in card.buttons for one in row)


def code_in(link: str) -> str:
    """What a telephone that follows an invitation says after `/start`."""
    [code] = parse_qs(urlsplit(link).query)["start"]
    return code
