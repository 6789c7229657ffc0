"""What a poller says of Telegram when another worker has polled meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import TelegramConflictError

from bot.flow.hear import polling_refused
from bot.handlers.polling import GetRawUpdates, Poller
from tests.flow.outbox import until
from tests.world import World

REFUSED = "telegram:polling"


class Line:
    """Telegram as one poller has it: each poll is open until it is ended."""

    def __init__(self) -> None:
        self.polls: list[asyncio.Future[list[dict[str, Any]]]] = []

    async def __call__(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        self.polls.append(asyncio.get_running_loop().create_future())
        return await self.polls[-1]

    def another_polls(self) -> None:
        self.polls[-1].set_exception(TelegramConflictError(GetRawUpdates(), "another polls"))

    def has_nothing(self) -> None:
        self.polls[-1].set_result([])


@pytest.fixture
async def line(world: World) -> AsyncIterator[Line]:
    line = Line()
    poller = Poller(world.ctx, line, world.app.lease)  # type: ignore[arg-type]
    running = asyncio.create_task(poller.run())
    await until(lambda: line.polls)
    line.has_nothing()
    await until(lambda: len(line.polls) == 2)
    yield line
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_was_frozen_and_finds_its_poll_ended_by_another_is_not_refused(
    world: World, line: Line
) -> None:
    lease = world.app.lease
    held_until, lease._until = lease._until, world.clock.now() - timedelta(seconds=1)
    line.another_polls()
    await asyncio.sleep(0.05)
    assert REFUSED not in await world.alarms()
    lease._until = held_until
    lease._granted.set()
    await until(lambda: len(line.polls) == 3)


async def test_whoever_is_served_clears_what_the_one_before_was_refused(
    world: World, line: Line
) -> None:
    await polling_refused(world.ctx)
    assert REFUSED in await world.alarms()
    lease = world.app.lease
    assert lease.fence is not None
    lease.fence += 2  # it was another's, and is ours again
    for number in (2, 3):
        line.has_nothing()
        await until(lambda number=number: len(line.polls) > number)  # type: ignore[misc]
    assert REFUSED not in await world.alarms()
