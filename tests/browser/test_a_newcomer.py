"""A newcomer, from an empty database to a drill that three telephones have acknowledged."""

import pytest
from playwright.async_api import Browser

from tests.browser.newcomer import Newcomer
from tests.browser.test_the_console import PHONE
from tests.browser.test_the_secure_page import window
from tests.world import World


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """What a browser sees does not depend on it."""
    return str(request.param)


async def test_from_an_empty_database_to_a_drill_that_three_telephones_acknowledge(
    world: World, browser: Browser
) -> None:
    """Through the console alone, in Welsh and on a telephone."""
    await world.opens_details_on_the_page()
    async with window(browser, viewport=PHONE) as page:
        await Newcomer(world, page, "cy").first_day()
