"""Making requests: who may, how, and that nothing silently pretends to work."""

import io
import json
from typing import Any

import aiohttp
import pytest
from aiogram import Bot

from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.played import UNPLAYED


async def ask(
    sandbox: Sandbox, http: aiohttp.ClientSession, method: str, **how: Any
) -> tuple[int, dict[str, Any]]:
    async with http.post(f"/bot{sandbox.token}/{method}", **how) as response:
        return response.status, await response.json()


async def test_everyone_who_asks_is_told_that_this_is_a_sandbox(bot: Bot) -> None:
    me = await bot.get_me()
    assert me.username == "encompass_sandbox_bot"
    assert "SANDBOX" in me.first_name
    assert me.id == bot.id


async def test_it_refuses_to_listen_beyond_loopback(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        await Sandbox(sandbox.clock).start(host="0.0.0.0")


async def test_a_wrong_token_is_unauthorized(http: aiohttp.ClientSession) -> None:
    async with http.get("/bot1:wrong/getMe") as response:
        assert response.status == 401
        assert await response.json() == {
            "ok": False,
            "error_code": 401,
            "description": "Unauthorized",
        }


@pytest.mark.parametrize("path", ["/", "/elsewhere", "/file/bot1/x"])
async def test_what_is_not_the_bot_api_is_not_found(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as response:
        assert response.status == 404


async def test_method_names_are_case_insensitive(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    assert (await ask(sandbox, http, "gETmE"))[0] == 200


async def test_a_token_may_be_percent_encoded(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"/bot{sandbox.token.replace(':', '%3A')}/getMe") as response:
        assert response.status == 200


@pytest.mark.parametrize("way", ["query", "form", "multipart", "json", "query and json"])
async def test_parameters_come_in_every_way_telegram_takes_them(
    sandbox: Sandbox, http: aiohttp.ClientSession, mair: SandboxPhone, way: str
) -> None:
    given = {"chat_id": "42", "text": "Bore da, ûŵŷ 🙂", "protect_content": "true"}
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in given.items():
        multipart.add_field(name, value)
    ways: dict[str, Any] = {
        "query": {"params": given},
        "form": {"data": given},
        "multipart": {"data": multipart},
        "json": {"json": {"chat_id": 42, "text": given["text"], "protect_content": True}},
        "query and json": {
            "params": {"chat_id": "42"},
            "json": {"text": given["text"], "protect_content": True, "reply_markup": None},
        },
    }
    status, body = await ask(sandbox, http, "sendMessage", **ways[way])
    assert status == 200
    assert body["result"]["text"] == given["text"]
    assert [m.protect for m in mair.messages] == [True]


async def test_a_method_unknown_to_aiogram_is_not_found(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    status, body = await ask(sandbox, http, "sendTelepathy")
    assert (status, body["description"]) == (404, "Not Found: method not found")


async def test_a_method_the_sandbox_does_not_play_is_refused_aloud_and_remembered(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    status, body = await ask(sandbox, http, "sendPoll")
    assert status == 501
    assert "DOES NOT PLAY the method sendPoll" in body["description"]
    assert [(u.method, u.parameter) for u in sandbox.unsupported] == [("sendPoll", None)]


@pytest.mark.parametrize(
    ("method", "parameter"),
    sorted((method, name) for method, names in UNPLAYED.items() for name in names),
)
async def test_a_parameter_without_a_meaning_is_refused_aloud_and_remembered(
    sandbox: Sandbox, http: aiohttp.ClientSession, method: str, parameter: str
) -> None:
    status, body = await ask(sandbox, http, method, data={parameter: "1"})
    assert status == 501
    assert f'"{parameter}" of {method}' in body["description"]
    assert [(u.method, u.parameter) for u in sandbox.unsupported] == [(method, parameter)]


KEYBOARD = {"inline_keyboard": [[{"text": "Open", "callback_data": "o"}]]}


@pytest.mark.parametrize(
    ("method", "given", "names"),
    [
        ("sendMessage", {"chat_id": 42, "text": "x", "colour": "red"}, "colour"),
        ("sendMessage", {"chat_id": 42, "text": 7}, "text"),
        ("sendMessage", {"chat_id": 4.2, "text": "x"}, "chat_id"),
        ("sendMessage", {"chat_id": True, "text": "x"}, "chat_id"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 42}, "message text is empty"),
        ("sendMessage", {"chat_id": 42, "text": "\ud83d"}, "encoded in UTF-8"),
        ("sendMessage", {"chat_id": 42, "text": "x", "protect_content": "si"}, "protect_content"),
        ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": "{"}, "reply_markup"),
        ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": 7}, "reply_markup"),
        ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": {}}, "reply_markup"),
        (
            "sendMessage",
            {"chat_id": 42, "text": "x", "reply_markup": {**KEYBOARD, "rows": 2}},
            "reply_markup.rows",
        ),
        (
            "sendMessage",
            {
                "chat_id": 42,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback": "b"}]]},
            },
            "inline_keyboard.0.0.callback",
        ),
        (
            "sendMessage",
            {"chat_id": 42, "text": "x", "link_preview_options": {"is_disabled": "perhaps"}},
            "link_preview_options",
        ),
        ("deleteMessage", {"chat_id": 42}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": 42, "text": "x"}, "message identifier is not specified"),
        ("editMessageReplyMarkup", {"message_id": 1}, "chat_id is empty"),
        (
            "editMessageReplyMarkup",
            {"chat_id": 42, "message_id": 1, "reply_markup": {"remove_keyboard": True}},
            "reply_markup",
        ),
        ("answerCallbackQuery", {}, "callback_query_id"),
        ("getUpdates", {"timeout": "soon"}, "timeout"),
        ("getUpdates", {"allowed_updates": "message"}, "allowed_updates"),
        ("getUpdates", {"allowed_updates": [1]}, "allowed_updates.0"),
        ("setMyCommands", {"commands": [{"command": "help"}]}, "commands.0.description"),
    ],
)
async def test_a_malformed_parameter_is_refused_by_name(
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    mair: SandboxPhone,
    method: str,
    given: dict[str, Any],
    names: str,
) -> None:
    status, body = await ask(sandbox, http, method, json=given)
    assert status == 400
    assert names in body["description"]
    assert not sandbox.ledger.accepted


async def test_a_parameter_given_twice_is_refused(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    how = {"params": {"chat_id": "42"}, "data": {"chat_id": "43", "text": "x"}}
    status, body = await ask(sandbox, http, "sendMessage", **how)
    assert (status, body["description"]) == (
        400,
        'Bad Request: parameter "chat_id" is given twice',
    )


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("application/json", b"[1]"),
        ("application/json", b"{"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"text": "\xff"}'),
        ("application/x-www-form-urlencoded", b"text=\xff"),
        ("application/x-www-form-urlencoded", b"text=%FF"),
        ("text/plain", b"text=x"),
        ("multipart/form-data", b"no boundary"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    sandbox: Sandbox, http: aiohttp.ClientSession, kind: str, data: bytes
) -> None:
    how = {"data": data, "headers": {"Content-Type": kind}}
    assert (await ask(sandbox, http, "sendMessage", **how))[0] == 400


async def test_a_file_is_refused_since_no_played_method_takes_one(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData()
    form.add_field("text", b"x", filename="x.txt")
    status, body = await ask(sandbox, http, "sendMessage", data=form)
    assert status == 400
    assert '"text" is a file' in body["description"]


async def test_a_body_beyond_a_mebibyte_is_refused(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    how = {
        "data": io.BytesIO(b"text=" + b"x" * 2_000_000),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }
    assert (await ask(sandbox, http, "sendMessage", **how))[0] == 413


async def test_only_get_and_post_are_taken(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.put(f"/bot{sandbox.token}/getMe") as response:
        assert response.status == 405


async def test_nested_json_may_come_as_text_in_a_json_body_too(
    sandbox: Sandbox, http: aiohttp.ClientSession, mair: SandboxPhone
) -> None:
    given = {"chat_id": "42", "text": "x", "reply_markup": json.dumps(KEYBOARD)}
    assert (await ask(sandbox, http, "sendMessage", json=given))[0] == 200
    assert mair.messages[0].button("Open")
