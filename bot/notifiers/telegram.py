"""Telegram: every way its Bot API and aiogram can answer, mapped to our four outcomes.

| what comes back | outcome |
|---|---|
| a message | Sent |
| 400 *message is not modified* | Sent: it says already what it should |
| 429, with or without `retry_after` | Deferred, by the time it names, or a second |
| 401, 404 (the token), 409 | Deferred, the channel's own trouble: health red |
| the connection was never made | Deferred: nothing can have been accepted |
| 403; 400 *chat not found*, *user is deactivated*, *PEER_ID_INVALID* …; migrated chats | Rejected, address dead |
| any other 400, 413 | Rejected, this message |
| 5xx in JSON or HTML, empty body, reset, time-out, anything else | Unknown: repeated, marked |

`ClientDecodeError` (an HTML 502) and a `TypeError` (a 500 without a description) are no
`TelegramAPIError`; a 429 whose `retry_after` is 0 arrives as the plain class (design: traps).
"""  # noqa: E501

import asyncio
import logging
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    WebAppInfo,
)
from aiohttp import ClientConnectorError

from bot.clock import Clock
from bot.domain.delivery import (
    Button,
    Deferred,
    Operation,
    Outcome,
    Outgoing,
    Reason,
    Rejected,
    Sent,
    Unknown,
)
from bot.domain.people import Channel

REQUEST_SECONDS = 10
"""Shorter than a claim's time, so that an outcome is recorded by whoever holds the claim."""
_PRESS_SECONDS = 5
_LONGEST_WAIT = 24 * 60 * 60
"""Whatever Telegram says: a number beyond all dates would otherwise be no outcome at all."""
_DEAD = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "bot was blocked",
    "bot was kicked",
    "bot can't initiate",
    "group chat was upgraded",
    "chat_write_forbidden",
)
log = logging.getLogger(__name__)


def classify(error: BaseException, now: datetime) -> Outcome:
    """The outcome that an error of aiogram or of the connection comes to. The only classifier."""
    match error:
        case TelegramRetryAfter():
            wait = timedelta(seconds=min(max(1, error.retry_after), _LONGEST_WAIT))
            return Deferred(now + wait, Reason.PACE)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Deferred(now + timedelta(seconds=30), Reason.CREDENTIALS)
        case TelegramConflictError():
            return Deferred(now + timedelta(seconds=5), Reason.CONFLICT)
        case TelegramForbiddenError() | TelegramMigrateToChat():
            return Rejected(Reason.BLOCKED)
        case TelegramEntityTooLarge():
            return Rejected(Reason.BAD_REQUEST, "too large")
        case TelegramBadRequest():
            return _bad_request(error.message or "")
        case TelegramServerError():
            return Unknown("server error")
        case TelegramNetworkError():
            return _network(error, now)
        case TelegramAPIError() if "too many requests" in (error.message or "").casefold():
            return Deferred(now + timedelta(seconds=1), Reason.PACE)
        case _:
            return Unknown(type(error).__name__)


def _bad_request(message: str) -> Outcome:
    said = message.casefold()
    if "message is not modified" in said:
        return Sent()
    if any(words in said for words in _DEAD):
        return Rejected(Reason.BLOCKED)
    return Rejected(Reason.BAD_REQUEST, _known_words(said))


def _known_words(said: str) -> str:
    """What Telegram says of a message of ours holds no content, but only known words are kept."""
    for words in ("message to edit not found", "message can't be edited", "text is empty",
                  "message is too long", "button_data_invalid"):  # fmt: skip
        if words in said:
            return words
    return "other"


def _network(error: TelegramNetworkError, now: datetime) -> Outcome:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ClientConnectorError):
        return Deferred(now + timedelta(seconds=5), Reason.UNREACHABLE)
    return Unknown(type(cause or error).__name__)


class TelegramNotifier:
    """Sends through one bot. Text is plain: no markup, no link previews."""

    channel = Channel.TELEGRAM

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock

    async def deliver(self, message: Outgoing) -> Outcome:
        try:
            return await self._call(message)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            return classify(error, self._clock.now())

    async def _call(self, message: Outgoing) -> Outcome:
        keyboard = _keyboard(message.buttons)
        match message.operation:
            case Operation.SEND:
                sent = await self._bot.send_message(
                    chat_id=message.address,
                    text=message.text,
                    reply_markup=keyboard,
                    protect_content=message.protect or None,
                    disable_notification=message.silent or None,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    request_timeout=REQUEST_SECONDS,
                )
                return Sent(str(sent.message_id))
            case Operation.EDIT:
                await self._bot.edit_message_text(
                    chat_id=message.address,
                    message_id=int(message.provider_message_id or 0),
                    text=message.text,
                    reply_markup=keyboard,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    request_timeout=REQUEST_SECONDS,
                )
            case Operation.DELETE:
                await self._bot.delete_message(
                    chat_id=message.address,
                    message_id=int(message.provider_message_id or 0),
                    request_timeout=REQUEST_SECONDS,
                )
            case Operation.LEAVE:
                await self._bot.leave_chat(chat_id=message.address, request_timeout=REQUEST_SECONDS)
            case Operation.MENU:
                await self._set_menu(message)
        return Sent()

    async def _set_menu(self, message: Outgoing) -> None:
        """For this chat alone, whatever language the Telegram application speaks."""
        chat = BotCommandScopeChat(chat_id=int(message.address))
        if message.commands:
            menu = [BotCommand(command=c.name, description=c.says) for c in message.commands]
            await self._bot.set_my_commands(menu, scope=chat, request_timeout=REQUEST_SECONDS)
        else:
            await self._bot.delete_my_commands(scope=chat, request_timeout=REQUEST_SECONDS)

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        try:
            await self._bot.answer_callback_query(
                press_id, text=text[:200], show_alert=alert, request_timeout=_PRESS_SECONDS
            )
        except Exception as error:
            # What was pressed is recorded; "query is too old" and the like change nothing.
            log.info("a press was not answered", extra={"why": type(error).__name__})


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """An edit without a keyboard removes it, which is what no buttons means."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(
                    text=button.text,
                    callback_data=button.data or None,
                    url=button.url or None,
                    web_app=WebAppInfo(url=button.app) if button.app else None,
                )
                for button in row
            ]
            for row in rows
        ]
    )
