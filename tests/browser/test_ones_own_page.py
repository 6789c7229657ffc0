"""In with the authority's own account at a real provider, to one's own page: in a real browser, for
everybody who reads it; and a coordinator's way into the console by the Mini App."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.async_api import Browser, Page, expect

from bot.domain.people import Role
from tests.accounts.provider import CLIENT
from tests.browser.test_the_console import DESK, NARROW, PHONE, nothing_serious
from tests.browser.test_the_secure_page import window
from tests.console.visits import asks_for_it
from tests.world import World

MAIL = "mair@bryn.example"
_LOOKS = (("en", "light", DESK), ("cy", "dark", PHONE), ("en", "dark", PHONE))


async def looks(page: Page, name: str) -> None:
    await nothing_serious(page)
    if folder := os.environ.get("ENCOMPASS_TEST_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "light", "size"), _LOOKS)
async def test_an_account_of_the_authority_leads_to_ones_own_page(
    world: World, browser: Browser, language: str, light: Any, size: Any
) -> None:
    await world.without_nurses()
    await world.starts_at(datetime.now(UTC).replace(microsecond=0))  # as the provider's clock
    await world.authority()
    school = await world.school("Ysgol Bryn", deputy="Owen")
    await world.person("Mair", Role.DSP, schools=[school.code], email=MAIL, language=language)
    user = User(sub="mair", claims={"email": MAIL, "email_verified": True})
    with run_server_in_thread(user_claims=(user,)) as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        await world.opens_details_on_the_page(
            oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret="a secret"
        )
        context = await browser.new_context(viewport=size, color_scheme=light)
        try:
            page = await context.new_page()
            here, name = str(world.http.base_url).rstrip("/"), f"{language}-{size['width']}-{light}"
            await page.goto(f"{here}/sign-in")
            await looks(page, f"sign-in-{name}")
            await page.locator("main a.button").first.click()
            await page.locator("input[name=sub]").fill("mair")
            await page.locator("button, input[type=submit]").first.click()
            await expect(page).to_have_url(f"{here}/me")
            await expect(page.locator("html")).to_have_attribute("lang", language)
            await expect(page.locator("main")).to_contain_text("Ysgol Bryn")
            await looks(page, f"me-{name}")
            next_week = world.clock.now().date() + timedelta(days=7)
            await page.locator("input[name=first]").fill(f"{next_week}")
            await page.locator("form[action='/me/away'] button").click()
            await page.goto(f"{here}/me")
            await expect(page.locator("form[action='/me/back'] button")).to_be_visible()
            await looks(page, f"me-away-{name}")
            await page.set_viewport_size(NARROW)
            await nothing_serious(page)
        finally:
            await context.close()
    world.everyone_is_accounted_for()


async def test_the_mini_app_leads_a_coordinator_into_the_console(
    world: World, browser: Browser
) -> None:
    await world.authority()
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.opens_details_on_the_page(public_url="https://encompass.example")
    phone, message = await asks_for_it(world, "Coordinator")
    label = message.buttons[0][0].text
    here = str(world.http.base_url).rstrip("/")
    launched = phone.sandbox.launch(label, message).replace("https://encompass.example", here)
    async with window(browser, viewport=PHONE) as page:
        await page.goto(launched)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        await nothing_serious(page)
        await page.get_by_role("link", name="Readiness", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Readiness")
    world.everyone_is_accounted_for()
