"""Buttons that open a Mini App, and what a Telegram application hands to it."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo
from aiogram.utils.web_app import safe_parse_webapp_init_data

from bot.clock import HandClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.mini_apps import init_data
from bot.sandbox.phones import SandboxPhone

PAGE = "https://encompass.example/app/a?of=7F3K"


def opens(address: str, **more: Any) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(text="Open", web_app=WebAppInfo(url=address), **more)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def handed_over(address: str) -> dict[str, str]:
    """What stands behind the `#` of a launched address."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).fragment).items()}


async def test_a_mini_app_is_opened_with_data_that_the_bots_token_signed(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox, clock: HandClock
) -> None:
    sent = await bot.send_message(42, "x", reply_markup=opens(PAGE))
    assert sent.reply_markup is not None
    shown = sent.reply_markup.inline_keyboard[0][0].web_app
    assert shown is not None
    assert shown.url == PAGE
    address = mair.launch("Open")
    assert address.startswith(f"{PAGE}#tgWebAppData=query_id%3D")
    given = handed_over(address)
    assert given.keys() == {
        "tgWebAppData", "tgWebAppVersion", "tgWebAppPlatform", "tgWebAppThemeParams"
    }  # fmt: skip
    assert json.loads(given["tgWebAppThemeParams"]) == {}
    read = safe_parse_webapp_init_data(sandbox.token, given["tgWebAppData"])
    assert read.user is not None
    assert (read.user.id, read.user.first_name, read.user.language_code) == (42, "Mair", "cy")
    assert read.auth_date == clock.now()


async def test_a_mini_app_may_have_been_opened_at_another_time(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    await bot.send_message(42, "x", reply_markup=opens(PAGE))
    yesterday = datetime(2026, 11, 19, 7, 10, tzinfo=UTC)
    given = handed_over(mair.launch("Open", at=yesterday))
    read = safe_parse_webapp_init_data(sandbox.token, given["tgWebAppData"])
    assert read.auth_date == yesterday


@pytest.mark.parametrize("forged", ["another token", "another person", "another instant"])
def test_what_was_signed_for_one_passes_for_nothing_else(
    mair: SandboxPhone, sandbox: Sandbox, clock: HandClock, forged: str
) -> None:
    token = "42:not-the-token" if forged == "another token" else sandbox.token
    data = init_data(token, mair.person, clock.now())
    if forged == "another person":
        data = data.replace("42%2C", "43%2C")
    if forged == "another instant":
        data = re.sub(r"auth_date=\d+", "auth_date=1", data)
    with pytest.raises(ValueError, match="Invalid init data signature"):
        safe_parse_webapp_init_data(sandbox.token, data)


@pytest.mark.parametrize("address", ["http://encompass.example/a", "tg://resolve", "elsewhere"])
async def test_a_mini_app_is_reached_over_https_only(
    bot: Bot, mair: SandboxPhone, address: str
) -> None:
    says = (
        f"Bad Request: inline keyboard button Web App URL '{address}' is invalid: "
        "Only HTTPS links are allowed"
    )
    with pytest.raises(TelegramBadRequest, match=re.escape(says)):
        await bot.send_message(42, "x", reply_markup=opens(address))


async def test_a_mini_app_does_not_stand_on_this_machine(bot: Bot, mair: SandboxPhone) -> None:
    with pytest.raises(TelegramBadRequest, match="Web App URL 'https://localhost/a' is invalid"):
        await bot.send_message(42, "x", reply_markup=opens("https://localhost/a"))


@pytest.mark.parametrize("more", [{"callback_data": "ack:1"}, {"url": "https://example.org/"}])
async def test_a_button_that_opens_a_mini_app_does_nothing_else(
    bot: Bot, mair: SandboxPhone, more: dict[str, str]
) -> None:
    with pytest.raises(TelegramBadRequest, match="exactly one action"):
        await bot.send_message(42, "x", reply_markup=opens(PAGE, **more))


async def test_a_mini_app_opens_from_private_chats_only(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    group = sandbox.group(-9)
    group.add_bot(mair)
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: BUTTON_TYPE_INVALID$"):
        await bot.send_message(-9, "x", reply_markup=opens(PAGE))
    sent = await bot.send_message(-9, "x")
    with pytest.raises(TelegramBadRequest, match=r"Bad Request: BUTTON_TYPE_INVALID$"):
        await bot.edit_message_reply_markup(
            chat_id=-9, message_id=sent.message_id, reply_markup=opens(PAGE)
        )


async def test_each_button_does_what_it_is_for_and_nothing_else(
    bot: Bot, mair: SandboxPhone
) -> None:
    row = [
        InlineKeyboardButton(text="Press", callback_data="ack:1"),
        InlineKeyboardButton(text="Follow", url="https://example.org/a"),
        InlineKeyboardButton(text="Launch", web_app=WebAppInfo(url=PAGE)),
    ]
    await bot.send_message(42, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))
    assert mair.follow("Follow") == "https://example.org/a"
    for button in ("Press", "Launch"):
        with pytest.raises(LookupError, match="leads to no page"):
            mair.follow(button)
    for button in ("Press", "Follow"):
        with pytest.raises(LookupError, match="opens no Mini App"):
            mair.launch(button)
    for button in ("Follow", "Launch"):
        with pytest.raises(LookupError, match="is a link to https://"):
            mair.press(button)
    with pytest.raises(LookupError, match="sees no button"):
        mair.follow("Elsewhere")
