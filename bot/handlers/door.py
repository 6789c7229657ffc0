"""Telegram's door as a whole: the routers in order, and one function that handles a raw update."""

from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.types import Update

from bot.flow.answer import answer_press
from bot.flow.context import Context
from bot.flow.hear import Handle
from bot.flow.reply import Reply
from bot.handlers import commands, places, presses

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]

_dispatcher = Dispatcher(disable_fsm=True)
_dispatcher.include_routers(places.router, commands.router, presses.router)


def door(ctx: Context, bot: Bot) -> Handle:
    """A function that handles one raw update, and raises if that failed."""

    async def handle(raw: dict[str, Any]) -> None:
        update = Update.model_validate(raw, context={"bot": bot})
        try:
            await _dispatcher.feed_update(bot, update, ctx=ctx)
        except Exception:
            if update.callback_query:  # every press gets an answer, a failed one too
                await answer_press(ctx, update.callback_query.id, Reply("press.failed"))
            raise

    return handle
