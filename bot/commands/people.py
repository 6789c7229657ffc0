"""`invite`."""

import argparse
import asyncio

from bot.commands.surroundings import opened
from bot.domain.errors import SettingsError
from bot.flow.context import Context
from bot.flow.enrol import invite as new_code
from bot.flow.identity import remember_bot, remembered_bot
from bot.settings import Settings, read_settings


def invite(given: argparse.Namespace) -> int:
    print(asyncio.run(_invite(given.person)))
    return 0


async def _invite(person: str) -> str:
    settings = read_settings()
    async with opened(settings) as ctx:
        code = await new_code(ctx, person)  # first: a misspelt id needs no answer from Telegram
        bot = await remembered_bot(ctx) or await _asked(ctx, settings)
        return f"https://t.me/{bot}?start={code}"


async def _asked(ctx: Context, settings: Settings) -> str:
    """The bot's name, from Telegram: before the service has run for the first time."""
    from bot.connect import connect
    from bot.flow.lease import Lease
    from bot.settings import check_for_serving

    check_for_serving(settings)
    token = settings.telegram_token.get_secret_value()
    telegram = connect(ctx, Lease(ctx, "invite"), token, settings.telegram_api)
    try:
        name = await telegram.who_am_i()
    finally:
        await telegram.close()
    if name is None:
        raise SettingsError("Telegram cannot be reached to learn the bot's name; try again.")
    await remember_bot(ctx, name)
    return name
