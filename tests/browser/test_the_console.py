"""The console in a real browser: for everybody who reads it, by keyboard alone, moving by itself,
and without a script. One world for all of its pages."""

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.domain.people import Role
from bot.domain.school import School
from tests.browser.test_the_secure_page import window
from tests.builders import child, notice
from tests.console.visits import CODE, asks_for_it, link_in
from tests.world import World

PHONE: Any = {"width": 390, "height": 844}
DESK: Any = {"width": 1280, "height": 900}
NARROW: Any = {"width": 320, "height": 640}
PAGES = (
    "", "/alerts/1", "/calls", "/readiness", "/readiness/away", "/readiness/closed", "/triage",
    "/drills", "/drills/1", "/changes", "/directory", "/directory/import",
    "/directory/invitations", "/directory/schools/9992001",
    "/routing", "/routing/ladder/school", "/routing/matrix", "/routing/told", "/routing/waits",
    "/routing/calendars",
    "/routing/calendars/porth-awel", "/routing/calendars/new-one", "/routing/scenarios",
    "/routing/compare?before=1&now=1",
)  # fmt: skip
_LOOKS = (
    ("en", "light", DESK),
    ("cy", "dark", PHONE),
    ("en", "dark", PHONE),
    ("cy", "light", DESK),
)


@pytest.fixture
async def bryn(world: World) -> AsyncIterator[School]:
    """A morning with something of everything."""
    await world.without_nurses()
    await world.authority()
    school = await world.school(
        "Ysgol Gyfun Gymraeg Bryn y Môr", dsp="Mair Example", deputy="Owen Example"
    )
    await world.school("Roath Primary School", deputy="Nia Example")
    await world.opens_details_on_the_page()
    yield school
    await world.settle()
    world.everyone_is_accounted_for()


async def signs_in(world: World, page: Page, name: str = "Coordinator") -> None:
    _, message = await asks_for_it(world, name)
    await page.goto(link_in(message))
    await page.get_by_role("button", name="Open it").click()
    await expect(page).to_have_url(re.compile("/console$"))


async def unlocks(page: Page) -> None:
    """From wherever the code is asked for."""
    await page.locator("#code").fill(CODE)
    if await page.locator("#again").count():
        await page.locator("#again").fill(CODE)
    await page.locator("#content button.go").click()


async def test_everyone_can_use_every_page(world: World, bryn: School, browser: Browser) -> None:
    """WCAG 2.2 AA as far as axe-core sees it, in both languages, light and dark, small and large;
    every page is as wide as its window and reached by the keyboard."""
    world.everyone_is_accounted_for()
    await world.police.send(notice(child(bryn)))
    await world.police.send(notice(child() | {"school": {"name": "Ysgol Bryn y Mor"}}))
    async with window(browser, viewport=DESK) as page:
        await signs_in(world, page)
        base = page.url
        # By the keyboard alone: skip the navigation, propose a drill, give the code, start it.
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.goto(f"{base}/drills")
        await page.locator("input[value=all]").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(page.locator("#code")).to_be_visible()
        await nothing_serious(page)
        await unlocks(page)
        await page.locator("#content button.go").focus()
        await page.keyboard.press("Enter")
        await page.locator("form[action$='/start'] button").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Drill 1")
        await world.settle()
        cookies = await page.context.cookies()
        for language, light, size in _LOOKS:
            await world.change("Coordinator", language=language)
            context = await browser.new_context(color_scheme=light, viewport=size)  # type: ignore[arg-type]
            await context.add_cookies(cookies)  # type: ignore[arg-type]
            await _looks_at_everything(
                context, base, language, f"{language}-{size['width']}-{light}"
            )
            await context.close()
        await page.set_viewport_size(NARROW)
        for path in PAGES:
            await page.goto(base + path)
            await _fits(page)


async def _looks_at_everything(
    context: BrowserContext, base: str, language: str, name: str
) -> None:
    page = await context.new_page()
    for path in PAGES:
        answer = await page.goto(base + path)
        assert answer is not None
        assert answer.status == 200, path
        assert await page.evaluate("document.documentElement.lang") == language
        await nothing_serious(page)
        await _everything_is_reached(page)
        if folder := os.environ.get("ENCOMPASS_TEST_PICTURES"):
            picture = Path(folder) / f"{path.strip('/').replace('/', '-') or 'today'}-{name}.png"
            await page.screenshot(path=picture, full_page=True)


async def nothing_serious(page: Page) -> None:
    found = await Axe().run(page)
    serious = [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious)
    await _fits(page)


async def _fits(page: Page) -> None:
    overflow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert await page.evaluate(overflow), page.url


async def _everything_is_reached(page: Page) -> None:
    """Nothing that can be pressed is left out of the keyboard's way or too small to be hit."""
    wrong = await page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, summary")]
        .filter((e) => e.type !== "hidden")
        .filter((e) => e.checkVisibility() && !e.classList.contains("skip"))
        .filter((e) => e.tabIndex < 0 || (e.closest("p, dd, li") === null
            && e.getBoundingClientRect().height < 24))
        .map((e) => e.outerHTML)"""
    )
    assert wrong == [], page.url


async def test_today_moves_by_itself_and_stands_still_when_asked(
    world: World, bryn: School, browser: Browser
) -> None:
    world.everyone_is_accounted_for()
    async with window(browser, viewport=DESK) as page:
        await page.clock.install()
        await signs_in(world, page)
        await expect(page.locator("#moving")).to_contain_text("No alert is open.")
        reference = await world.police.send(notice(child(bryn)))
        await page.clock.run_for(11_000)
        await expect(page.locator("#moving")).to_contain_text(reference)
        await page.get_by_role("link", name="Stop that").click()
        await expect(page.locator("main")).to_contain_text("This page stands still.")
        assert await page.locator("[hx-get]").count() == 0
        await page.get_by_role("link", name="Let it move").click()
        await expect(page.locator("#moving")).to_contain_text(reference)
        # A role that is taken away: what is shown goes, without anybody touching the page.
        await world.has_a_successor("Coordinator")
        await world.change("Coordinator", role=Role.HEAD_TEACHER)
        await page.clock.run_for(11_000)
        await expect(page.locator("body")).to_contain_text("There is nothing here")
        await expect(page.locator("body")).not_to_contain_text(reference)


async def test_it_needs_no_script(world: World, bryn: School, browser: Browser) -> None:
    world.everyone_is_accounted_for()
    reference = await world.police.send(notice(child(bryn)))
    async with window(browser, viewport=PHONE, java_script_enabled=False) as page:
        await signs_in(world, page)
        await expect(page.get_by_role("link", name="Look again")).to_be_visible()
        await page.get_by_role("link", name=reference).click()
        await page.get_by_label("Told by telephone").check()
        await page.get_by_role("button", name="Close everything that is open").click()
        await unlocks(page)
        await page.get_by_role("button", name="Make the change").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(f"{reference} is closed.")
        await page.get_by_role("button", name="Cymraeg").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Heddiw")
