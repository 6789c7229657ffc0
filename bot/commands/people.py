"""`invite`, `leave` and `lock`."""

import argparse
import asyncio

from bot.commands.surroundings import opened, with_context
from bot.domain.errors import SettingsError
from bot.flow.context import Context
from bot.flow.enrol import invite as new_code
from bot.flow.identity import remember_bot, remembered_bot
from bot.flow.leave import Departure
from bot.flow.leave import leave as let_leave
from bot.flow.leave import lock as end_account
from bot.settings import Settings, read_settings

_BY = "command line"


def invite(given: argparse.Namespace) -> int:
    print(asyncio.run(_invite(given.person)))
    return 0


async def _invite(person: str) -> str:
    settings = read_settings()
    async with opened(settings) as ctx:
        code = await new_code(ctx, person)  # first: a misspelt id needs no answer from Telegram
        return link_to(await bots_name(ctx, settings), code)


def link_to(bot: str, code: str) -> str:
    """The enrolment link, as a phone follows it."""
    return f"https://t.me/{bot}?start={code}"


async def bots_name(ctx: Context, settings: Settings) -> str:
    return await remembered_bot(ctx) or await _asked(ctx, settings)


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


def leave(given: argparse.Namespace) -> int:
    gone = with_context(lambda ctx: let_leave(ctx, given.person, _BY))
    print(f"{given.person} has left. {_said(gone)}")
    return 0


def lock(given: argparse.Namespace) -> int:
    gone = with_context(lambda ctx: end_account(ctx, given.person, _BY))
    print(f"{given.person} stays in the directory. {_said(gone)}")
    return 0


def _said(gone: Departure) -> str:
    """What ended, and what nobody covers since, in one line."""
    ended, bare = gone.ended, gone.bare
    line = (
        f"Ended: accounts {ended.accounts}, codes {ended.codes}, "
        f"waiting messages {ended.messages}, open cards {ended.cards}; "
        f"ladders read anew: {ended.ladders}."
    )
    gaps = [] if bare is None else [f"{g.school.code} {g.leg.value} leg" for g in bare.gaps]
    roles = [] if bare is None else [role.value for role in bare.roles]
    missing = ", ".join((*roles, *gaps))
    return f"{line} Nobody is left for: {missing}." if missing else line
