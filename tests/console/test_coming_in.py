"""Into the console by a link from the chat, and out of it again."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.access import IDLE, LINK_LIVES
from bot.domain.school import School
from tests.builders import child, notice
from tests.console.visits import CODE, asks_for_it, enters, link_in
from tests.page.reader import Reader
from tests.world import World


async def test_a_coordinator_comes_in_by_a_link_that_works_once(world: World, bryn: School) -> None:
    phone, message = await asks_for_it(world, "Coordinator")
    address = link_in(message)
    reader = Reader(world)
    await reader.get(address)
    await reader.press("Open it")
    assert reader.path == "/console"
    assert reader.shows("Today", "Coordinator, coordinator", "No alert is open.")
    assert not any(button.url for row in message.buttons for button in row)
    other = Reader(world)
    await other.get(address)
    await other.press("Open it")
    assert other.status == 401
    assert phone.unaccounted() == []


async def test_the_link_is_off_its_message_after_ten_minutes(world: World, bryn: School) -> None:
    _, message = await asks_for_it(world, "Coordinator")
    address = link_in(message)
    await world.advance(seconds=LINK_LIVES.total_seconds() + 5)
    assert not any(button.url for row in message.buttons for button in row)
    reader = Reader(world)
    await reader.get(address)
    await reader.press("Open it")
    assert reader.status == 401


@pytest.mark.parametrize("name", ["Mair", "Owen"])
async def test_for_others_there_is_no_such_command(world: World, bryn: School, name: str) -> None:
    await world.phone(name).says("/console")
    world.phone(name).expects("answer.help")


async def test_a_session_that_nobody_uses_is_over(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    for _ in range(3):  # what a page asks by itself is no use of it
        await world.advance(seconds=IDLE.total_seconds() / 3 + 5)
        await reader.get("/console/today")
    assert reader.status == 404
    await reader.get("/console")
    assert reader.status == 404


async def test_where_a_code_is_required_nothing_is_read_without_it(
    world: World, bryn: School
) -> None:
    await world.opens_details_on_the_page(unlock_code="required")
    reader = await enters(world, "Coordinator")
    for path in ("/console", "/console/calls", "/console/directory", "/me"):
        await reader.get(path)
        assert reader.shows("unlock code"), path
        assert not reader.shows("Mair"), path
    await reader.press("Go on", code=CODE, again=CODE)
    assert reader.path == "/me"
    assert reader.shows("Coordinator")
    await reader.get("/console/calls")
    assert reader.shows("Call list")
    world.everyone_is_accounted_for()


async def test_signing_out_ends_it(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    cookie = reader.cookie
    await reader.press("Sign out")
    reader.cookie = cookie
    await reader.get("/console")
    assert reader.status == 404


async def test_it_speaks_the_language_that_is_chosen_there(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    await reader.press("Cymraeg")
    assert reader.path == "/console"
    assert reader.shows('<html lang="cy">', "Heddiw", "Nid oes hysbysiad ar agor.")
    await reader.press("English")
    assert reader.shows("No alert is open.")


async def test_the_mini_app_leads_there(world: World, bryn: School) -> None:
    await world.opens_details_on_the_page(public_url="https://encompass.example", details_in=None)
    phone, message = await asks_for_it(world, "Coordinator")
    launched = phone.sandbox.launch("Open the console", message)
    [signed] = parse_qs(urlsplit(launched).fragment)["tgWebAppData"]
    reader = Reader(world)
    await reader.post("/app/enter", {"init_data": signed, "alert": "", "to": "console"})
    assert reader.shows("Today", "No alert is open.")


async def test_a_link_to_one_alert_opens_no_console(world: World, bryn: School) -> None:
    await world.police.send(notice(child() | {"school": {"name": "Ysgol Brym"}}))
    desk = world.phone("Desk")
    reader = await Reader.of(world, desk, desk.expects("triage"))
    assert reader.shows("Which school is this?")
    await reader.get("/console")
    assert reader.status == 404
