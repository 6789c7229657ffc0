"""What is tried against a coordinator's own browser, each as it would be done, and what comes of
it: another site's form, a frame, a session that was planted, script in what is stored, numbers that
somebody made up, a role that is gone since the page was opened."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from bot.domain.people import Role
from bot.domain.school import School
from bot.web.browser import COOKIE
from tests.browser.test_the_console import DESK, PAGES, signs_in, unlocks
from tests.browser.test_the_secure_page import window
from tests.builders import child, notice
from tests.world import World

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>{{ 7 * 7 }}"


@pytest.fixture
async def bryn(world: World) -> AsyncIterator[School]:
    await world.without_nurses()
    await world.authority()
    await world.person("Second", Role.COORDINATOR, everywhere=True)
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Evil")
    await world.change("Evil", name=EVIL)
    await world.opens_details_on_the_page()
    yield school
    await world.settle()
    world.everyone_is_accounted_for()


async def session_of(page: Page) -> str:
    [held] = [one for one in await page.context.cookies() if one.get("name") == COOKIE]
    return held.get("value", "")


async def has_planted(page: Page, value: str, address: str) -> None:
    await page.context.add_cookies(
        [
            {
                "name": COOKIE, "value": value, "domain": urlsplit(address).hostname or "",
                "path": "/", "secure": True, "httpOnly": True, "sameSite": "Strict",
            }
        ]
    )  # fmt: skip


@pytest.mark.parametrize("planted", ["another's", "made up"])
async def test_a_session_that_was_planted_is_nobodys_way_in(
    world: World, bryn: School, browser: Browser, planted: str
) -> None:
    """Whoever put a cookie there before the coordinator came has nothing of theirs by it."""
    async with window(browser, viewport=DESK) as attacker, window(browser, viewport=DESK) as page:
        await signs_in(world, attacker, "Second")
        base = attacker.url
        value = await session_of(attacker) if planted == "another's" else "A" * 43
        await has_planted(page, value, base)
        await signs_in(world, page)
        assert await session_of(page) != value
        await page.goto(f"{base}/unlock")
        await unlocks(page)
        await has_planted(attacker, value, base)
        await attacker.goto(base)
        if planted == "another's":
            await expect(attacker.locator("body")).to_contain_text("Second")
        await expect(attacker.locator("body")).not_to_contain_text("Coordinator, coordinator")
        await attacker.goto(f"{base}/drills")
        if planted == "another's":  # it has not been given the code by the other's having given it
            await attacker.locator("input[value=all]").check()
            await attacker.locator("#content button.go").click()
            await expect(attacker.locator("#code")).to_be_visible()
        else:
            await expect(attacker.locator("#content button.go")).to_have_count(0)


async def test_script_in_what_is_stored_stays_text_on_every_page(
    world: World, bryn: School, browser: Browser
) -> None:
    await world.police.send(notice(child(bryn)))
    said: list[str] = []
    async with window(browser, viewport=DESK) as page:
        page.on("dialog", lambda dialog: said.append(dialog.message))
        await signs_in(world, page)
        base, shown = page.url, 0
        await page.goto(f"{base}/unlock")
        await unlocks(page)
        for path in PAGES:
            answer = await page.goto(base + path)
            assert answer is not None
            assert answer.status in (200, 404), path  # this town has no drill and no calendar here
            shown += EVIL in await page.locator("main").inner_text()
            assert await page.locator("main img, main script").count() == 0, path
        await page.goto(f"{base}/directory?words={EVIL}")
        assert await page.locator("main img, main script").count() == 0
    assert said == []
    assert shown >= 2, "somebody's name stands on some page"


async def test_numbers_that_somebody_made_up_lead_nowhere(
    world: World, bryn: School, browser: Browser
) -> None:
    async with window(browser, viewport=DESK) as page:
        await signs_in(world, page)
        base = page.url
        for made_up in (
            "/alerts/4711", "/alerts/-1", "/alerts/1e9", "/drills/77", "/directory/schools/0000000",
            "/routing/draft/9", "/routing/ladder/nobody", "/routing/calendars/..%2f..%2fpasswd",
        ):  # fmt: skip
            answer = await page.goto(base + made_up)
            assert answer is not None
            assert answer.status == 404, made_up
            said = await page.locator("h1").first.inner_text()
            assert said in ("There is nothing here", "This draft is no longer open."), made_up


async def test_who_is_no_coordinator_any_more_changes_nothing_with_a_page_that_is_open(
    world: World, bryn: School, browser: Browser
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    async with window(browser, viewport=DESK) as page:
        await signs_in(world, page)
        await page.goto(f"{page.url}/unlock")
        await unlocks(page)
        await page.goto(page.url.partition("/console")[0] + "/console/alerts/1")
        await page.get_by_label("Told by telephone").check()
        await world.change("Coordinator", role=Role.HEAD_TEACHER)
        await page.get_by_role("button", name="Close everything that is open").click()
        await expect(page.locator("body")).to_contain_text("There is nothing here")
        assert await world.trail(reference, "alert:closed") == []


async def test_what_another_site_tries_is_refused(
    world: World, bryn: School, browser: Browser
) -> None:
    """A form that another page sends, and a frame around ours, in the coordinator's own browser."""
    world.everyone_is_accounted_for()
    reference = await world.police.send(notice(child(bryn)))
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    try:
        await signs_in(world, page)
        await page.goto(f"{page.url}/unlock")
        await unlocks(page)
        await page.goto(page.url.partition("/console")[0] + "/console/alerts/1")
        token = await page.locator("input[name=form]").first.input_value()
        other = await context.new_page()
        action = page.url + "/close"
        elsewhere = (
            f"<form method=post action='{action}'><input name=reason value=told_in_person>"
            f"<input name=form value={token}></form>"  # as though they had found it out
        )
        await other.route(
            "http://127.0.0.1:9/**",
            lambda route: route.fulfill(
                content_type="text/html", body=f"{elsewhere}<iframe src='{page.url}'></iframe>"
            ),
        )
        await other.goto("http://127.0.0.1:9/")
        framed = [await frame.content() for frame in other.frames[1:]]
        assert all(reference not in inside for inside in framed)
        async with other.expect_navigation():
            await other.evaluate("document.forms[0].submit()")
        await expect(other.locator("body")).to_contain_text("Nothing was changed")
        assert await world.trail(reference, "alert:closed") == []
    finally:
        await context.close()
