"""Updates brought to the bot's own address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiohttp import web

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone

Until = Callable[[Callable[[], object]], Awaitable[None]]


@dataclass
class Door:
    """The bot's side: what was brought, and what it says to it."""

    url: str = ""
    says: list[int] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    brought: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    stuck: asyncio.Event | None = None

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.brought]

    async def open(self, request: web.BaseRequest) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.brought.append((secret, await request.json()))
        if self.stuck is not None:
            await self.stuck.wait()
        return web.json_response(self.answer, status=self.says.pop(0) if self.says else 200)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    runner = web.ServerRunner(web.Server(door.open), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield door
    await runner.cleanup()


async def test_updates_are_brought_in_order_with_the_secret(
    bot: Bot, mair: SandboxPhone, door: Door, sandbox: Sandbox, until: Until
) -> None:
    mair.say("before")
    await bot.set_webhook(door.url, secret_token="s3cret_-")
    for text in "ab":
        mair.say(text)
    await until(lambda: sandbox.resting)
    assert door.texts == ["before", "a", "b"]
    assert {secret for secret, _ in door.brought} == {"s3cret_-"}


async def test_what_was_not_taken_is_tried_again_at_growing_pauses_and_holds_up_the_rest(
    bot: Bot, mair: SandboxPhone, door: Door, clock: HandClock, sandbox: Sandbox, until: Until
) -> None:
    door.says = [500, 404, 302]
    await bot.set_webhook(door.url)
    mair.say("a")
    mair.say("b")
    for tries, pause in ((1, 1), (2, 2), (3, 4)):
        await until(clock.busy_waits)
        assert door.texts == ["a"] * tries
        assert clock.busy_waits() == [clock.now() + timedelta(seconds=pause)]
        assert not sandbox.resting
        clock.move_to(clock.busy_waits()[0])
    await until(lambda: sandbox.resting)
    assert door.texts == ["a"] * 4 + ["b"]
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.url) == (0, door.url)
    assert info.last_error_message == "Wrong response from the webhook: 302 Found"


async def test_a_door_that_does_not_answer_for_a_minute_is_tried_again(
    bot: Bot, mair: SandboxPhone, door: Door, clock: HandClock, sandbox: Sandbox, until: Until
) -> None:
    door.stuck = asyncio.Event()
    await bot.set_webhook(door.url)
    mair.say("a")
    await until(lambda: door.brought)
    clock.move_to(clock.now() + timedelta(seconds=60))
    await until(clock.busy_waits)
    assert (await bot.get_webhook_info()).last_error_message == "Read timeout expired"
    door.stuck.set()
    clock.move_to(clock.busy_waits()[0])
    await until(lambda: sandbox.resting)


async def test_an_update_that_nobody_takes_expires(
    bot: Bot, mair: SandboxPhone, clock: HandClock, sandbox: Sandbox, until: Until
) -> None:
    await bot.set_webhook("http://127.0.0.1:1/nobody")
    mair.say("a")
    await until(clock.busy_waits)
    clock.move_to(clock.now() + timedelta(hours=24))
    await until(lambda: sandbox.resting)
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Connection failed: ClientConnectorError"


async def test_webhook_and_polling_exclude_each_other(
    bot: Bot, other_bot: Bot, mair: SandboxPhone, door: Door, clock: HandClock, until: Until
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: [w for w in clock._waits if not w[3].done()])
    await other_bot.set_webhook(door.url)
    with pytest.raises(TelegramConflictError, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(
        TelegramConflictError,
        match=r"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
        r"to delete the webhook first$",
    ):
        await bot.get_updates()
    await bot.delete_webhook()
    mair.say("a")
    assert len(await bot.get_updates()) == 1
    assert door.brought == []


async def test_what_waits_is_kept_unless_it_is_to_be_dropped(
    bot: Bot, mair: SandboxPhone, door: Door, until: Until, sandbox: Sandbox
) -> None:
    mair.say("a")
    await bot.delete_webhook()
    assert sandbox.waiting_updates == 1
    await bot.set_webhook(door.url, drop_pending_updates=True, allowed_updates=["message"])
    mair.press_data("not allowed")
    mair.say("b")
    await until(lambda: sandbox.resting)
    assert door.texts == ["b"]
    assert (await bot.get_webhook_info()).allowed_updates == ["message"]
    await bot.set_webhook("")
    assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    "url", ["https://example.org/", "http://10.0.0.1/", "ftp://127.0.0.1/", "http://[", "here"]
)
async def test_nothing_is_ever_brought_beyond_loopback(bot: Bot, url: str) -> None:
    with pytest.raises(TelegramBadRequest, match="LOOPBACK ADDRESSES ONLY"):
        await bot.set_webhook(url)


async def test_a_secret_and_a_number_of_connections_keep_to_telegrams_rules(
    bot: Bot, door: Door
) -> None:
    with pytest.raises(TelegramBadRequest, match="secret token contains unallowed characters"):
        await bot.set_webhook(door.url, secret_token="a b")
    with pytest.raises(TelegramBadRequest, match="secret token is too long"):
        await bot.set_webhook(door.url, secret_token="a" * 257)
    with pytest.raises(TelegramBadRequest, match="max_connections"):
        await bot.set_webhook(door.url, max_connections=101)


async def test_a_call_in_the_answer_is_refused_aloud(
    bot: Bot, mair: SandboxPhone, door: Door, sandbox: Sandbox, until: Until
) -> None:
    door.answer = {"method": "sendMessage", "chat_id": 42, "text": "x"}
    await bot.set_webhook(door.url)
    mair.say("a")
    await until(lambda: sandbox.resting)
    assert [error.parameter for error in sandbox.unsupported] == ["a call in the webhook's answer"]


async def test_while_the_sandbox_is_down_nothing_is_brought(
    bot: Bot, mair: SandboxPhone, door: Door, sandbox: Sandbox, until: Until
) -> None:
    await bot.set_webhook(door.url)
    with sandbox.faults.down():
        mair.say("a")
        await asyncio.sleep(0.005)
        assert door.brought == []
    await until(lambda: sandbox.resting)
    assert door.texts == ["a"]
