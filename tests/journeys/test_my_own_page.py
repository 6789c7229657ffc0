"""Everyone's own page in the chat: what they are told of, by which ways, when they are away, who
stands in; with buttons that do what they say, for themselves alone."""

import pytest

from bot.domain.people import Role
from tests.flow.test_drill_in_the_chat import says
from tests.flow.test_presses_of_others import NOTHING, answer_to
from tests.journeys.test_coordinators_screens import data_on, presses
from tests.world import World


@pytest.fixture
async def town(world: World) -> World:
    """A school with a DSP of years 7 to 9 and her deputy, and the authority."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", deputy="Owen", code="9992001")
    await world.person("Mair", Role.DSP, schools=["9992001"], years=[7, 8, 9])
    await world.authority()
    return world


async def test_it_says_what_i_am_told_of_and_by_which_ways(town: World) -> None:
    page = await says(town, "/me", "Mair")
    assert page.text.splitlines() == [
        "Mair, designated safeguarding person",
        "In English.",
        "",
        "What you are told of",
        "Ysgol Bryn.",
        "Of these alone: year 7, year 8 and year 9.",
        "What schools are told: you may open it and answer.",
        "",
        "How you are reached, in this order",
        "1. Telegram: works.",
        "",
        "When you are away",
        "No days are written down.",
        "",
        "For whom you stand in",
        "For nobody.",
    ]


async def test_a_coordinator_reads_that_they_hear_and_open_nothing(town: World) -> None:
    page = await says(town, "/me", "Coordinator")
    assert "What schools are told: you hear that it waits, never what it says." in page.text
    assert "you may open it" not in page.text


async def test_the_language_is_changed_in_place(town: World) -> None:
    page = await says(town, "/me", "Mair")
    assert "mm:1:1" in data_on(page)
    assert "Yn Gymraeg." in await presses(town, page, "mm:1:1", "Mair")
    assert "In English." in await presses(town, page, "mm:1:0", "Mair")


async def test_away_today_is_one_press_and_is_shown(town: World) -> None:
    page = await says(town, "/me", "Mair")
    said = await presses(town, page, "mm:2", "Mair")
    assert "Monday 16 November to Monday 16 November. Nobody stands in." in said
    assert await answer_to(town.phone("Mair"), "mm:2", page) == "You are away today already."
    town.phone("Mair").expects("answer.away_set")


async def test_a_test_comes_once_a_minute(town: World) -> None:
    mair = town.phone("Mair")
    page = await says(town, "/me", "Mair")
    await presses(town, page, "mm:4", "Mair")
    mair.expects("me.test")
    assert await answer_to(mair, "mm:4", page) == "One a minute. Please wait a moment."
    await town.advance(seconds=61)
    mair.heard_nothing()
    await presses(town, page, "mm:4", "Mair")
    mair.expects("me.test")


async def test_a_test_goes_by_each_way_that_works(town: World) -> None:
    post = await town.has_second_ways(sms=False)
    await town.change("Mair", email="mair@bryn.example")
    page = await says(town, "/me", "Mair")
    assert "2. e-mail: works." in page.text
    await presses(town, page, "mm:4", "Mair")
    await town.advance(seconds=2)
    town.phone("Mair").expects("me.test")
    [mail] = post.office.to("mair@bryn.example")
    assert "this is the test that you asked for" in mail


async def test_who_stands_in_for_me_and_for_whom_i_stand_in(town: World) -> None:
    await town.phone("Mair").says("/away 17.11.")
    await town.phone("Mair").press("Owen")
    await town.phone("Owen").press("I will")
    town.everyone_is_accounted_for()
    assert "Tuesday 17 November. Owen stands in." in (await says(town, "/me", "Mair")).text
    assert "Mair, Tuesday 17 November" in (await says(town, "/me", "Owen")).text


async def test_a_lost_telephone_is_confirmed_in_a_message_of_its_own(town: World) -> None:
    page = await says(town, "/me", "Mair")
    await presses(town, page, "mm:5", "Mair")
    asked = town.phone("Mair").expects("lost.proposal")
    await town.phone("Mair").press("End my account now", asked)
    await town.advance(seconds=3)
    assert await answer_to(town.phone("Mair"), "mm:0", page) == NOTHING
    town.everyone_is_accounted_for()


async def test_it_is_its_holders_alone(town: World) -> None:
    page = await says(town, "/me", "Mair")
    for name in ("Owen", "Coordinator", "Stranger"):
        for data in ("mm:0", "mm:2", "mm:4", "mm:5"):
            assert await answer_to(town.phone(name), data, page) == NOTHING
    for data in ("mm:1", "mm:1:7", "mm:9", "mm", "mm:0:0"):
        assert await answer_to(town.phone("Mair"), data, page) == NOTHING
    town.phone("Mair").heard_nothing()
