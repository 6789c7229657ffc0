"""A sandbox on a clock that stands still, aiogram's own Bot against it, and a raw client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.phones import SandboxPhone


class QuickSession(AiohttpSession):
    """aiogram's own waits a quarter of a second for TLS that is not there."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(2026, 11, 20, 7, 10, tzinfo=UTC))


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock, limits=UNLIMITED) as sandbox:
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    bot = Bot(sandbox.token, session=QuickSession(api=TelegramAPIServer.from_base(sandbox.url)))
    yield bot
    await bot.session.close()


@pytest.fixture
async def other_bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A second instance of the same bot."""
    bot = Bot(sandbox.token, session=QuickSession(api=TelegramAPIServer.from_base(sandbox.url)))
    yield bot
    await bot.session.close()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """Speaks to the sandbox as no decent library would."""
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


@pytest.fixture
def mair(sandbox: Sandbox) -> SandboxPhone:
    """Somebody who has started the bot, and whose start it has been told of."""
    phone = sandbox.person(42, first_name="Mair", language_code="cy")
    phone.start()
    sandbox._cloud.updates.clear()
    return phone


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Let sockets and tasks run until something has come true; a second is far too long."""

    async def wait(happened: Callable[[], object]) -> None:
        async with asyncio.timeout(1):
            while not happened():
                await asyncio.sleep(0.001)

    return wait
