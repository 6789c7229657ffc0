"""Every way Telegram can answer comes to one of the four outcomes, through aiogram's real Bot."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.clock import HandClock
from bot.domain.delivery import (
    Deferred,
    Operation,
    Outcome,
    Outgoing,
    Reason,
    Rejected,
    Sent,
    Unknown,
)
from bot.notifiers import telegram
from bot.notifiers.telegram import TelegramNotifier
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.faults import Faults
from bot.sandbox.limits import UNLIMITED

NOW = datetime(2026, 11, 20, 7, 10, tzinfo=UTC)
MAIR = "42"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


class QuickSession(AiohttpSession):
    """aiogram's own waits a quarter of a second for TLS that is not there."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@dataclass
class Line:
    """A notifier on a line to a sandbox in which Mair has started the bot."""

    sandbox: Sandbox
    bot: Bot
    notifier: TelegramNotifier

    async def sends(self, operation: Operation = Operation.SEND, number: str = "1") -> Outcome:
        message = Outgoing(operation, MAIR, "ENC-7F3K: please open", provider_message_id=number)
        return await self.notifier.deliver(message)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    clock = HandClock(NOW)
    async with Sandbox(clock, limits=UNLIMITED) as sandbox:
        sandbox.person(int(MAIR), "Mair").start()
        bot = Bot(sandbox.token, session=QuickSession(api=TelegramAPIServer.from_base(sandbox.url)))
        yield Line(sandbox, bot, TelegramNotifier(bot, clock))
        await bot.session.close()


def later(seconds: float, reason: Reason) -> Deferred:
    return Deferred(NOW + timedelta(seconds=seconds), reason)


def says(code: int, description: str, **more: Any) -> Callable[[Faults], object]:
    return lambda faults: faults.error(code, description, **more)


def answers(status: int, body: str | bytes | dict[str, Any], **more: Any) -> Any:
    return lambda faults: faults.answer(status, body, **more)


def moved(faults: Faults) -> None:
    body = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -100},
    }
    faults.answer(400, body)


DEAD = Rejected(Reason.BLOCKED)
ROWS: dict[str, tuple[Callable[[Faults], object], Outcome | type[Unknown]]] = {
    "all is well": (lambda faults: None, Sent("2")),
    "not modified": (says(400, NOT_MODIFIED), Sent()),
    "a flood that names its end": (lambda faults: faults.flood(7), later(7, Reason.PACE)),
    "a flood that ends at once": (lambda faults: faults.flood(0), later(1, Reason.PACE)),
    "a flood beyond all dates": (
        lambda faults: faults.flood(10**15),
        later(24 * 60 * 60, Reason.PACE),
    ),
    "a flood without a word": (answers(429, {"ok": False, "error_code": 429}), Unknown),
    "a refusal without a word": (
        answers(400, {"ok": False, "error_code": 400}),
        Rejected(Reason.BAD_REQUEST, "other"),
    ),
    "a flood that names nothing": (says(429, "Too Many Requests"), later(1, Reason.PACE)),
    "the token is not known": (says(401, "Unauthorized"), later(30, Reason.CREDENTIALS)),
    "the token is nothing at all": (says(404, "Not Found"), later(30, Reason.CREDENTIALS)),
    "another instance": (says(409, "Conflict: terminated"), later(5, Reason.CONFLICT)),
    "blocked": (says(403, "Forbidden: bot was blocked by the user"), DEAD),
    "has left Telegram": (says(403, "Forbidden: user is deactivated"), DEAD),
    "never started": (says(403, "Forbidden: bot can't initiate conversation with a user"), DEAD),
    "no such chat": (says(400, "Bad Request: chat not found"), DEAD),
    "no such user": (says(400, "Bad Request: user not found"), DEAD),
    "no such peer": (says(400, "Bad Request: PEER_ID_INVALID"), DEAD),
    "may not write there": (says(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), DEAD),
    "the chat has moved": (moved, DEAD),
    "too long": (
        says(400, "Bad Request: message is too long"),
        Rejected(Reason.BAD_REQUEST, "message is too long"),
    ),
    "nothing to say": (
        says(400, "Bad Request: message text is empty"),
        Rejected(Reason.BAD_REQUEST, "text is empty"),
    ),
    "a button's data": (
        says(400, "Bad Request: BUTTON_DATA_INVALID"),
        Rejected(Reason.BAD_REQUEST, "button_data_invalid"),
    ),
    "a 400 that nobody has heard of": (
        says(400, "Bad Request: Canary-words of the message"),
        Rejected(Reason.BAD_REQUEST, "other"),
    ),
    "too large": (
        says(413, "Request Entity Too Large"),
        Rejected(Reason.BAD_REQUEST, "too large"),
    ),
    "a 500 in JSON": (says(500, "Internal Server Error"), Unknown),
    "a 502 in JSON": (says(502, "Bad Gateway"), Unknown),
    "a 502 in HTML": (answers(502, "<h1>Bad Gateway</h1>"), Unknown),
    "a 500 without a word": (answers(500, {"ok": False, "error_code": 500}), Unknown),
    "Telegram restarts": (says(500, "Internal Server Error: restart"), Unknown),
    "an empty body": (answers(200, b""), Unknown),
    "an empty refusal": (answers(503, b""), Unknown),
    "half an answer": (answers(200, b'{"ok": true, "resu', content_type="a/json"), Unknown),
    "a code nobody knows": (says(418, "I am a teapot"), Unknown),
    "cut before it was accepted": (lambda faults: faults.reset(), Unknown),
    "cut after it was accepted": (lambda faults: faults.reset(accepted=True), Unknown),
}


@pytest.mark.parametrize("what", ROWS)
async def test_every_answer_comes_to_its_outcome(line: Line, what: str) -> None:
    goes_wrong, expected = ROWS[what]
    goes_wrong(line.sandbox.faults)
    outcome = await line.sends()
    if expected is Unknown:
        assert isinstance(outcome, Unknown)
    else:
        assert outcome == expected


async def test_an_answer_slower_than_we_wait_is_unknown(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "REQUEST_SECONDS", 0.05)
    with line.sandbox.faults.hold():
        assert isinstance(await line.sends(), Unknown)


async def test_a_connection_that_was_never_made_is_tried_again_unmarked(line: Line) -> None:
    await line.sandbox.stop()
    assert await line.sends() == later(5, Reason.UNREACHABLE)


async def test_an_edit_that_changes_nothing_has_succeeded(line: Line) -> None:
    sent = await line.sends()
    assert isinstance(sent, Sent)
    assert await line.sends(Operation.EDIT, str(sent.provider_message_id)) == Sent()
    assert await line.sends(Operation.EDIT, "99") == Rejected(
        Reason.BAD_REQUEST, "message to edit not found"
    )


async def test_a_failed_answer_to_a_press_is_nobody_s_trouble(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for goes_wrong, _ in ROWS.values():
        goes_wrong(line.sandbox.faults)
        await line.notifier.answer_press("1", "Acknowledged", alert=False)
        line.sandbox.faults.clear()
    assert {record.levelname for record in caplog.records if record.name.startswith("bot")} == {
        "INFO"
    }


async def test_the_token_is_in_no_line_of_the_log(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = line.sandbox.token.partition(":")[2]
    for goes_wrong, _ in ROWS.values():
        goes_wrong(line.sandbox.faults)
        await line.sends()
        line.sandbox.faults.clear()
    await line.sandbox.stop()
    await line.sends()
    assert all(secret not in json.dumps(vars(record), default=str) for record in caplog.records)
    assert secret not in caplog.text
