"""The demo's page as a whole: the tour, the banner, accessibility, and that nothing leaves here."""

import asyncio
import json
import re
from urllib.parse import urlsplit

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from bot.demo.page.conductor import Speed
from bot.demo.page.server import Page
from tests.browser.visitor import ACKNOWLEDGE, DSP, HIDE, LAPTOP, NURSE, OPEN, PHONE, Visitor

_SERIOUS = ("serious", "critical")
_LOOKS = [("light", LAPTOP), ("dark", LAPTOP), ("light", PHONE), ("dark", PHONE)]


async def test_six_steps_show_what_it_does_and_can_be_left_at_any(
    demo: str, browser: Browser
) -> None:
    async with Visitor.at(browser, demo, tour=True) as visitor:
        page, tour = visitor.page, visitor.page.locator("#tour")
        do, onwards = tour.locator("#tour-do"), tour.locator("#tour-next")
        await expect(tour).to_contain_text("Tour: 1 of 6")
        await expect(tour).to_contain_text("Operation Encompass")
        await do.click()
        await expect(visitor.button(DSP, OPEN)).to_be_visible()
        await onwards.click()
        await expect(tour).to_contain_text("Tour: 2 of 6")
        await onwards.click()
        await do.click()
        await expect(visitor.button(DSP, HIDE)).to_be_visible()
        await onwards.click()
        await do.click()
        await expect(page.locator("#line .alerts .acknowledged")).to_have_count(1)

        # It blocks nothing: everything else can be used meanwhile, and it is where it was after
        # the page was loaded anew.
        await visitor.press(NURSE, OPEN)
        await page.reload()
        await expect(tour).to_contain_text("Tour: 4 of 6")
        await onwards.click()
        await do.click()
        await expect(visitor.messages("p022").last).to_contain_text("ENC-")
        await expect(page.locator("#clock .time")).to_have_text(re.compile("^08:0"))
        await onwards.click()
        await expect(tour).to_contain_text("Tour: 6 of 6")
        await do.click()
        await expect(page.locator("#service")).to_have_text("Start the service again")
        await do.click()
        await expect(page.locator("#service")).to_have_text("Kill the service")
        await onwards.click()
        await expect(tour).to_be_hidden()
        await page.reload()
        await expect(visitor.messages(DSP).last).to_be_visible()
        await expect(tour).to_be_hidden()
        await page.locator("#again").click()
        await expect(tour).to_contain_text("Tour: 1 of 6")
        await page.locator("#tour-skip").click()
        await expect(tour).to_be_hidden()
        assert visitor.faults == []


async def test_everyone_can_use_it_in_either_language_light_or_dark_large_or_small(
    demo: str, browser: Browser
) -> None:
    """axe-core finds nothing serious; the banner is always there; nothing is wider than a phone."""
    sent = False
    for language in ("en", "cy"):
        for scheme, size in (
            ("light", LAPTOP),
            ("dark", LAPTOP),
            ("light", PHONE),
            ("dark", PHONE),
        ):
            async with Visitor.at(
                browser, demo, tour=True, viewport=size, color_scheme=scheme,
                reduced_motion="reduce",
            ) as visitor:  # fmt: skip
                page = visitor.page
                if language == "cy":
                    await page.locator("#languages [lang=cy]").click()
                    await expect(page.locator("#tour")).to_contain_text("Taith: 1 o 6")
                if not sent:
                    await visitor.send()
                    await visitor.press(DSP, OPEN)
                    await visitor.press(NURSE, ACKNOWLEDGE)
                    sent = True
                await expect(visitor.messages(DSP).last).to_be_visible()
                for closed in await page.locator("#police details").all():
                    await closed.evaluate("details => { details.open = true; }")
                await expect(page.locator(".banner")).to_be_in_viewport()
                assert await page.evaluate("document.documentElement.lang") == language
                too_wide = "document.documentElement.scrollWidth > innerWidth"
                assert not await page.evaluate(too_wide), (language, scheme, size)
                found = await Axe().run(page)
                serious = [
                    (violation["id"], node["target"], node["any"])
                    for violation in found.response["violations"]
                    if violation["impact"] in _SERIOUS
                    for node in violation["nodes"]
                ]
                assert serious == [], (language, scheme, size)
                assert visitor.faults == []


async def test_another_language_and_another_telephone_lose_nothing(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.send()
    await expect(visitor.button(DSP, OPEN)).to_be_visible()
    form = page.locator("#police form.written")
    await form.locator("[name=circumstances]").fill("Half written")
    await visitor.toggles("slow")
    await visitor.button(DSP, OPEN).click()
    await page.locator("#languages [lang=cy]").click()
    await expect(page.locator("#send")).to_have_text("Anfon yr hysbysiad")
    await expect(form.locator("[name=circumstances]")).to_have_value("Half written")
    await expect(visitor.button(DSP, OPEN)).to_have_attribute("aria-busy", "true")
    await expect(visitor.toast(DSP)).not_to_be_empty()

    # Eight are enough; one put away makes room for another, and it comes back as it was.
    for person in ("p001", "p002", "p003", "p004"):
        await visitor.lay_out(person)
    await expect(page.locator("#add-phone")).to_be_disabled()
    await visitor.phone(DSP).locator("details.more summary").click()
    await visitor.phone(DSP).get_by_role("button", name="Cadw'r ffôn hwn").click()
    await expect(visitor.phone(DSP)).to_have_count(0)
    await visitor.lay_out(DSP)
    await expect(visitor.messages(DSP).last).to_contain_text("ENC-")


async def test_a_viewer_who_has_gone_is_not_told_any_more_though_the_clock_stands(
    page_of_demo: Page,
) -> None:
    page_of_demo.conductor.speed = Speed.STILL
    async with aiohttp.ClientSession() as http:
        for _ in range(3):
            async with http.get(f"{page_of_demo.url}demo/see?language=en") as stream:
                await stream.content.readline()
                assert page_of_demo.viewers
        for _ in range(200):
            if not page_of_demo.viewers:
                return
            await asyncio.sleep(0.05)
    pytest.fail(f"{page_of_demo.viewers} streams go on for nobody")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
async def test_a_page_elsewhere_can_neither_look_nor_press(demo: str, host: str) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("", "demo/see", "demo/words/en"):
            async with http.get(demo + path, headers={"Host": host}) as answer:
                assert answer.status == 403
        given = json.dumps({"do": "send_file"})
        form = {"Content-Type": "text/plain"}
        async with http.post(f"{demo}demo/do", data=given, headers=form) as answer:
            assert answer.status == 415
        headers = {"Content-Type": "application/json", "Host": host}
        async with http.post(f"{demo}demo/do", data=given, headers=headers) as answer:
            assert answer.status == 403
    assert urlsplit(demo).hostname == "127.0.0.1"
