"""Commands and everything else that is said in a private chat."""

from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot.domain.screen import View
from bot.flow import absent as absent_
from bot.flow import ask, closed_chat, console_link, drill_chat, enrol, leave_chat, oversee
from bot.flow import away as away_
from bot.flow.context import Context
from bot.flow.screen_press import show

router = Router(name="commands")


@router.message(CommandStart())
async def start(message: Message, command: CommandObject, ctx: Context) -> None:
    await enrol.start(ctx, _address(message), (command.args or "").strip())


@router.message(Command("alerts"))
async def alerts(message: Message, ctx: Context) -> None:
    await ask.open_alerts(ctx, _address(message))


@router.message(Command("language"))
async def language(message: Message, ctx: Context) -> None:
    await ask.choose_language(ctx, _address(message))


@router.message(Command("away"))
async def away(message: Message, command: CommandObject, ctx: Context) -> None:
    await away_.away(ctx, _address(message), command.args or "")


@router.message(Command("absent"))
async def absent(message: Message, command: CommandObject, ctx: Context) -> None:
    await absent_.absent(ctx, _address(message), command.args or "")


@router.message(Command("lost"))
async def lost(message: Message, ctx: Context) -> None:
    await leave_chat.lost(ctx, _address(message))


@router.message(Command("leave"))
async def leave(message: Message, command: CommandObject, ctx: Context) -> None:
    await leave_chat.leave(ctx, _address(message), command.args or "")


@router.message(Command("status"))
async def status(message: Message, ctx: Context) -> None:
    await show(ctx, _address(message), View.STATUS, 1)


@router.message(Command("triage"))
async def triage(message: Message, command: CommandObject, ctx: Context) -> None:
    await oversee.triage(ctx, _address(message), command.args or "")


@router.message(Command("readiness"))
async def readiness(message: Message, command: CommandObject, ctx: Context) -> None:
    await oversee.readiness(ctx, _address(message), command.args or "")


@router.message(Command("closed"))
async def closed(message: Message, command: CommandObject, ctx: Context) -> None:
    await closed_chat.closed(ctx, _address(message), command.args or "")


@router.message(Command("route"))
async def route(message: Message, command: CommandObject, ctx: Context) -> None:
    await oversee.route(ctx, _address(message), command.args or "")


@router.message(Command("me"))
async def me(message: Message, ctx: Context) -> None:
    await show(ctx, _address(message), View.ME, 0)


@router.message(Command("drill"))
async def drill(message: Message, command: CommandObject, ctx: Context) -> None:
    await drill_chat.drill(ctx, _address(message), command.args or "")


@router.message(Command("console"))
async def console(message: Message, ctx: Context) -> None:
    await console_link.console(ctx, _address(message))


@router.message()
async def anything_else(message: Message, ctx: Context) -> None:
    await ask.help_text(ctx, _address(message))


def _address(message: Message) -> str:
    return str(message.chat.id)
