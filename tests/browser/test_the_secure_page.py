"""The secure page in a real browser: hostile notices, no script, back, print, frames, and for
everybody who reads it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.domain.people import Role
from bot.domain.school import School
from tests.browser.visitor import LAPTOP
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.page.reader import link_on
from tests.world import Phone, World

SMALL: Any = {"width": 360, "height": 640}
_HOSTILE = (
    "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    "<svg onload=document.title='pwned'>\"'><a href=javascript:document.title='pwned'>x</a>"
    "{{ 7 * 7 }}"
)
_SEE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
"""


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    return school


@asynccontextmanager
async def window(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """A window in which nothing may go wrong: no error, no violation, no request elsewhere."""
    context: BrowserContext = await browser.new_context(
        **{"viewport": SMALL, "locale": "en-GB", **options}
    )
    page = await context.new_page()
    faults: list[str] = []
    # A page that is not theirs answers 401 or 404, which a browser calls an error.
    page.on(
        "console",
        lambda m: (
            faults.append(m.text)
            if m.type in ("error", "warning") and "status of 40" not in m.text
            else None
        ),
    )
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda r: None if urlsplit(r.url).hostname == "127.0.0.1" else faults.append(r.url),
    )
    if options.get("java_script_enabled", True):
        await page.add_init_script(_SEE_VIOLATIONS)
    try:
        yield page
        if options.get("java_script_enabled", True):
            assert await page.evaluate("window.violations") == []
        assert faults == []
    finally:
        await context.close()


async def opens(world: World, phone: Phone, page: Page, notification: dict[str, Any]) -> None:
    await world.police.send(notification)
    card = phone.expects("alert")
    await page.goto(await link_on(phone, card))
    await page.get_by_role("button", name="Open it").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ENC-")


def hostile(school: School) -> dict[str, Any]:
    """The same payload in every text of a notice."""

    def poisoned(value: Any) -> Any:
        match value:
            case str():
                return value if re.fullmatch(r"yes|no|not_recorded", value) else _HOSTILE
            case list():
                return [poisoned(item) for item in value]
            case dict():
                return {name: poisoned(item) for name, item in value.items()}
            case _:
                return value

    whole = child(school) | poisoned(WHOLE_CHILD)
    return notice(whole, **poisoned(WHOLE))


async def test_what_a_notice_says_stays_text(world: World, bryn: School, browser: Browser) -> None:
    async with window(browser) as page:
        await opens(world, world.phone("Mair"), page, hostile(bryn))
        await expect(page.locator("main")).to_contain_text(
            "<script>document.title='pwned'</script>"
        )
        await expect(page.locator("main")).to_contain_text("{{ 7 * 7 }}")
        assert re.fullmatch(r"ENC-\w{8} - Encompass", await page.title())
        assert await page.locator("main script, main img, main svg").count() == 0
        assert await page.locator("main a").count() == 1  # why do I see this
        await page.get_by_role("link", name="Why do I see this?").click()
        await expect(page.locator("main")).to_contain_text("which child to look after")


async def test_reading_and_acknowledging_need_no_script(
    world: World, bryn: School, browser: Browser
) -> None:
    async with window(browser, java_script_enabled=False) as page:
        mair = world.phone("Mair")
        await opens(world, mair, page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        await expect(page.locator("main")).to_contain_text("Canary-circumstances")
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_role("heading")).to_have_text("Acknowledged. Thank you.")
        await world.settle()
        mair.shows("card.you_acknowledged")


