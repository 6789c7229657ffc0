"""Keyboards under messages, and what else a message may carry."""

import re

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import (
    CallbackGame,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardRemove,
)

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone


def keyboard(*texts: str, data: str = "ack:1") -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=data) for text in texts]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_button_carries_1_to_64_bytes(bot: Bot, mair: SandboxPhone) -> None:
    await bot.send_message(42, "x", reply_markup=keyboard("Open", data="ŵ" * 32))
    for data in ("ŵ" * 32 + "x", ""):
        with pytest.raises(TelegramBadRequest, match=r"Bad Request: BUTTON_DATA_INVALID$"):
            await bot.send_message(42, "x", reply_markup=keyboard("Open", data=data))


async def test_a_button_must_have_a_text_and_one_action(bot: Bot, mair: SandboxPhone) -> None:
    with pytest.raises(TelegramBadRequest, match="button text must be non-empty"):
        await bot.send_message(42, "x", reply_markup=keyboard(" "))
    idle = InlineKeyboardButton(text="idle")
    torn = InlineKeyboardButton(text="torn", callback_data="a", url="https://example.org/")
    for button, says in ((idle, "Text buttons are unallowed"), (torn, "exactly one action")):
        markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
        with pytest.raises(TelegramBadRequest, match=says):
            await bot.send_message(42, "x", reply_markup=markup)


async def test_a_keyboard_has_at_most_a_hundred_buttons(bot: Bot, mair: SandboxPhone) -> None:
    await bot.send_message(42, "x", reply_markup=keyboard(*"x" * 100))
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: reply markup is too long$"):
        await bot.send_message(42, "x", reply_markup=keyboard(*"x" * 101))


async def test_a_button_may_lead_to_a_page(bot: Bot, mair: SandboxPhone) -> None:
    link = InlineKeyboardButton(text="Open details", url="https://example.org/a")
    sent = await bot.send_message(
        42, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[link]])
    )
    button = mair.messages[0].button("Open details")
    assert button is not None
    assert button.url == "https://example.org/a"
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].url == button.url


async def test_an_address_on_a_button_has_a_host_that_others_can_reach(
    bot: Bot, mair: SandboxPhone
) -> None:
    for address in ("http://127.0.0.1:8080/a", "http://[::1]/a", "tg://resolve?domain=x"):
        link = InlineKeyboardButton(text="Open", url=address)
        await bot.send_message(42, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[link]]))
    for address in ("http://localhost:8080/a", "https://[::1/a", "ftp://example.org/a", "https://"):
        link = InlineKeyboardButton(text="Open", url=address)
        markup = InlineKeyboardMarkup(inline_keyboard=[[link]])
        says = f"inline keyboard button URL '{address}' is invalid: Wrong HTTP URL"
        with pytest.raises(TelegramBadRequest, match=re.escape(says)):
            await bot.send_message(42, "x", reply_markup=markup)


async def test_other_kinds_of_button_and_keyboard_are_refused_aloud(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    game = InlineKeyboardButton(text="game", callback_game=CallbackGame())
    with pytest.raises(TelegramServerError, match="callback_game"):
        await bot.send_message(42, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[game]]))
    with pytest.raises(TelegramServerError, match="force_reply"):
        await bot.send_message(42, "x", reply_markup=ForceReply())
    assert len(sandbox.unsupported) == 2


async def test_a_reply_keyboard_can_be_taken_away(bot: Bot, mair: SandboxPhone) -> None:
    await bot.send_message(42, "x", reply_markup=ReplyKeyboardRemove())
    assert mair.messages[0].buttons == ()


async def test_link_previews_leave_their_mark(bot: Bot, mair: SandboxPhone) -> None:
    options = LinkPreviewOptions(is_disabled=True)
    sent = await bot.send_message(42, "https://example.org", link_preview_options=options)
    assert sent.link_preview_options is not None
    assert sent.link_preview_options.is_disabled is True
