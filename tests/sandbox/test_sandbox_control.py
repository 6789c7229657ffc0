"""The sandbox as a rig in another process sees it."""

from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import TELEGRAMS


class Rig:
    """A thin client, as a rig would write it."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def do(self, verb: str, **given: Any) -> Any:
        async with self.http.post("/sandbox/control", json={"do": verb, **given}) as response:
            body = await response.json()
            assert response.status == 200, body
            return body

    async def get(self, what: str) -> Any:
        async with self.http.get(f"/sandbox/{what}") as response:
            assert response.status == 200
            return await response.json()


@pytest.fixture
def rig(http: aiohttp.ClientSession) -> Rig:
    return Rig(http)


async def test_a_whole_conversation_can_be_led_from_outside(
    rig: Rig, bot: Bot, sandbox: Sandbox
) -> None:
    await rig.do("person", user_id=42, first_name="Mair", language_code="cy")
    await rig.do("start", user_id=42, payload="CODE")
    await rig.do("say", user_id=42, text="helo")
    button = InlineKeyboardButton(text="Acknowledge", callback_data="ack")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    sent = await bot.send_message(42, "ENC-7F3K", reply_markup=markup)
    press = (await rig.do("press", user_id=42, button="Acknowledge"))["press"]
    assert (await rig.do("answer", press=press))["pending"]
    await bot.answer_callback_query(press, text="Thank you")
    assert await rig.do("answer", press=press) == {
        "pending": False,
        "text": "Thank you",
        "show_alert": False,
    }
    await rig.do("press_data", user_id=42, data="forged", message_id=sent.message_id)
    await rig.do("block", user_id=42)
    await rig.do("unblock", user_id=42)
    heard = [update.event_type for update in await bot.get_updates()]
    assert heard == ["message"] * 2 + ["callback_query"] * 2 + ["my_chat_member"] * 2
    shown = (await rig.get("chats/42"))["messages"]
    assert [(m["from_bot"], m["text"]) for m in shown] == [
        (False, "/start CODE"),
        (False, "helo"),
        (True, "ENC-7F3K"),
    ]
    acknowledge = {"text": "Acknowledge", "data": "ack", "url": None, "web_app": None}
    assert shown[2]["buttons"] == [[acknowledge]]
    await rig.do("deactivate", user_id=42)
    assert sandbox.phones[42].chat.deactivated


async def test_faults_and_limits_can_be_set_from_outside(
    rig: Rig, bot: Bot, sandbox: Sandbox
) -> None:
    await rig.do("person", user_id=42)
    await rig.do("start", user_id=42)
    fault = (await rig.do("fault", kind="flood", retry_after=9, chat_id=42, times=None))["fault"]
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(42, "x")
    await rig.do("lift", fault=fault)
    await rig.do("fault", kind="down", times=None)
    with pytest.raises(TelegramNetworkError):
        await bot.get_me()
    await rig.do("clear")  # what the rig asks is never struck
    await rig.do("limit", overall=1, per_chat=None)
    await bot.send_message(42, "x")
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(42, "x")
    state = await rig.get("state")
    assert state == {
        "resting": False,
        "working": 0,
        "waiting_updates": 1,
        "unsupported": [],
        "counts": {"sendMessage": 1},
        "floods_earned": 1,
    }


async def test_the_ledger_can_be_read_from_where_one_left_off(
    rig: Rig, bot: Bot, sandbox: Sandbox
) -> None:
    sandbox.limit(TELEGRAMS)
    sandbox.person(42).start()
    first = await bot.send_message(42, "a")
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(42, "b")
    ledger = await rig.get("ledger")
    assert ledger["accepted"] == [
        {
            "index": 0,
            "method": "sendMessage",
            "chat_id": 42,
            "message_id": first.message_id,
            "text": "a",
            "at": "2026-11-20T07:10:00+00:00",
        }
    ]
    assert [(r["index"], r["code"], r["injected"]) for r in ledger["refused"]] == [(1, 429, False)]
    assert ledger["next"] == 2
    assert await rig.get("ledger?since=2") == {"accepted": [], "refused": [], "next": 2}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example"])
async def test_a_page_that_resolves_to_this_machine_gets_nothing(
    http: aiohttp.ClientSession, host: str
) -> None:
    async with http.get("/sandbox/ledger", headers={"Host": host}) as response:
        assert response.status == 403


async def test_a_form_on_another_page_can_do_nothing(http: aiohttp.ClientSession) -> None:
    how: Any = {"data": b'{"do": "clear"}', "headers": {"Content-Type": "text/plain"}}
    async with http.post("/sandbox/control", **how) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"do": "dance"}, "unknown verb"),
        ({}, "do"),
        ({"do": "say", "user_id": 404, "text": "x"}, "404"),
        ({"do": "fault", "kind": "clear"}, "unknown fault"),
        ({"do": "fault", "kind": "flood", "colour": "red"}, "colour"),
        ({"do": "person", "user_id": -1}, "positive"),
        ([1], "an object"),
    ],
)
async def test_what_cannot_be_done_is_said(
    http: aiohttp.ClientSession, given: Any, says: str
) -> None:
    async with http.post("/sandbox/control", json=given) as response:
        assert response.status == 400
        assert says in (await response.json())["error"]


@pytest.mark.parametrize(("path", "status"), [("x", 400), ("chats/404", 400), ("chats/x", 400)])
async def test_what_is_not_there_is_said(
    http: aiohttp.ClientSession, path: str, status: int
) -> None:
    async with http.get(f"/sandbox/{path}") as response:
        assert response.status == status
