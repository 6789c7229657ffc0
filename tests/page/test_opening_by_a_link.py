"""Details on the secure page, by a link that works once: recorded before anything is shown."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.access import IDLE, LINK_LIVES, LONGEST
from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.session import forget_old_ways_in
from bot.store.tables import links, sessions
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.page.reader import Reader, link_on
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.opens_details_on_the_page()
    world.everyone_is_accounted_for()
    return school


async def test_the_card_carries_a_link_and_nothing_else_for_ten_minutes(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    before = card.text
    address = await link_on(mair, card)
    assert address.startswith(str(world.http.base_url))
    assert "anary" not in card.text + address
    await world.advance(seconds=LINK_LIVES.total_seconds() - 10)
    assert any(button.url for row in card.buttons for button in row)
    await world.advance(seconds=15)
    assert not any(button.url for row in card.buttons for button in row)
    assert card.text == before
    world.everyone_is_accounted_for()


async def test_a_press_spends_the_link_and_being_fetched_does_not(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    address = await link_on(mair, mair.expects("alert"))
    for _ in range(3):  # a scanner of links
        scanner = Reader(world)
        await scanner.get(address)
        assert not scanner.shows("Canary")
    reader = Reader(world)
    await reader.get(address)
    assert await world.trail(reference, "alert:opened") == []
    await reader.press("Open it")
    assert reader.shows("Canary-circumstances", "Canary-given Canary-family", "not recorded")
    assert not reader.shows("Canary-health")
    assert not reader.shows("Canary-location")
    [opened] = await world.trail(reference, "alert:opened")
    assert (opened["person"], opened["way"]) == ("mair", "link")
    other = Reader(world)
    await other.get(address)
    await other.press("Open it")
    assert other.status == 401
    assert other.shows("This link does not open anything")


async def test_it_is_acknowledged_there_and_the_ladder_stops(world: World, bryn: School) -> None:
    reference = await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    await reader.press("Acknowledge")
    assert reader.shows("Acknowledged. Thank you.")
    assert card.text.startswith(f"{reference}: you acknowledged this at 07:00")
    await reader.get(reader.path.rpartition("/")[0])
    assert reader.shows(f"{reference}: you acknowledged this")
    assert "Acknowledge</button>" not in reader.page
    await world.advance(hours=3)


async def test_whoever_is_excluded_meanwhile_sees_nothing_from_then_on(
    world: World, bryn: School
) -> None:
    first = notice(child(bryn, **WHOLE_CHILD), **WHOLE)
    await world.police.send(first)
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    path = reader.path
    await world.police.send(first | {"exclude": ["mair"]})
    await reader.get(path)
    assert reader.status == 404
    absent = Reader(world)
    absent.cookie = reader.cookie
    await absent.get("/alert/999999")
    assert absent.page == reader.page
    for name in ("acknowledge", "recuse", "decide"):
        await reader.post(f"{path}/{name}", {"form": _token(reader)})
        assert reader.shows("There is nothing here.")
    world.everyone_is_accounted_for()


def _token(reader: Reader) -> str:
    return reader.page.partition('name="form" value="')[2].partition('"')[0]


async def test_a_link_is_itself_to_the_letter_or_nothing(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    address = await link_on(mair, mair.expects("alert"))
    base, _, link = address.rpartition("/")
    for written in (f"0{link}", f"{link}=", link.swapcase()):
        reader = Reader(world)
        await reader.get(f"{base}/{written}")
        await reader.press("Open it")
        assert reader.status == 401, written
    reader = Reader(world)
    await reader.get(address)
    await reader.press("Open it")
    assert reader.shows("Canary-given")


async def test_a_link_opens_its_own_alert_and_no_other(world: World, bryn: School) -> None:
    for _ in range(2):
        await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    first, second = mair.expects("alert"), mair.expects("alert")
    reader = await Reader.of(world, mair, first)
    other = await Reader.of(world, mair, second)
    assert other.path != reader.path
    await reader.get(other.path)
    assert reader.shows("There is nothing here.")
    world.everyone_is_accounted_for()


@pytest.mark.parametrize("pause", [IDLE + timedelta(seconds=40), LONGEST])
async def test_a_session_that_nobody_uses_is_over(
    world: World, bryn: School, pause: timedelta
) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    path = reader.path
    await world.advance(minutes=14)
    await reader.get(path)
    assert reader.shows("Canary-given")
    await world.advance(seconds=pause.total_seconds())
    await reader.get(path)
    assert reader.status == 401
    assert reader.shows("You are signed out")
    world.everyone_is_accounted_for()


async def test_after_signing_out_the_cookie_is_worth_nothing(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    path, cookie = reader.path, reader.cookie
    await reader.press("Sign out")
    assert reader.shows("You are signed out")
    assert reader.cookie == ""
    reader.cookie = cookie
    await reader.get(path)
    assert reader.status == 401


async def test_what_another_site_sends_changes_nothing(world: World, bryn: School) -> None:
    reference = await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    path, token = reader.path, _token(reader)
    await reader.post(f"{path}/acknowledge", {"form": token}, **{"sec-fetch-site": "cross-site"})
    assert reader.status == 401
    await reader.post(f"{path}/acknowledge", {"form": "0" * 64})
    assert reader.status == 401
    await reader.post(f"{path}/acknowledge", {})
    assert reader.status == 401
    assert await world.trail(reference, "alert:acknowledged") == []


async def test_who_leaves_is_out_within_the_second(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    reader = await Reader.of(world, mair, card)
    path = reader.path
    address = await link_on(mair, card)
    await world.leaves("Mair")
    await reader.get(path)
    assert reader.status == 401
    later = Reader(world)
    await later.get(address)
    await later.press("Open it")
    assert later.status == 401
    assert not card.buttons
    world.everyone_is_accounted_for()


async def test_the_desk_settles_a_question_there(world: World, bryn: School) -> None:
    await world.person("Nia", Role.MASH_DESK, everywhere=True)
    lost = child() | WHOLE_CHILD | {"school": {"name": "Ysgol Brym"}}
    await world.police.send(notice(lost, **WHOLE))
    nia = world.phone("Nia")
    reader = await Reader.of(world, nia, nia.expects("triage"))
    assert reader.shows("Which school is this?", "Ysgol Brym", "Canary-location")
    await reader.press("Ysgol Bryn")
    assert reader.shows("Settled. Thank you.")
    world.phone("Mair").expects("alert")
    world.everyone_is_accounted_for()


async def test_not_our_pupil_seals_the_page_and_every_way_to_it(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await world.advance(minutes=51)
    owen = world.phone("Owen")
    other = owen.expects("alert")
    mairs, owens = await Reader.of(world, mair, card), await Reader.of(world, owen, other)
    path, link = owens.path, await link_on(owen, other)
    await mairs.press("Not our pupil")
    assert mairs.shows("the MASH desk")
    await owens.get(path)
    assert not owens.shows("Canary")
    again = Reader(world)
    await again.get(link)
    await again.press("Open it")
    assert again.status == 401
    assert card.text == other.text == "This message is no longer available."
    assert not other.buttons
    world.everyone_is_accounted_for()


async def test_ways_in_that_are_over_are_forgotten_and_those_that_stand_are_not(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    await forget_old_ways_in(world.ctx)
    await reader.get(reader.path)
    assert reader.shows("Canary-given")
    await world.advance(days=1, minutes=20)
    await forget_old_ways_in(world.ctx)
    async with world.ctx.store.reading() as tx:
        assert await tx.all(select(sessions)) == []
        assert await tx.all(select(links)) == []
    world.everyone_is_accounted_for()


async def test_the_entry_to_copy_says_what_was_answered(world: World, bryn: School) -> None:
    await world.police.send(notice(child(bryn, **WHOLE_CHILD), **WHOLE))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    before = reader.page.partition('<textarea id="entry"')[2].partition("</textarea>")[0]
    assert "Canary-circumstances" in before
    assert "acknowledge" not in before
    await reader.press("Acknowledge")
    await reader.get(reader.path.rpartition("/")[0])
    after = reader.page.partition('<textarea id="entry"')[2].partition("</textarea>")[0]
    assert "you acknowledged this at 07:00" in after


async def test_who_cannot_act_says_so_there_and_the_next_is_told(
    world: World, bryn: School
) -> None:
    await world.police.send(notice(child(bryn)))
    mair = world.phone("Mair")
    reader = await Reader.of(world, mair, mair.expects("alert"))
    await reader.press("Cannot act")
    assert reader.shows("Thank you. Whoever is next is told now.")
    world.phone("Owen").expects("alert")
