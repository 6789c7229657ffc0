"""A tick that a stop ends is no failure: nobody reads of one in the log."""

import asyncio

import pytest

from bot.scheduler import Ticks


async def test_a_tick_that_a_stop_cuts_short_is_not_logged_as_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = asyncio.Event()

    async def tick() -> None:
        begun.set()
        await asyncio.Event().wait()

    ticks = Ticks()
    ticks.every(0.01, "slow", tick)
    ticks.start()
    await asyncio.wait_for(begun.wait(), 5)
    ticks.stop()
    for _ in range(5):
        await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelno >= 40] == []
