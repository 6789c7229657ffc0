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
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import FilePayload, Locator, Page, expect

from bot.flow.first_coordinator import first_coordinator
from bot.rendering.catalogue import words
from bot.sandbox.chats import ChatMessage
from tests.builders import child, notice
from tests.console.visits import CODE, link_in
from tests.world import Phone, World

BEFORE_SCHOOL = datetime(2026, 11, 16, 7, 55, tzinfo=UTC)
"""An hour before the bell a deputy is told ten minutes after the designated person."""
COORDINATOR = "Gwen Example"
DSP, DEPUTY, NURSE = "Mair Example", "Rhys Example", "Nia Example"
LAST_YEAR = """\
name = "Harbour County"
timezone = "Europe/London"
terms = [{ from = 2025-09-02, to = 2026-07-21, why = "last year" }]
bank_holidays = "england-and-wales"
"""
TERM_DATES = """\
what,first,last,name
term,2026-09-02,2026-12-18,Autumn
term,2027-01-04,2027-03-25,Spring
term,2027-04-12,2027-07-20,Summer
holiday,2027-02-08,2027-02-12,Half term
inset,2026-11-27,,
"""
SCHOOLS = """\
code,name,name_cy,aliases,phase,opens_at,closes_at,calendar,nurse_team,authority
9992001,Harbour Primary School,Ysgol Gynradd yr Harbwr,,primary,08:50,15:20,county,Harbour,
9992002,Lighthouse High School,Ysgol Uwchradd y Goleudy,,secondary,08:45,15:10,county,Harbour,
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
    "": "today",
    "/calls": "calls",
    "/triage": "triage",
    "/readiness": "readiness",
    "/readiness/away": "away",
    "/readiness/closed": "closed",
    "/drills": "drills",
    "/directory": "directory",
    "/directory/schools/9992002": "school",
    "/routing": "routing",
    "/routing/matrix": "matrix",
    "/routing/waits": "waits",
    "/changes": "changes",
}
"""The pages that a first day does not come to, and the names of their pictures."""


def has_last_years_terms(config: Path) -> None:
    """The folder that the operators handed over, before the service starts: no term lies ahead."""
    (config / "calendars" / "porth-awel.toml").unlink()
    (config / "calendars" / "county.toml").write_text(LAST_YEAR)
    (config / "scenarios.toml").unlink()


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
            await expect(self._to_do()).to_have_count(7)
            await self.take(self.page, "today-first-day")
        async with self._step("term dates"):
            await self.keeps_a_calendar()
        async with self._step("schools and people"):
            await self.imports()
        async with self._step("invitations"):
            links = await self.invites()
            for name in (DSP, DEPUTY, NURSE):
                await self.enrols(name, links[name])
        async with self._step("readiness"):
            await self.looks_at_readiness()
            for name in links.keys() - {DSP, DEPUTY, NURSE}:
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

    async def keeps_a_calendar(self) -> None:
        """The county's published list, taken into the form, tried, and put in force."""
        await self.goes("first_day.calendars")
        await self.take(self.page, "calendars")
        await self.main.get_by_role("link", name="Harbour County").click()
        await self.main.locator("summary").click()
        await self.page.locator("#dates").fill(TERM_DATES)
        await self.presses(self.say("calendar.take"))
        await expect(self.page.locator("input[value='2027-04-12']")).to_be_visible()
        await self.page.locator("#reason").fill("2026-27")
        await self.take(self.page, "calendar")
        await self.presses(self.say("routing.try"))
        await self.take(self.page, "draft")
        await self.presses(self.say("routing.put"))
        await self._is_done("first_day.calendars")

    async def imports(self) -> None:
        """Both files, seen as what they would change, and then just that."""
        await self.goes("first_day.schools")
        files = (("schools.csv", SCHOOLS), ("people.csv", self.people))
        await self.page.locator("#files").set_input_files(
            [FilePayload(name=n, mimeType="text/csv", buffer=t.encode()) for n, t in files]
        )
        await self.presses(self.say("import.show"))
        await expect(self.page.locator("#found")).to_contain_text("9992002")
        await self.take(self.page, "import")
        await self.presses(self.say("import.put"))
        await expect(self.main).to_contain_text("10")
        await self._is_done("first_day.people")

    async def invites(self) -> dict[str, str]:
        """The sheet for everybody who has not enrolled, read from the page; by name, the code."""
        await self.goes("first_day.invitations")
        await self.take(self.page, "invitations")
        await self.presses(self.say("invite.sheet_for_all"))
        slips = self.main.locator(".slip")
        await expect(slips).to_have_count(8)
        await self.take(self.page, "invitation-sheet")
        names = await slips.locator("h2").all_text_contents()
        links = await slips.locator(".link").all_text_contents()
        return dict(zip(names, map(code_in, links), strict=True))

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
        """Every other section, once there is something in it: an alert, a school that nobody can
        tell, a ladder that is to change."""
        await self.world.police.send(notice(_pupil({"code": "9992002"})))
        await self.world.police.send(notice(_pupil({"name": "Harbor Primary"})))
        for path, picture in _SECTIONS.items():
            await self.page.goto(self.base + path)
            if path == "/directory":
                await self.page.locator("#q").fill("example")
                await self.page.get_by_role("button", name=self.say("console.find")).click()
            await self.take(self.page, picture)
        await self.page.goto(self.base)
        await self.main.locator(".duty .head a").first.click()
        await self.take(self.page, "alert")
        await self.tries_a_ladder()

    async def tries_a_ladder(self) -> None:
        """The deputy five minutes later; who would be told by the ladder as it is."""
        await self.page.goto(f"{self.base}/routing/ladder/school")
        await self.page.locator("[name='s1.after']").fill("15")
        await self.page.locator("[name=reason]").fill("2026-11")
        await self.take(self.page, "ladder")
        await self.presses(self.say("routing.try"))
        await self.take(self.page, "ladder-draft")
        when = "2026-11-20T07:10"
        await self.page.goto(f"{self.base}/routing/told?school=9992001&at={when}")
        await self.take(self.page, "told")

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

    async def _is_done(self, step: str) -> None:
        """Today says so of this step."""
        await self.page.goto(self.base)
        link = self.page.get_by_role("link", name=self.say(step), exact=True)
        said = self.main.locator(".tasks > li", has=link)
        await expect(said).to_contain_text(self.say("first_day.done"))

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


def _pupil(school: dict[str, str]) -> dict[str, object]:
    return child() | {"school": school}


def _has(card: ChatMessage, button: str) -> bool:
    return any(one.text == button for row in card.buttons for one in row)


def code_in(link: str) -> str:
    """What a telephone that follows an invitation says after `/start`."""
    [code] = parse_qs(urlsplit(link).query)["start"]
    return code
