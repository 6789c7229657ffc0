"""A fresh demo, and somebody looking at it, for every test.

Starting one takes seconds (58 people enrol), so a test here is a walk of some length.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from bot.demo.page.server import Page, open_page
from bot.demo.stage import stage
from tests.browser.visitor import Visitor, chromium


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """What a browser sees does not depend on it."""
    return str(request.param)


@pytest.fixture
async def page_of_demo() -> AsyncIterator[Page]:
    """In this process: loading Telegram's library alone takes seconds, and
    `tests/cli/test_demo.py` starts it as a user does."""
    async with stage() as scene, open_page(scene) as page:
        yield page


@pytest.fixture
def demo(page_of_demo: Page) -> str:
    """The page's address."""
    return page_of_demo.url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def visitor(demo: str, browser: Browser) -> AsyncIterator[Visitor]:
    """At the end: no error on the console, and no request that left this machine."""
    async with Visitor.at(browser, demo) as visitor:
        yield visitor
        assert visitor.faults == []
