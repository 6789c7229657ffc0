"""Buttons, from the finger to the answer."""

import asyncio
from datetime import timedelta

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import (
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.presses import ANSWER_WITHIN

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid$"


def keyboard(*texts: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=text.lower()) for text in texts]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_press_reaches_the_bot_and_its_answer_the_person(
    bot: Bot, mair: SandboxPhone, clock: HandClock, sandbox: Sandbox
) -> None:
    sent = await bot.send_message(42, "ENC-7F3K", reply_markup=keyboard("Open", "Acknowledge"))
    press = mair.press("Acknowledge")
    assert press.pending
    hearing = asyncio.create_task(press.answered())
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (press.id, "acknowledge", 42)
    assert isinstance(query.message, Message)
    assert (query.message.message_id, query.message.text) == (sent.message_id, "ENC-7F3K")
    await bot.answer_callback_query(query.id, text="Thank you", show_alert=True)
    answer = await hearing
    assert (answer.text, answer.show_alert, answer.at) == ("Thank you", True, clock.now())
    assert not press.pending
    assert sandbox.ledger.calls("answerCallbackQuery", 42)[0].text == "Thank you"


async def test_the_newest_message_that_has_the_button_is_pressed(
    bot: Bot, mair: SandboxPhone
) -> None:
    for text, button in (("a", "Open"), ("b", "Open"), ("c", "Close")):
        await bot.send_message(42, text, reply_markup=keyboard(button))
    pressed = mair.press("Open").message
    assert pressed is not None
    assert pressed.text == "b"
    chosen = mair.press("Open", mair.messages[0]).message
    assert chosen is mair.messages[0]


async def test_a_button_that_is_not_there_cannot_be_pressed(bot: Bot, mair: SandboxPhone) -> None:
    await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    with pytest.raises(LookupError, match=r"sees no button 'Close', only \['Open'\]"):
        mair.press("Close")


async def test_data_can_be_forged(bot: Bot, mair: SandboxPhone, sandbox: Sandbox) -> None:
    owen = sandbox.person(43)
    owen.start()
    for_mair = await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    owen.press_data("open:someone-elses", mair.messages[0])
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.from_user.id, query.data) == (43, "open:someone-elses")
    assert query.message.message_id == for_mair.message_id


async def test_a_press_on_what_is_gone_comes_without_the_message(
    bot: Bot, mair: SandboxPhone
) -> None:
    sent = await bot.send_message(42, "x", reply_markup=keyboard("Open"))
    await bot.delete_message(42, sent.message_id)
    mair.press_data("open", mair.received[0])
    standing = await bot.send_message(42, "y", reply_markup=keyboard("Open"))
    mair.press_data("open", inaccessible=True)
    for update, message in zip(await bot.get_updates(), (sent, standing), strict=True):
        assert update.callback_query is not None
        assert isinstance(update.callback_query.message, InaccessibleMessage)
        assert update.callback_query.message.message_id == message.message_id


async def test_an_answer_after_the_expiry_is_refused(
    bot: Bot, mair: SandboxPhone, clock: HandClock
) -> None:
    in_time, late = mair.press_data("a"), mair.press_data("b")
    clock.move_to(clock.now() + ANSWER_WITHIN)
    await bot.answer_callback_query(in_time.id)
    clock.move_to(clock.now() + timedelta(milliseconds=1))
    with pytest.raises(TelegramBadRequest, match=TOO_OLD):
        await bot.answer_callback_query(late.id)
    assert late.pending


async def test_a_press_is_answered_once(bot: Bot, mair: SandboxPhone) -> None:
    press = mair.press_data("a")
    await bot.answer_callback_query(press.id)
    for press_id in (press.id, "12345", ""):
        with pytest.raises(TelegramBadRequest):
            await bot.answer_callback_query(press_id)


async def test_an_answer_has_at_most_200_characters(bot: Bot, mair: SandboxPhone) -> None:
    press = mair.press_data("a")
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(press.id, text="x" * 201)
    await bot.answer_callback_query(press.id, text="x" * 200)


async def test_an_answer_that_leads_elsewhere_is_refused_aloud(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    with pytest.raises(TelegramServerError, match="url"):
        await bot.answer_callback_query(mair.press_data("a").id, url="https://t.me/x")
    assert sandbox.unsupported


async def test_a_press_that_waits_for_150_seconds_never_reaches_the_bot(
    bot: Bot, mair: SandboxPhone, clock: HandClock
) -> None:
    mair.press_data("lost")
    clock.move_to(clock.now() + timedelta(seconds=149))
    mair.press_data("heard")
    clock.move_to(clock.now() + timedelta(seconds=1))
    heard = [update.callback_query for update in await bot.get_updates()]
    assert [query.data for query in heard if query] == ["heard"]
