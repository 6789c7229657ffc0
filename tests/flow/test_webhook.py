"""Updates that Telegram brings to us: the secret first, then stored, then handled once."""

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.domain.errors import SettingsError
from bot.settings import check_for_serving
from bot.store.tables import telegram_updates
from bot.web.limits import MOST_BYTES
from bot.web.telegram_webhook import PATH
from tests.builders import child_of
from tests.flow.outbox import until
from tests.ports import free_port
from tests.world import World

SECRET = "a-secret-that-telegram-was-told"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def called(world: World) -> World:
    """The world, its service called by Telegram instead of asking."""
    await world.stop()
    port = free_port()
    await world.start(
        http_port=port,
        telegram_mode="webhook",
        telegram_webhook_secret=SECRET,
        public_url=f"http://127.0.0.1:{port}",
    )
    return world


async def stored(world: World) -> int:
    async with world.ctx.store.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(telegram_updates)))


def help_of(chat: int, update_id: int = 1) -> dict[str, Any]:
    somebody = {"id": chat, "is_bot": False, "first_name": "Mair"}
    command = {"type": "bot_command", "offset": 0, "length": 5}
    return {
        "update_id": update_id,
        "message": {
            "message_id": 1,
            "date": 1_794_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "Mair"},
            "from": somebody,
            "text": "/help",
            "entities": [command],
        },
    }


async def bring(world: World, body: Any, *, secret: str | None = SECRET) -> httpx.Response:
    headers = {} if secret is None else {HEADER: secret}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = await world.http.post(PATH, content=content, headers=headers)
    await world.settle()
    return response


async def test_a_whole_journey_works_with_updates_brought_by_telegram(called: World) -> None:
    school = await called.school("Ysgol Bryn", dsp="Mair")
    reference = await called.police.send(child_of(school, given_name="Sioned"))
    mair = called.phone("Mair")
    card = mair.expects("alert")
    assert "Sioned" in await mair.opens(card)
    press = await mair.press("Acknowledge", card)
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    account = await called.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"
    assert called.sandbox.ledger.refusals(409) == []


@pytest.mark.parametrize("secret", [None, "", "another", SECRET + "x", SECRET.upper(), "é" * 31])
async def test_without_the_right_secret_nothing_is_stored_and_nobody_answered(
    called: World, secret: str | None
) -> None:
    await called.school("Ysgol Bryn", dsp="Mair")
    before = await stored(called)
    header = [] if secret is None else [(HEADER.encode(), secret.encode())]
    body = json.dumps(help_of(called.phone("Mair").sandbox.id)).encode()
    response = await called.http.post(PATH, content=body, headers=header)
    await called.settle()
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert await stored(called) == before
    called.nobody_else_heard_anything()


async def test_an_update_brought_twice_is_handled_once(called: World) -> None:
    await called.school("Ysgol Bryn", dsp="Mair")
    mair = called.phone("Mair")
    before = await stored(called)
    for _ in range(2):
        response = await bring(called, help_of(mair.sandbox.id))
        assert (response.status_code, response.content) == (200, b"")
        await called.advance(seconds=2)
    assert await stored(called) == before + 1
    mair.expects("answer.help")
    called.nobody_else_heard_anything()


async def test_an_update_taken_right_before_a_stop_is_handled_after_the_restart(
    called: World,
) -> None:
    await called.school("Ysgol Bryn", dsp="Mair")
    mair = called.phone("Mair")
    called.app.hearer.handle = None
    assert (await bring(called, help_of(mair.sandbox.id))).status_code == 200
    mair.heard_nothing()
    await called.stop()
    await called.start()  # and by polling, this time
    mair.expects("answer.help")
    called.nobody_else_heard_anything()


async def test_what_could_not_be_stored_is_not_confirmed_and_telegram_brings_it_again(
    called: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await called.school("Ysgol Bryn", dsp="Mair")

    async def full(*given: Any) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("bot.store.updates.add", full)
        called.phone("Mair").sandbox.say("/help")
        await until(called.clock.busy_waits)  # Telegram's pause before the next try
        assert called.sandbox.waiting_updates == 1
    await called.settle()
    called.phone("Mair").expects("answer.help")
    called.nobody_else_heard_anything()


async def test_a_body_beyond_the_limit_is_refused_unread_whatever_the_secret(
    called: World,
) -> None:
    before = await stored(called)
    too_large = json.dumps({"update_id": 1, "padding": "x" * MOST_BYTES}).encode()
    for secret in (None, SECRET):
        assert (await bring(called, too_large, secret=secret)).status_code == 413
    assert await stored(called) == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"update_id": "1"}', b'{"message": {}}', b"\xff\xfe", b"null"]
)
async def test_what_is_no_update_is_refused_and_not_stored(called: World, body: bytes) -> None:
    before = await stored(called)
    assert (await bring(called, body)).status_code == 400
    assert await stored(called) == before


async def test_the_address_is_not_there_while_the_service_polls(world: World) -> None:
    response = await world.http.post(PATH, json=help_of(1), headers={HEADER: SECRET})
    assert response.status_code == 404


@pytest.mark.parametrize("missing", ["telegram_webhook_secret", "public_url"])
async def test_half_a_webhook_refuses_to_start(world: World, missing: str) -> None:
    given = {"telegram_webhook_secret": SECRET, "public_url": "https://encompass.example"}
    given[missing] = ""
    with pytest.raises(SettingsError, match=missing.upper()):
        check_for_serving(world.settings(telegram_mode="webhook", **given))
