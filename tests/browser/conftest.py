"""A fresh demo, and somebody looking at it, for every test.

Starting one takes seconds (58 people enrol), so a test here is a walk of some length.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.visitor import Visitor, chromium, running_demo


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    async with running_demo(tmp_path) as url:
        yield url


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
