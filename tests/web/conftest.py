from collections.abc import AsyncIterator

import httpx
import pytest

from bot.clock import HandClock
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.partners import create_key
from bot.web.server import WebServer, web_app
from tests.web.door import Door
from tests.world import CONFIG, MONDAY_AT_SEVEN


@pytest.fixture
async def door(database: str) -> AsyncIterator[Door]:
    ctx = Context.on(database, HandClock(MONDAY_AT_SEVEN))
    await take_config(ctx, read_config(CONFIG))
    _, key = await create_key(ctx, "South Force")
    server = WebServer(web_app(ctx, 100), "127.0.0.1", 0)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        yield Door(ctx, http, key)
    await server.stop()
    await ctx.store.close()
