"""The pictures of the coordinators' handbook in `docs/pictures/coordinators`, taken anew by
`make pictures`: a newcomer's first day and each section, in both languages, on a telephone and at
a desk. Prints how long each step took. `390-cy` after the command takes those alone.
"""

import asyncio
import itertools
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from bot.notifiers import telegram
from tests.browser.newcomer import Newcomer, has_last_years_terms
from tests.browser.small_png import small_png
from tests.browser.test_the_console import DESK, PHONE
from tests.browser.visitor import chromium
from tests.databases import sqlite_template
from tests.world import World

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "coordinators"
_LOOK_AROUND = ("1280-en", "390-cy")
"""The first day is taken at each width in each language, every other page once in each."""
_MOST_AREA = 1280 * 1100
"""Of a picture; what is below on a page is more of the same."""


async def main(template: Path) -> None:
    telegram.REQUEST_SECONDS = 60  # a machine that stands still for a while is no slow Telegram
    FOLDER.mkdir(exist_ok=True)
    async with chromium() as browser:
        for size, language in itertools.product((PHONE, DESK), ("en", "cy")):
            name = f"{size['width']}-{language}"
            if name in (sys.argv[1:] or [name]):
                await _of(template, browser, language, size, name)


async def _of(template: Path, browser: Browser, language: str, size: Any, name: str) -> None:
    """One first day in a database of its own."""
    aside = await browser.new_page()  # without the console's rules on what a page may load

    async def take(page: Page, what: str) -> None:
        await page.evaluate("document.activeElement?.blur()")
        tall = await page.evaluate("document.documentElement.scrollHeight")
        wide = size["width"]
        clip = {"x": 0, "y": 0, "width": wide, "height": min(tall, 2400, _MOST_AREA // wide)}
        png = await page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        (FOLDER / f"{what}-{name}.png").write_bytes(await small_png(png, aside))

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/encompass.db")
        url = f"sqlite+aiosqlite:///{folder}/encompass.db"
        world = World(url, Path(folder))
        has_last_years_terms(world.config)
        async with world:
            await world.opens_details_on_the_page()
            page = await browser.new_page(viewport=size, locale=f"{language}-GB")
            newcomer = Newcomer(world, page, language, take)
            await newcomer.first_day()
            if name in _LOOK_AROUND:
                await newcomer.looks_around()
            await page.close()
    await aside.close()
    for step, seconds in newcomer.seconds.items():
        sys.stdout.write(f"{name} {step}: {seconds:.1f} s\n")
    sys.stdout.write(f"{name} in all: {sum(newcomer.seconds.values()):.1f} s\n")


if __name__ == "__main__":
    with sqlite_template() as migrated:
        asyncio.run(main(migrated))
