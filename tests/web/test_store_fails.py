"""503 when nothing could be stored: said, true, and over as soon as the database serves again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.clock import HandClock
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.partners import create_key
from bot.store import engine as engines
from bot.store import notifications
from bot.web.server import WebServer, web_app
from tests.builders import WHOLE, child, notice
from tests.locks import Fault, locked, read_only
from tests.web.door import NOTIFICATIONS, Door, problem
from tests.world import CONFIG, MONDAY_AT_SEVEN


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that gives up on a locked file soon, so that the test need not wait."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)


@pytest.fixture
async def shaky(impatient: None, database: str) -> AsyncIterator[tuple[Door, Fault, Fault, str]]:
    """A door, what stops its database from taking anything in, and what lets it again."""
    ctx = Context.on(database, HandClock(MONDAY_AT_SEVEN))
    await take_config(ctx, read_config(CONFIG))
    _, key = await create_key(ctx, "South Force")
    server = WebServer(web_app(ctx, 100), "127.0.0.1", 0)
    await server.start()
    breaks, heals = locked(database) if "sqlite" in database else read_only(database)
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        yield Door(ctx, http, key), breaks, heals, database
    await server.stop()
    await ctx.store.close()


async def test_when_nothing_can_be_stored_that_is_what_is_said(
    shaky: tuple[Door, Fault, Fault, str],
) -> None:
    door, breaks, heals, _ = shaky
    known = (await door.post(notice(child()))).json()["reference"]
    body = notice(child(given_name="Canary-9c1f"), **WHOLE)
    await breaks()
    answers = [
        await door.post(body),
        await door.post(b"not JSON"),  # of which a receipt would be owed
        await door.post({"text": "x"}, f"{NOTIFICATIONS}/{known}/updates"),
        await door.post({"reason": "x"}, f"{NOTIFICATIONS}/{known}/withdrawal"),
    ]
    for answer in answers:
        said = problem(answer, 503)
        assert said["title"] == "Nothing was stored; try again."
        assert answer.headers["retry-after"] == "5"
        assert "Canary" not in answer.text
    assert (await door.get(f"{NOTIFICATIONS}/{known}")).status_code == 200, "reading goes on"
    await heals()
    assert await door.holds() == (1, 1)
    again = await door.post(body)
    assert (again.status_code, again.json()["duplicate"]) == (202, False)


async def test_a_notice_that_the_database_will_not_have_fails_alone(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notices that share a commit do not share a fault."""
    receipt = notifications.receipt

    def but_not_this(*, raw: bytes, **rest: Any) -> dict[str, Any]:
        if b"POISON" in raw:
            raise ValueError("nobody expected this")
        return receipt(raw=raw, **rest)

    monkeypatch.setattr(notifications, "receipt", but_not_this)
    bodies = [notice(child(given_name="POISON" if n == 7 else "Synthetic")) for n in range(20)]
    answers = await asyncio.gather(*(door.post(body) for body in bodies))
    assert [answer.status_code for answer in answers] == [202] * 7 + [500] + [202] * 12
    said = problem(answers[7], 500)
    assert said["title"] == "This should not have happened; nothing was stored."
    assert await door.holds() == (19, 19)
