"""The pictures in `docs/pictures`, taken anew: `make pictures`.

At a laptop's and at a telephone's width, in both languages, light and dark, of the same morning.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from bot.demo.page.server import open_page
from bot.demo.stage import stage
from tests.browser.visitor import ACKNOWLEDGE, DEPUTY, DSP, LAPTOP, NURSE, OPEN, Visitor, chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_HAND = {"width": 390, "height": 844}


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    async with stage() as scene, open_page(scene) as page, chromium() as browser:
        async with Visitor.at(browser, page.url, tour=True, viewport=LAPTOP) as visitor:
            await expect(visitor.page.locator("#clock .bells li").first).to_be_visible()
            await _take(visitor, "demo-tour-en.png")
            await visitor.page.locator("#tour-skip").click()
            await _a_morning(visitor)
            await _take(visitor, "demo-laptop-en.png", full_page=True)
        await _another(browser, page.url, "demo-laptop-cy.png", "cy", viewport=LAPTOP)
        dark: dict[str, Any] = {"color_scheme": "dark", "viewport": _HAND, "has_touch": True}
        await _another(browser, page.url, "demo-phone-cy-dark.png", "cy", **dark)
        await _another(
            browser, page.url, "demo-phone-en.png", "en", **dark | {"color_scheme": "light"}
        )


async def _a_morning(visitor: Visitor) -> None:
    """A school that acknowledges, a nurse who has opened, a school that stays silent."""
    await visitor.send_sample()
    await visitor.press(DSP, OPEN)
    await visitor.press(DSP, ACKNOWLEDGE)
    await visitor.page.wait_for_timeout(1500)
    reference = await visitor.send_sample()
    await expect(visitor.messages(DSP).last).to_contain_text(reference)
    await visitor.step()
    await expect(visitor.messages(DEPUTY).last).to_contain_text(reference)
    await visitor.press(NURSE, OPEN)


async def _another(browser: Browser, url: str, name: str, language: str, **options: Any) -> None:
    async with Visitor.at(browser, url, **options) as visitor:
        if language != "en":
            await visitor.page.locator(f"#languages [lang={language}]").click()
        await expect(visitor.page.locator("#line .lines li").first).to_be_visible()
        await _take(visitor, name, full_page=options["viewport"] is LAPTOP)
        if options["viewport"] is not LAPTOP:
            await visitor.page.locator("#line").scroll_into_view_if_needed()
            await visitor.page.locator(".jumps a[href='#line']").click()
            await _take(visitor, name.replace(".png", "-line.png"))


async def _take(visitor: Visitor, name: str, **options: Any) -> None:
    await visitor.page.wait_for_timeout(500)  # a flash of what has just changed is over
    await visitor.page.screenshot(path=FOLDER / name, **options)
    sys.stderr.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    asyncio.run(main())
