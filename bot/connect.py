"""The connection to Telegram: the bot, what sends through it, what hears from it.

A module of its own since aiogram takes seconds to import: only the running service imports this,
and does so after its HTTP port is open.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import AnswerCallbackQuery, EditMessageText, GetMe, Response, SendMessage
from aiogram.types import BotCommand

from bot.domain.access import Launch
from bot.domain.errors import SettingsError
from bot.flow.context import Context
from bot.flow.hear import Handle
from bot.flow.lease import Lease
from bot.handlers.door import door
from bot.handlers.mini_app import launched
from bot.handlers.polling import Poller, forget_webhook, set_webhook
from bot.notifiers.telegram import TelegramNotifier
from bot.rendering.catalogue import DEFAULT, LANGUAGES
from bot.rendering.menu import menu_for_strangers

_START_SECONDS = 10
_ANSWERS = [
    Response[method.__returning__]  # type: ignore[name-defined]
    for method in (SendMessage, EditMessageText, AnswerCallbackQuery, GetMe)
]
"""Kept: aiogram asks for these classes at every answer, and pydantic, which holds them weakly,
would build each anew at ten milliseconds a message."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Connection:
    bot: Bot
    notifier: TelegramNotifier
    handle: Handle
    launched: Callable[[str], Launch | None]
    poller: Poller

    async def who_am_i(self) -> str | None:
        """The bot's name; None while Telegram cannot be reached, which must not keep notices from
        being taken in. SettingsError if Telegram does not know the token."""
        try:
            me = await self.bot.get_me(request_timeout=_START_SECONDS)
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise SettingsError(
                "Telegram does not know this token: check ENCOMPASS_TELEGRAM_TOKEN."
            ) from None
        except Exception as error:
            log.warning("Telegram cannot be reached", extra={"why": type(error).__name__})
            return None
        return me.username

    async def set_menu(self) -> None:
        """The command menu of chats that are nobody's, in both languages; a nicety, so a failure is
        no more than logged. Whoever is enrolled has one of their own (`flow.menu`)."""
        try:
            for language in LANGUAGES:
                menu = [
                    BotCommand(command=command.name, description=command.says)
                    for command in menu_for_strangers(language)
                ]
                code = None if language == DEFAULT else language
                await self.bot.set_my_commands(
                    menu, language_code=code, request_timeout=_START_SECONDS
                )
        except Exception as error:
            log.info("the command menu was not set", extra={"why": type(error).__name__})

    async def poll(self) -> None:
        """Fetch updates until cancelled."""
        while True:
            try:
                await forget_webhook(self.bot)
                break
            except Exception as error:
                log.warning("the webhook was not ended", extra={"why": type(error).__name__})
                await self.poller.pause()
        await self.poller.run()

    async def use_webhook(self, url: str, secret: str) -> None:
        """Have Telegram bring updates to `url`; tried until it agrees."""
        while True:
            try:
                await set_webhook(self.bot, url, secret)
            except Exception as error:
                log.warning("the webhook was not set", extra={"why": type(error).__name__})
                await self.poller.pause()
            else:
                return

    async def close(self) -> None:
        await self.bot.session.close()


class _PlainSession(AiohttpSession):
    """A session over plain HTTP: aiogram's own waits for a TLS goodbye that is not to come."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def connect(ctx: Context, lease: Lease, token: str, api: str) -> Connection:
    """Everything that talks to Telegram, through one session; nothing is sent yet."""
    kind = AiohttpSession if api.startswith("https://") else _PlainSession
    session = kind(api=TelegramAPIServer.from_base(api))
    bot = Bot(token, session=session)
    notifier = TelegramNotifier(bot, ctx.clock)
    return Connection(bot, notifier, door(ctx, bot), launched(token), Poller(ctx, bot, lease))