async def test_back_after_signing_out_shows_nothing(
    world: World, bryn: School, browser: Browser
) -> None:
    async with window(browser) as page:
        await opens(world, world.phone("Mair"), page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        alert = page.url
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading").first).to_have_text("You are signed out")
        for _ in range(2):
            await page.go_back()
            await expect(page.locator("body")).not_to_contain_text("Canary")
        await page.goto(alert)
        await expect(page.get_by_role("heading").first).to_have_text("You are signed out")


async def test_it_prints_nothing_and_names_nobody_in_address_or_title(
    world: World, bryn: School, browser: Browser
) -> None:
    async with window(browser) as page:
        await opens(world, world.phone("Mair"), page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/alert/\d+", page.url)
        assert re.fullmatch(r"ENC-\w{8} - Encompass", await page.title())
        await page.emulate_media(media="print")
        await expect(page.locator("main")).to_be_hidden()
        await expect(page.locator("body")).to_contain_text("not for printing")


async def test_the_entry_is_copied_whole(world: World, bryn: School, browser: Browser) -> None:
    async with window(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        await opens(world, world.phone("Mair"), page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        await page.get_by_role("button", name="Copy").click()
        await expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == await page.locator("#entry").input_value()
        assert "Read by Mair, designated safeguarding person" in copied
        assert "Canary-circumstances" in copied


async def test_everyone_can_use_every_page(world: World, bryn: School, browser: Browser) -> None:
    """WCAG 2.2 AA as far as axe-core sees it: both languages, light and dark, small and large."""
    await world.change("Mair", language="cy")
    await world.person("Nia", Role.MASH_DESK, everywhere=True)
    await world.police.send(notice(child() | {"school": {"name": "Ysgol Brym"}}))
    looked = 0
    for name, light, size in (
        ("Mair", "light", SMALL),
        ("Mair", "dark", LAPTOP),
        ("Nia", "dark", SMALL),
        ("Nia", "light", LAPTOP),
    ):
        phone = world.phone(name)
        async with window(browser, color_scheme=light, viewport=size) as page:
            if name == "Mair":
                await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
            await world.settle()
            card = phone.sandbox.last
            assert card is not None
            button = "Agor manylion" if name == "Mair" else "Open details"
            await page.goto(await link_on(phone, card, button))
            await _nothing_serious(page)
            await page.get_by_role("button", name="Open it").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("ENC-")
            assert await page.evaluate("document.documentElement.lang") == (
                "cy" if name == "Mair" else "en"
            )
            await _nothing_serious(page)
            await page.locator("a[href$='/why']").click()
            await _nothing_serious(page)
            await page.locator("form[action='/sign-out'] button").click()
            await expect(page).to_have_url(re.compile("/ended$"))
            await _nothing_serious(page)
            looked += 1
    assert looked == 4
    world.everyone_is_accounted_for()


async def _nothing_serious(page: Page) -> None:
    found = await Axe().run(page)
    serious = [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious)
    overflow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert await page.evaluate(overflow), page.url


async def test_the_mini_app_signs_in_answers_and_leaves_nothing_in_the_address(
    world: World, bryn: School, browser: Browser
) -> None:
    await world.opens_details_on_the_page(public_url="https://encompass.example", details_in=None)
    reference = await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    launched = mair.sandbox.launch("Open details", mair.expects("alert"))
    async with window(browser) as page:
        await page.goto(_here(world, launched))
        await expect(page.get_by_role("heading", level=1)).to_have_text(reference)
        assert re.fullmatch(r".*/app\?alert=\d+", page.url)
        await _nothing_serious(page)
        await page.get_by_role("link", name="Why do I see this?").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Why do I see this?")
        await page.get_by_role("link", name="Show it again").click()
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Acknowledged. Thank you.")
        assert re.fullmatch(r".*/app\?alert=\d+", page.url)
        await page.reload()  # Telegram's word is spent, the session goes on
        await expect(page.get_by_role("heading", level=1)).to_have_text(reference)
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading").first).to_have_text("You are signed out")
        await page.reload()
        await expect(page.get_by_role("heading").first).to_have_text("You are signed out")
    await world.settle()
    mair.shows("card.you_acknowledged")


def _here(world: World, launched: str) -> str:
    """The same address, where the test's service listens instead of behind its TLS proxy."""
    return launched.replace("https://encompass.example", str(world.http.base_url).rstrip("/"))


async def test_nobody_but_telegram_may_frame_it(
    world: World, bryn: School, browser: Browser
) -> None:
    await world.opens_details_on_the_page(public_url="https://encompass.example", details_in=None)
    base = str(world.http.base_url).rstrip("/")

    async def another_site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f"<iframe src='{base}/app?alert=1'></iframe><iframe src='{base}/ended'></iframe>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(another_site, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    context = await browser.new_context()
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "frame" in m.text.lower() else None)
    try:
        await page.goto(f"http://127.0.0.1:{port}/")
        for _ in range(100):
            if len(refused) >= 2:
                break
            await page.wait_for_timeout(50)
        assert any("frame-ancestors https://web.telegram.org" in said for said in refused), refused
        assert any("frame-ancestors 'none'" in said for said in refused), refused
    finally:
        await context.close()
        server.close()


async def test_an_answer_that_did_not_arrive_is_said_in_the_mini_app(
    world: World, bryn: School, browser: Browser
) -> None:
    await world.opens_details_on_the_page(public_url="https://encompass.example", details_in=None)
    reference = await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    launched = mair.sandbox.launch("Open details", mair.expects("alert"))
    context = await browser.new_context(viewport=SMALL)
    page = await context.new_page()
    try:
        await page.goto(_here(world, launched))
        await expect(page.get_by_role("heading", level=1)).to_have_text(reference)
        for fails in (lambda route: route.abort(), lambda route: route.fulfill(status=503)):
            await page.route("**/acknowledge", fails)
            await page.get_by_role("button", name="Acknowledge").click()
            await expect(page.get_by_role("alert")).to_contain_text("That did not arrive.")
            await expect(page.get_by_role("heading", level=1)).to_have_text(reference)
            await page.unroute("**/acknowledge")
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Acknowledged. Thank you.")
        await expect(page.get_by_role("alert")).to_have_count(0)
    finally:
        await context.close()


async def test_a_page_that_is_open_goes_when_it_is_sealed(
    world: World, bryn: School, browser: Browser
) -> None:
    async with window(browser) as page:
        await opens(world, world.phone("Mair"), page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        await world.advance(minutes=51)
        owen = world.phone("Owen")
        await owen.press("Not our pupil", owen.expects("alert"))
        await expect(page.locator("body")).not_to_contain_text("Canary", timeout=15_000)
        world.everyone_is_accounted_for()


async def test_what_has_the_focus_is_never_behind_the_bar(
    world: World, bryn: School, browser: Browser
) -> None:
    small: Any = {"width": 320, "height": 568}
    async with window(browser, viewport=small) as page:
        await opens(world, world.phone("Mair"), page, notice(child(bryn, **WHOLE_CHILD), **WHOLE))
        top = await page.evaluate("document.querySelector('.thumb').getBoundingClientRect().top")
        seen = 0
        for _ in range(12):
            await page.keyboard.press("Tab")
            box = await page.evaluate(
                "(() => { const e = document.activeElement; return e.closest('.thumb') ||"
                " e === document.body ? null : e.getBoundingClientRect().toJSON(); })()"
            )
            if box is not None and box["height"] < top:
                seen += 1
                assert box["bottom"] <= top + 1, box
        assert seen > 3
