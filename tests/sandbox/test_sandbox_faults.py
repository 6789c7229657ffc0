"""Everything that can be made to go wrong goes wrong exactly so."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def test_any_answer_can_be_put_in_place_of_the_real_one(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    html = sandbox.faults.answer(502, "<h1>Bad Gateway</h1>", method="SendMessage", times=2)
    for _ in range(2):
        with pytest.raises(ClientDecodeError, match="Bad Gateway"):
            await bot.send_message(42, "x")
    assert html.hits == 2
    sandbox.faults.answer(500, {"ok": False, "error_code": 500})
    with pytest.raises(TypeError):  # aiogram's own, for a 500 without a description
        await bot.send_message(42, "x")
    sandbox.faults.answer(200)
    with pytest.raises(ClientDecodeError):
        await bot.send_message(42, "x")
    assert mair.messages == []
    assert [r.code for r in sandbox.ledger.refusals(injected=True)] == [502, 502, 500]
    await bot.send_message(42, "x")


async def test_an_answer_can_be_spoiled_after_the_message_was_accepted(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.answer(504, "<h1>Timeout</h1>", accepted=True)
    with pytest.raises(ClientDecodeError):
        await bot.send_message(42, "x")
    assert [m.text for m in mair.messages] == ["x"]


async def test_a_fault_can_be_kept_to_one_chat_until_it_is_lifted(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.person(43).start()
    says = "Forbidden: bot was blocked by the user"
    fault = sandbox.faults.error(403, says, chat_id=42, times=None)
    await bot.send_message(43, "x")
    for _ in range(3):
        with pytest.raises(TelegramForbiddenError, match=says):
            await bot.send_message(42, "x")
    fault.lift()
    await bot.send_message(42, "x")


async def test_an_injected_flood_names_its_seconds_and_is_not_the_clients_fault(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.flood(7)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(42, "x")
    assert refusal.value.retry_after == 7
    sandbox.faults.flood(0)
    with pytest.raises(TelegramAPIError) as plain:
        await bot.send_message(42, "x")
    assert type(plain.value) is TelegramAPIError  # retry_after 0 is the plain class
    assert sandbox.ledger.floods_earned == 0


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_connection_can_be_reset_before_and_after_accepting(
    bot: Bot,
    mair: SandboxPhone,
    sandbox: Sandbox,
    accepted: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox.faults.reset(accepted=accepted)
    with caplog.at_level(logging.WARNING):
        with pytest.raises(TelegramNetworkError, match="reset by peer"):
            await bot.send_message(42, "x")
        await asyncio.sleep(0.005)
    assert [m.text for m in mair.messages] == (["x"] if accepted else [])
    assert caplog.records == []
    assert await bot.send_message(42, "y")


@pytest.mark.parametrize("accepted", [False, True])
async def test_an_answer_can_be_late_by_the_clock(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, clock: HandClock, until: Until, accepted: bool
) -> None:
    sandbox.faults.delay(90, accepted=accepted)
    called_at = clock.now()
    call = asyncio.create_task(bot.send_message(42, "x"))
    await until(clock.busy_waits)
    assert clock.busy_waits() == [called_at + timedelta(seconds=90)]
    assert sandbox.resting  # nothing more comes of it until somebody moves the clock
    assert len(mair.messages) == accepted
    clock.move_to(clock.busy_waits()[0])
    await call
    assert mair.messages[0].sent_at == (called_at if accepted else clock.now())


async def test_an_answer_can_be_late_in_real_time(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.delay(0.01, real=True)
    call = asyncio.create_task(bot.send_message(42, "x"))
    await asyncio.sleep(0.005)
    assert mair.messages == []
    await call


async def test_a_late_message_is_accepted_even_if_the_client_gave_up(
    mair: SandboxPhone, sandbox: Sandbox, http: aiohttp.ClientSession, until: Until
) -> None:
    held = sandbox.faults.hold()
    data = {"chat_id": "42", "text": "x"}
    call = asyncio.create_task(http.post(f"/bot{sandbox.token}/sendMessage", data=data))
    await until(lambda: held.hits)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    held.lift()
    await until(lambda: mair.messages)


async def test_a_call_can_be_held_until_it_is_released(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, until: Until
) -> None:
    with sandbox.faults.hold(method="sendMessage") as held:
        call = asyncio.create_task(bot.send_message(42, "x"))
        await until(lambda: held.hits)
        assert mair.messages == []
        await bot.get_me()
    assert (await call).text == "x"


async def test_a_fault_that_could_never_strike_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="plays no method sendmesage"):
        sandbox.faults.flood(method="sendMesage")


async def test_a_held_call_can_be_released_by_the_number_of_its_fault(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, until: Until
) -> None:
    held = sandbox.faults.hold()
    call = asyncio.create_task(bot.send_message(42, "x"))
    await until(lambda: held.hits)
    sandbox.faults.lift(held.id)
    assert (await call).text == "x"


async def test_while_it_is_down_every_connection_is_closed(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, clock: HandClock, until: Until
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: [w for w in clock._waits if not w[3].done()])
    with sandbox.faults.down() as down:
        with pytest.raises(TelegramNetworkError):
            await poll
        for call in (bot.get_me, bot.get_updates):
            with pytest.raises(TelegramNetworkError):
                await call()
        assert down.hits == 2
        mair.say("meanwhile")
    assert len(await bot.get_updates()) == 1


async def test_an_update_can_come_twice_under_one_id(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.duplicate_updates()
    mair.say("a")
    mair.say("b")
    first, second = [update.update_id for update in await bot.get_updates()]
    again = await bot.get_updates(offset=second + 1)
    assert [(u.update_id, u.message.text) for u in again if u.message] == [(first, "a")]
    assert not sandbox.resting
    assert await bot.get_updates(offset=second + 1) == []
    assert sandbox.resting


async def test_updates_can_come_out_of_order(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    sandbox.faults.reorder_updates()
    mair.say("a")
    mair.say("b")
    newer, older = [update.update_id for update in await bot.get_updates()]
    assert newer == older + 1
    assert [update.update_id for update in await bot.get_updates()] == [older, newer]


async def test_updates_can_come_days_late(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, clock: HandClock
) -> None:
    happened_at = clock.now()
    with sandbox.faults.withhold_updates():
        mair.say("old")
        mair.press_data("old")
        assert sandbox.resting
        clock.move_to(happened_at + timedelta(days=2))
    mair.say("new")
    late, press, new = await bot.get_updates()
    assert late.message is not None
    assert late.message.date == happened_at
    assert press.callback_query is not None
    assert [late.update_id + 1, press.update_id + 1] == [press.update_id, new.update_id]


async def test_all_faults_can_be_cleared(bot: Bot, mair: SandboxPhone, sandbox: Sandbox) -> None:
    sandbox.faults.error(401, "Unauthorized", times=None)
    sandbox.faults.down()
    sandbox.faults.clear()
    await bot.send_message(42, "x")
    with pytest.raises(LookupError):
        sandbox.faults.lift(1)
