"""Somebody at the demo's page: presses what a person would press, sees what a person would see."""

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, Request, async_playwright, expect

from tests.browser.chromium import found, launch_arguments

LAPTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
DSP, DEPUTY, NURSE, COORDINATOR, DESK = "p021", "p022", "p046", "p057", "p056"
OPEN, ACKNOWLEDGE, HIDE = "o:", "a:", "h:"
"""What a button's data begins with, whatever language is on it."""
expect.set_options(timeout=15_000)
_numbers = itertools.count(1)
_REFERENCE = re.compile(r"ENC-\w{8}")
# Chromium answers only to loopback, whatever it would like to look up.
_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = found()
    assert path is not None, "no Chromium: run `python -m tests.browser.chromium`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*launch_arguments(), _NOWHERE]
        )
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """A page that is open; `faults` gathers what must never happen on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._requested)

    @classmethod
    @asynccontextmanager
    async def at(
        cls, browser: Browser, url: str, *, tour: bool = False, **options: Any
    ) -> AsyncIterator["Visitor"]:
        """Someone who has come to the page, and been shown round already unless `tour`."""
        options.setdefault("viewport", LAPTOP)
        context = await browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(15_000)
        try:
            visitor = cls(await context.new_page(), url)
            await visitor.page.goto(url)
            await expect(visitor.phone(DSP).locator(".chat li").first).to_be_visible()
            if not tour:
                await visitor.page.locator("#tour-skip").click()
            yield visitor
        finally:
            await context.close()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1":
            self.faults.append(f"a request left loopback: {request.url}")

    # --- telephones ------------------------------------------------------------------------------

    def phone(self, person: str) -> Locator:
        return self.page.locator(f'.phone[data-phone="{person}"]')

    def messages(self, person: str) -> Locator:
        return self.phone(person).locator(".chat li.theirs")

    def button(self, person: str, begins: str) -> Locator:
        """The newest button on this telephone whose data begins so."""
        return self.phone(person).locator(f'.chat button[data-data^="{begins}"]').last

    async def press(self, person: str, begins: str) -> None:
        """Press it and wait until the bot has answered."""
        await self.button(person, begins).click()
        await expect(self.phone(person).locator(".chat [aria-busy]")).to_have_count(0)

    def toast(self, person: str) -> Locator:
        return self.phone(person).locator(".toast")

    async def write(self, person: str, text: str) -> None:
        await self.phone(person).locator("form.write input").fill(text)
        await self.phone(person).locator("form.write button.send").click()

    async def lay_out(self, person: str) -> None:
        """Another telephone beside the others."""
        await self.page.locator("#more-phones").select_option(person)
        await self.page.locator("#add-phone").click()
        await expect(self.phone(person)).to_be_visible()

    # --- the desk --------------------------------------------------------------------------------

    async def send(self, school: str = "Kingsway Primary School") -> str:
        """Write a notice about one child of this school, unlike any other, and send it; the
        reference that the desk is told."""
        form = self.page.locator("#police form.written")
        if not await form.is_visible():
            await self.page.locator("#police summary").first.click()
        await form.locator("[name=given_name]").fill("Synthetic")
        await form.locator("[name=family_name]").fill(f"Pupil-{next(_numbers)}")
        await form.locator("[name=school]").fill(school)
        return await self.told(form.locator("#send-written"))

    async def send_sample(self) -> str:
        """Send the notice that is chosen."""
        return await self.told(self.page.locator("#send"))

    async def told(self, button: Locator) -> str:
        """Press a button of the desk; the reference in what the desk is told."""
        said = self.page.locator("#police .said")
        before = await said.text_content() or ""
        await button.click()
        await expect(said).not_to_have_text(before)
        reference = _REFERENCE.search(await said.text_content() or "")
        assert reference, await said.text_content()
        return reference[0]

    async def chooses(self, reference: str, leg: str) -> None:
        """Choose an alert to follow; `leg` is `school`, `nurse` or `triage`."""
        button = self.page.locator(f'#line li[data-key^="{reference}/{leg}/"] button')
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")

    # --- the clock, trouble ----------------------------------------------------------------------

    async def step(self) -> None:
        button = self.page.locator("#step")
        await button.click()
        await expect(button).not_to_have_attribute("aria-busy", "true", timeout=30_000)

    async def toggles(self, kind: str) -> None:
        await self.page.locator(f'#trouble button[data-kind="{kind}"]').click()

    def figure(self, name: str) -> Locator:
        return self.page.locator(f'#trouble [data-figure="{name}"]')

    async def nothing_is_lost(self) -> None:
        """What was promised is kept, and nothing waits any more."""
        await expect(self.figure("waiting")).to_have_text("0", timeout=30_000)
        await expect(self.figure("broken")).to_have_text("0")
