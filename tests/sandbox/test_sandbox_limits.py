"""How fast one may send, on a clock that stands still."""

import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import TELEGRAMS, UNLIMITED, FloodGate, Limits
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.refusals import ApiError

SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def chats(sandbox: Sandbox) -> list[int]:
    for user_id in range(1, 32):
        sandbox.person(user_id).start()
    sandbox.limit(TELEGRAMS)
    return list(range(1, 32))


async def test_a_chat_takes_one_message_in_any_second(
    bot: Bot, sandbox: Sandbox, chats: list[int], clock: HandClock
) -> None:
    await bot.send_message(1, "a")
    clock.move_to(clock.now() + SECOND - INSTANT)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(1, "b")
    assert refusal.value.retry_after == 1
    clock.move_to(clock.now() + INSTANT)
    await bot.send_message(1, "b")
    assert sandbox.ledger.floods_earned == 1


async def test_thirty_messages_go_out_in_any_second(
    bot: Bot, sandbox: Sandbox, chats: list[int], clock: HandClock
) -> None:
    for chat_id in chats[:30]:
        await bot.send_message(chat_id, "x")
    clock.move_to(clock.now() + SECOND - INSTANT)
    for _ in range(2):  # trying again does not lengthen the wait
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(chats[30], "x")
    clock.move_to(clock.now() + INSTANT)
    await bot.send_message(chats[30], "x")
    assert sandbox.ledger.floods_earned == 2
    assert len(sandbox.ledger.sends()) == 31


async def test_a_429_looks_like_telegrams(
    sandbox: Sandbox, chats: list[int], http: aiohttp.ClientSession
) -> None:
    given_parameters = {"chat_id": "1", "text": "x"}
    for status in (200, 429):
        address = f"/bot{sandbox.token}/sendMessage"
        async with http.post(address, data=given_parameters) as response:
            body = json.loads(await response.read())
            assert response.status == status
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }


async def test_edits_count_and_answers_to_presses_do_not(
    bot: Bot, sandbox: Sandbox, chats: list[int], clock: HandClock
) -> None:
    sent = await bot.send_message(1, "a")
    with pytest.raises(TelegramRetryAfter):
        await bot.edit_message_text("b", chat_id=1, message_id=sent.message_id)
    for _ in range(40):
        await bot.answer_callback_query(sandbox.phones[1].press_data("x").id)
    clock.move_to(clock.now() + SECOND)
    await bot.edit_message_text("b", chat_id=1, message_id=sent.message_id)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(1, "c")


async def test_limits_can_be_changed_and_lifted(
    bot: Bot, sandbox: Sandbox, mair: SandboxPhone
) -> None:
    sandbox.limit(Limits(overall=2, per_chat=None))
    for _ in range(2):
        await bot.send_message(42, "x")
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(42, "x")
    sandbox.limit(UNLIMITED)
    for _ in range(50):
        await bot.send_message(42, "x")


async def test_a_clock_stepped_back_does_not_silence_a_chat_for_an_hour(
    bot: Bot, sandbox: Sandbox, chats: list[int], clock: HandClock
) -> None:
    await bot.send_message(1, "a")
    clock.move_to(clock.now() - timedelta(hours=1))
    await bot.send_message(1, "b")


@given(st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 3)), max_size=60))
def test_no_window_of_a_second_ever_holds_more_than_the_limit(
    steps: list[tuple[int, int]],
) -> None:
    gate, now = FloodGate(Limits(overall=4, per_chat=2)), datetime(2026, 11, 20, tzinfo=UTC)
    taken: list[tuple[datetime, int]] = []
    for milliseconds, chat_id in steps:
        now += timedelta(milliseconds=milliseconds)
        recent = [(at, chat) for at, chat in taken if now - at < SECOND]
        room = len(recent) < 4 and sum(chat == chat_id for _, chat in recent) < 2
        if room:
            gate.admit(chat_id, now)
            gate.count(chat_id, now)
            taken.append((now, chat_id))
        else:
            with pytest.raises(ApiError, match="retry after 1"):
                gate.admit(chat_id, now)
