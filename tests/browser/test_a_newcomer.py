"""A newcomer, from an empty database to a drill that three telephones have acknowledged."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.newcomer import Newcomer, has_last_years_terms
from tests.browser.test_the_console import PHONE
from tests.browser.test_the_secure_page import window
from tests.world import World


@pytest.fixture
async def empty(
    database: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """As `world`, of an authority whose calendar nobody has kept since last year."""
    monkeypatch.setattr("bot.notifiers.telegram.REQUEST_SECONDS", 60)
    world = World(database, tmp_path)
    has_last_years_terms(world.config)
    async with world:
        yield world
        await world.ends_well(caplog)


async def test_from_an_empty_database_to_a_drill_that_three_telephones_acknowledge(
    empty: World, browser: Browser
) -> None:
    """Through the console alone, in Welsh and on a telephone."""
    await empty.opens_details_on_the_page()
    async with window(browser, viewport=PHONE) as page:
        await Newcomer(empty, page, "cy").first_day()
