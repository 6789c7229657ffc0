"""The pictures of the secure page in `docs/pictures`, taken anew by `make pictures`."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from bot.domain.people import Role
from bot.domain.school import School
from tests.browser.visitor import chromium
from tests.builders import child, notice
from tests.databases import sqlite_template
from tests.page.reader import link_on
from tests.world import World

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_HAND: Any = {"width": 390, "height": 844}
_CODE = "294713"


async def main(template: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/encompass.db")
        async with World(f"sqlite+aiosqlite:///{folder}/encompass.db", Path(folder)) as world:
            await world.authority()
            bryn = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
            await world.change("Owen", language="cy")
            await world.change("Owen", role=Role.DSP)
            await world.opens_details_on_the_page(unlock_code="required")
            await world.police.send(_notice(bryn))
            async with chromium() as browser:
                await _of(world, browser, "Mair", "en", "light")
                await _of(world, browser, "Owen", "cy", "dark")


def _notice(school: School) -> dict[str, Any]:
    pupil = child(
        school,
        given_name="Sioned",
        family_name="Example",
        year_group=5,
        present="yes",
        spoken_to="no",
        voice="I want Mam to be all right.",
        looked_after="no",
    )
    return notice(
        pupil,
        circumstances="A neighbour heard shouting at about half past ten. Nobody was hurt.",
        risk={"scale": "DASH", "value": "medium"},
        police_action={"arrest": "yes", "summary": "Bail until Friday: not to go near the school."},
    )


async def _of(world: World, browser: Browser, name: str, language: str, light: Any) -> None:
    """From the link to the answer, in this person's language."""
    phone = world.phone(name)
    card = phone.sandbox.last
    assert card is not None
    button = "Open details" if language == "en" else "Agor manylion"
    context = await browser.new_context(viewport=_HAND, color_scheme=light)
    page = await context.new_page()
    await page.goto(await link_on(phone, card, button))
    await _take(page, f"page-door-{language}.png")
    await page.get_by_role("button", name="Open it").click()
    await expect(page.locator("#again")).to_be_visible()
    await _take(page, f"page-unlock-{language}.png")
    for field in ("#code", "#again"):
        await page.locator(field).fill(_CODE)
    await page.locator("button.go").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ENC-")
    await _take(page, f"page-alert-{language}.png")
    await page.locator("#entry").scroll_into_view_if_needed()
    await page.evaluate("window.scrollBy(0, 200)")
    await _take(page, f"page-entry-{language}.png")
    await page.locator("a[href$='/why']").click()
    await _take(page, f"page-why-{language}.png")
    await context.close()


async def _take(page: Page, name: str) -> None:
    await page.screenshot(path=FOLDER / name)
    sys.stderr.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    with sqlite_template() as migrated:
        asyncio.run(main(migrated))
