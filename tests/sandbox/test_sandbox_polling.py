"""getUpdates: nothing is lost, nothing is kept for ever, and one instance polls at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone

Until = Callable[[Callable[[], object]], Awaitable[None]]


def parked(clock: HandClock) -> bool:
    """Whether a long poll waits; its wait holds up no work."""
    return bool([w for w in clock._waits if not w[3].done()]) and not clock.busy_waits()


async def texts(
    bot: Bot, offset: int | None = None, timeout: int | None = None
) -> list[str | None]:
    updates = await bot.get_updates(offset=offset, timeout=timeout)
    return [update.message.text if update.message else None for update in updates]


async def test_updates_come_until_a_later_offset_confirms_them(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    for text in "abc":
        mair.say(text)
    assert await texts(bot) == await texts(bot) == ["a", "b", "c"]
    first = (await bot.get_updates(limit=1))[0].update_id
    assert not sandbox.resting
    assert await texts(bot, offset=first + 1) == ["b", "c"]
    assert await texts(bot) == ["b", "c"]
    assert await texts(bot, offset=first + 3) == []
    assert sandbox.resting


async def test_numbers_are_in_sequence_and_never_given_twice(bot: Bot, mair: SandboxPhone) -> None:
    for text in "ab":
        mair.say(text)
    one, two = [update.update_id for update in await bot.get_updates()]
    await bot.get_updates(offset=two + 1)
    mair.say("c")
    assert (await bot.get_updates())[0].update_id == two + 1 == one + 2


async def test_a_negative_offset_forgets_all_but_the_last(bot: Bot, mair: SandboxPhone) -> None:
    for text in "abcd":
        mair.say(text)
    assert await texts(bot, offset=-2) == ["c", "d"]
    assert await texts(bot) == ["c", "d"]


async def test_at_most_a_hundred_come_at_once(bot: Bot, mair: SandboxPhone) -> None:
    for _ in range(101):
        mair.say("x")
    assert len(await bot.get_updates(limit=1000)) == 100
    assert len(await bot.get_updates(limit=3)) == 3


async def test_a_long_poll_ends_when_an_update_arrives(
    bot: Bot, mair: SandboxPhone, clock: HandClock, sandbox: Sandbox, until: Until
) -> None:
    poll = asyncio.create_task(texts(bot, timeout=30))
    await until(lambda: parked(clock))
    assert sandbox.resting
    mair.say("a")
    assert not sandbox.resting
    assert await poll == ["a"]


async def test_a_long_poll_ends_with_nothing_when_its_time_is_over(
    bot: Bot, clock: HandClock, until: Until
) -> None:
    poll = asyncio.create_task(texts(bot, timeout=600))
    await until(lambda: parked(clock))
    clock.move_to(clock.now() + timedelta(seconds=49))
    await asyncio.sleep(0.005)
    assert not poll.done()
    clock.move_to(clock.now() + timedelta(seconds=1))  # Telegram never waits longer than 50 s
    assert await poll == []


async def test_a_second_poll_ends_the_first(
    bot: Bot, other_bot: Bot, mair: SandboxPhone, clock: HandClock, until: Until
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: parked(clock))
    second = asyncio.create_task(texts(other_bot, timeout=30))
    with pytest.raises(
        TelegramConflictError,
        match=r"Conflict: terminated by other getUpdates request; make sure that only one bot "
        r"instance is running$",
    ):
        await first
    mair.say("a")
    assert await second == ["a"]


async def test_a_client_that_is_killed_in_a_poll_loses_nothing_and_troubles_nobody(
    sandbox: Sandbox, bot: Bot, mair: SandboxPhone, clock: HandClock, until: Until
) -> None:
    async with aiohttp.ClientSession(sandbox.url) as doomed:
        poll = asyncio.create_task(doomed.get(f"/bot{sandbox.token}/getUpdates?timeout=30"))
        await until(lambda: parked(clock))
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await asyncio.sleep(0.005)
    mair.say("a")
    await asyncio.sleep(0.005)  # the poll nobody hears hands it out to nobody
    assert await texts(bot) == ["a"]
    assert sandbox.ledger.refused == []


async def test_a_killed_clients_poll_earns_its_successor_no_conflict(
    sandbox: Sandbox, bot: Bot, mair: SandboxPhone, clock: HandClock, until: Until
) -> None:
    async with aiohttp.ClientSession(sandbox.url) as doomed:
        poll = asyncio.create_task(doomed.get(f"/bot{sandbox.token}/getUpdates?timeout=30"))
        await until(lambda: parked(clock))
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await asyncio.sleep(0.005)
    successor = asyncio.create_task(texts(bot, timeout=30))
    await until(lambda: len([w for w in clock._waits if not w[3].done()]) == 1)
    mair.say("a")
    assert await successor == ["a"]
    assert sandbox.ledger.refused == []


async def test_updates_are_kept_for_24_hours(
    bot: Bot, mair: SandboxPhone, clock: HandClock, sandbox: Sandbox
) -> None:
    mair.say("old")
    clock.move_to(clock.now() + timedelta(hours=1))
    mair.say("young")
    clock.move_to(clock.now() + timedelta(hours=23))
    assert sandbox.waiting_updates == 1
    assert await texts(bot) == ["young"]


async def test_what_was_not_allowed_never_comes(bot: Bot, mair: SandboxPhone) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    mair.say("a")
    mair.press_data("b")
    assert [update.event_type for update in await bot.get_updates()] == ["callback_query"]
    await bot.get_updates(offset=-1, allowed_updates=[])  # all of them again, from now on
    mair.say("c")
    assert [u.event_type for u in await bot.get_updates()] == ["callback_query", "message"]


async def test_stopping_the_sandbox_leaves_nothing_open(clock: HandClock, until: Until) -> None:
    async with Sandbox(clock) as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        sandbox.faults.hold(method="getMe")
        sandbox.faults.delay(60, method="getWebhookInfo")
        calls = [
            asyncio.create_task(http.get(f"/bot{sandbox.token}/{what}"))
            for what in ("getUpdates?timeout=30", "getMe", "getWebhookInfo")
        ]
        await until(lambda: len(sandbox._calls._open) == 3)
        await until(lambda: sandbox.resting)
        await sandbox.stop()
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(result, aiohttp.ClientError) for result in results)
