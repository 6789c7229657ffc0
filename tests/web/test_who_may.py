"""Who may come in, how often, and what those who may not can learn: nothing."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from bot.domain.errors import EncompassError
from bot.flow.partners import create_key, revoke_key
from bot.flow.reception import Reception
from bot.store.tables import partner_keys
from bot.web.intake_api import intake_router
from bot.web.limits import PartnerRates
from bot.web.problems import expected_error
from bot.web.server import WebServer
from tests.builders import child, notice
from tests.web.door import NOTIFICATIONS, Door, problem

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
EVERYWHERE = [
    ("POST", NOTIFICATIONS),
    ("GET", f"{NOTIFICATIONS}/ENC-00000000"),
    ("POST", f"{NOTIFICATIONS}/ENC-00000000/updates"),
    ("POST", f"{NOTIFICATIONS}/ENC-00000000/withdrawal"),
]
KEYLESS: dict[str, dict[str, str]] = {
    "none": {},
    "an empty one": {"Authorization": ""},
    "a wrong one": {"Authorization": "Bearer enc_wrong"},
    "no key after the word": {"Authorization": "Bearer"},
    "another scheme": {"Authorization": "Basic dTpw"},
    "the key without its scheme": {"Authorization": "KEY"},
    "not ASCII": {"Authorization": "Bearer \xe9\xff"},
}


@pytest.mark.parametrize("headers", KEYLESS.values(), ids=KEYLESS)
async def test_without_a_key_nobody_comes_in(door: Door, headers: dict[str, str]) -> None:
    given = {name: value.replace("KEY", door.key) for name, value in headers.items()}
    encoded = {name: value.encode("latin-1") for name, value in given.items()}
    for method, path in EVERYWHERE:
        answer = await door.http.request(method, path, content=b"{}", headers=encoded.items())  # type: ignore[arg-type]
        body = problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "errors" not in body
    assert await door.holds() == (0, 0)


async def test_the_scheme_is_read_in_any_case(door: Door) -> None:
    headers = {"Authorization": f"bearer  {door.key}"}
    assert (await door.post(notice(child()), headers=headers)).status_code == 202


async def test_a_revoked_key_is_told_so_and_the_partners_other_key_goes_on(door: Door) -> None:
    number, key = await create_key(door.ctx, "South Force")
    headers = {"Authorization": f"Bearer {key}"}
    assert (await door.post(notice(child()), headers=headers)).status_code == 202
    await revoke_key(door.ctx, number)
    for method, path in EVERYWHERE:
        answer = await door.http.request(method, path, content=b"{}", headers=headers)
        problem(answer, 403)
    assert (await door.post(notice(child()))).status_code == 202


async def test_a_key_is_kept_as_its_hash_alone(door: Door) -> None:
    [row] = await door.rows(partner_keys)
    assert door.key not in str(tuple(row))
    assert len(door.key) > 40


async def test_another_partners_reference_looks_exactly_like_an_absent_one(door: Door) -> None:
    theirs = (await door.post(notice(child()))).json()["reference"]
    _, key = await create_key(door.ctx, "North Force")
    headers = {"Authorization": f"Bearer {key}"}
    for suffix, body in (("", None), ("/updates", {"text": "x"}), ("/withdrawal", {"reason": "x"})):
        answers = []
        for reference in (theirs, "ENC-00000000", theirs.lower(), "nonsense"):
            path = f"{NOTIFICATIONS}/{reference}{suffix}"
            answer = await (
                door.get(path, headers) if body is None else door.post(body, path, headers)
            )
            problem(answer, 404)
            answer.headers.pop("date")
            answers.append((answer.content, sorted(answer.headers.items())))
        assert answers.count(answers[0]) == len(answers)


@pytest.mark.parametrize(
    "reference", ["ENC-%00", "%00", "%ff", "..", "ENC-" + "A" * 5000, "%2f%2f"]
)
async def test_a_reference_that_cannot_be_one_is_absent(door: Door, reference: str) -> None:
    problem(await door.get(f"{NOTIFICATIONS}/{reference}"), 404)
    problem(await door.post({"text": "x"}, f"{NOTIFICATIONS}/{reference}/updates"), 404)


async def test_a_reference_may_be_typed_in_small_letters(door: Door) -> None:
    reference = (await door.post(notice(child()))).json()["reference"]
    answer = await door.get(f"{NOTIFICATIONS}/{reference.lower()}")
    assert answer.json()["reference"] == reference


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", NOTIFICATIONS, "POST"),
        ("DELETE", f"{NOTIFICATIONS}/ENC-00000000", "GET"),
        ("PUT", NOTIFICATIONS, "POST"),
        ("GET", f"{NOTIFICATIONS}/ENC-00000000/updates", "POST"),
        ("POST", "/health/live", "GET"),
    ],
)
async def test_another_method_is_not_allowed(
    door: Door, method: str, path: str, allow: str
) -> None:
    answer = await door.http.request(method, path, headers=door.bearer)
    problem(answer, 405)
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v2/notifications", "/docs", "/redoc", "/telegram/webhook", "/.env"]
)
async def test_there_is_nothing_anywhere_else(door: Door, path: str) -> None:
    problem(await door.get(path), 404)


# --- how often -------------------------------------------------------------------------------


def test_a_partner_has_its_burst_and_then_its_rate() -> None:
    rates = PartnerRates(100, burst=5000)
    assert [rates.wait(1, NOW) for _ in range(5000)] == [0] * 5000
    assert rates.wait(1, NOW) == 1
    assert rates.wait(2, NOW) == 0, "each partner has its own"
    later = NOW + timedelta(seconds=1)
    assert [rates.wait(1, later) for _ in range(101)] == [0] * 100 + [1]


def test_the_burst_fills_up_again_and_not_beyond() -> None:
    rates = PartnerRates(2, burst=3)
    for at in (NOW, NOW + timedelta(hours=1)):
        assert [rates.wait(1, at) for _ in range(4)] == [0, 0, 0, 1]


def test_who_waits_as_long_as_was_said_comes_in() -> None:
    rates = PartnerRates(0.1, burst=1)
    assert rates.wait(1, NOW) == 0
    seconds = rates.wait(1, NOW)
    assert seconds == 10
    assert rates.wait(1, NOW + timedelta(seconds=seconds)) == 0


def test_a_clock_stepped_back_gives_nothing_and_takes_nothing() -> None:
    rates = PartnerRates(1, burst=2)
    assert rates.wait(1, NOW) == 0
    assert rates.wait(1, NOW - timedelta(hours=1)) == 0
    assert rates.wait(1, NOW - timedelta(hours=1)) == 1


async def test_beyond_its_burst_a_partner_is_asked_to_wait(door: Door) -> None:
    app = FastAPI()
    app.include_router(intake_router(door.ctx, Reception(door.ctx), PartnerRates(0.5, burst=2)))
    app.add_exception_handler(EncompassError, expected_error)
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
            narrow = Door(door.ctx, http, door.key)
            taken = [await narrow.post(notice(child())) for _ in range(3)]
            assert [answer.status_code for answer in taken] == [202, 202, 429]
            problem(taken[2], 429)
            assert taken[2].headers["retry-after"] == "2"
            reference = taken[0].json()["reference"]
            asked = [await narrow.get(f"{NOTIFICATIONS}/{reference}") for _ in range(5)]
            assert {answer.status_code for answer in asked} == {200}, "reading is not limited"
            door.ctx.clock.move_to(door.ctx.now() + timedelta(seconds=2))  # type: ignore[attr-defined]
            assert (await narrow.post(notice(child()))).status_code == 202
    finally:
        await server.stop()
    assert (await door.holds())[0] == 3
