"""What the bot shows of itself."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone

HELP = [BotCommand(command="help", description="What this is")]
CYMORTH = [BotCommand(command="help", description="Beth yw hyn")]


async def test_commands_are_kept_by_scope_and_language(bot: Bot, mair: SandboxPhone) -> None:
    private, chat = BotCommandScopeAllPrivateChats(), BotCommandScopeChat(chat_id=42)
    await bot.set_my_commands(HELP, scope=private)
    await bot.set_my_commands(CYMORTH, scope=chat, language_code="cy")
    assert await bot.get_my_commands() == []
    assert (await bot.get_my_commands(scope=private))[0].description == "What this is"
    assert (await bot.get_my_commands(scope=chat, language_code="cy"))[0].description == (
        "Beth yw hyn"
    )
    await bot.delete_my_commands(scope=private)
    assert await bot.get_my_commands(scope=private) == []


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        ([BotCommand(command="Help!", description="x")], "BOT_COMMAND_INVALID"),
        ([BotCommand(command="help", description="")], "BOT_COMMAND_DESCRIPTION_INVALID"),
        (HELP * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_telegram_would_not_take_are_refused(
    bot: Bot, commands: list[BotCommand], says: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=says):
        await bot.set_my_commands(commands)


async def test_commands_need_a_chat_and_a_language_that_exist(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_my_commands(HELP, scope=BotCommandScopeChat(chat_id=404))
    with pytest.raises(TelegramBadRequest, match="invalid language code"):
        await bot.set_my_commands(HELP, language_code="Welsh")


async def test_the_menu_button_is_remembered_and_web_apps_are_refused_aloud(
    bot: Bot, mair: SandboxPhone, sandbox: Sandbox
) -> None:
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    await bot.set_chat_menu_button(chat_id=42)
    assert sandbox.profile.menu_buttons == {None: {"type": "commands"}, 42: {"type": "default"}}
    app = MenuButtonWebApp(text="x", web_app=WebAppInfo(url="https://example.org/"))
    with pytest.raises(TelegramServerError, match="web_app"):
        await bot.set_chat_menu_button(menu_button=app)
