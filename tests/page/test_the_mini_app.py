"""The Mini App: Telegram's word for who it is: while fresh, once, and of somebody enrolled."""

from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest

from bot.domain.access import LAUNCH_LIVES
from bot.domain.school import School
from bot.sandbox.mini_apps import init_data
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.page.reader import Reader
from tests.world import World

PUBLIC = "https://encompass.example"


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page(public_url=PUBLIC, details_in=None)
    world.everyone_is_accounted_for()
    return school


def started(address: str) -> dict[str, str]:
    """What the Mini App's script makes of the address that Telegram opens."""
    parts = urlsplit(address)
    [signed] = parse_qs(parts.fragment)["tgWebAppData"]
    return {"init_data": signed, "alert": dict(parse_qsl(parts.query))["alert"]}


async def enter(world: World, form: dict[str, str]) -> Reader:
    reader = Reader(world)
    await reader.post("/app/enter", form)
    return reader


async def test_open_details_starts_it_and_telegrams_word_is_enough(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    address = mair.sandbox.launch("Open details", card)
    assert address.startswith(f"{PUBLIC}/app?alert=")
    reader = await enter(world, started(address))
    assert reader.shows("Canary-circumstances", "Canary-given")
    [opened] = await world.trail(reference, "alert:opened")
    assert (opened["person"], opened["way"]) == ("mair", "mini_app")
    await reader.press("Acknowledge")
    assert card.text.startswith(f"{reference}: you acknowledged this")


async def test_only_its_first_page_may_be_framed_and_only_by_telegram(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    reader = Reader(world)
    await reader.get("/app?alert=1")
    policy = reader.response.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://web.telegram.org https://*.telegram.org")
    form = started(mair.sandbox.launch("Open details", mair.expects("alert")))
    reader = await enter(world, form)
    for path in (reader.path, f"{reader.path}/why", "/ended", "/open/1.x"):
        await reader.get(path)
        assert reader.response.headers["content-security-policy"].endswith("frame-ancestors 'none'")
        assert reader.response.headers["x-frame-options"] == "DENY"
        assert reader.response.headers["cache-control"] == "no-store"


async def test_the_same_start_signs_in_once(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    form = started(mair.sandbox.launch("Open details", mair.expects("alert")))
    assert (await enter(world, form)).shows("Canary-given")
    again = await enter(world, form)
    assert again.status == 401
    assert again.cookie == ""


@pytest.mark.parametrize("age", [LAUNCH_LIVES, timedelta(days=1), timedelta(minutes=-2)])
async def test_a_start_that_is_too_old_or_of_tomorrow_is_nothing(
    world: World, bryn: School, age: timedelta
) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    at = world.clock.now() - age
    refused = await enter(world, started(mair.sandbox.launch("Open details", card, at=at)))
    assert refused.status == 401
    assert not refused.shows("Canary")


async def test_what_telegram_did_not_sign_for_somebody_enrolled_is_nothing(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    now, token = world.clock.now(), world.sandbox.token
    stranger = world.sandbox.person(7_700_900_900, "Stranger")
    card = mair.expects("alert")
    alert = started(mair.sandbox.launch("Open details", card))["alert"]
    right = init_data(token, mair.sandbox.person, now)
    forged = {
        "nothing": "",
        "no signature": right.partition("&hash=")[0],
        "another bot's": init_data("1:another", mair.sandbox.person, now),
        "somebody else's": init_data(token, stranger.person, now),
        "another user written in": right.replace(
            quote(str(mair.sandbox.person.id)), quote(str(stranger.person.id))
        ),
        "a second user behind the first": f"{right}&{urlencode({'user': '{}'})}",
        "a field of it once more, and empty": f"query_id=&{right}",
        "an empty field that nobody signed": f"{right}&admin=",
        "long": right + "&x=" + "0" * 10_000,
    }
    answers = {(await enter(world, {"init_data": d, "alert": alert})).page for d in forged.values()}
    assert len(answers) == 1
    assert "Canary" not in answers.pop()
    cross = Reader(world)
    form = {"init_data": right, "alert": alert}
    await cross.post("/app/enter", form, **{"sec-fetch-site": "cross-site"})
    assert cross.status == 401
    assert (await enter(world, form)).shows("Canary-given")


async def test_the_cookie_goes_nowhere_it_should_not(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    form = started(mair.sandbox.launch("Open details", mair.expects("alert")))
    response = await world.http.post(
        "/app/enter", data=form, headers={"sec-fetch-site": "same-origin"}
    )
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-encompass=")
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")


async def test_an_old_cards_button_becomes_the_mini_app(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    number = started(mair.sandbox.launch("Open details", card))["alert"]
    press = await mair.press_data(f"o:{number}", card)
    assert press.answer is not None
    assert press.answer.text == "Press the button to open it."
