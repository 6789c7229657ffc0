"""Readiness away from a desk: gaps first, who stands where, and what a coordinator does about it
with a press; each asked first where it cannot be undone."""

import pytest

from bot.domain.people import Role
from bot.sandbox.chats import ChatMessage
from tests.flow.test_drill_in_the_chat import says
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.journeys.test_coordinators_screens import data_on, presses
from tests.world import World

BRYN = 9992001


@pytest.fixture
async def town(world: World) -> World:
    """A school with a DSP and a deputy, one with nobody enrolled, and the authority."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", code=str(BRYN))
    await world.school("Roath Primary School", code="9992002")
    await world.person("Rhys", Role.DSP, schools=["9992002"], enrolled=False)
    await world.authority()
    return world


async def person_on(world: World, name: str) -> tuple[ChatMessage, str]:
    """The screen of somebody of Ysgol Bryn, and what its button is called by."""
    board = await says(world, "/readiness")
    await presses(world, board, f"mg:{BRYN}:0")
    texts = {b.text: b.data for row in board.buttons for b in row}
    mark = str(texts[name])
    await presses(world, board, mark)
    return board, mark


async def test_gaps_lead_to_who_stands_there_and_why_they_cannot_be_told(town: World) -> None:
    board = await says(town, "/readiness")
    assert board.text.splitlines() == [
        "On Tuesday 17 November these have nobody who can be told:",
        "Roath Primary School: designated safeguarding person, deputy designated safeguarding "
        "person.",
    ]
    assert await presses(town, board, "mg:9992002:0") == (
        "Roath Primary School: who stands there on the next school day.\n"
        "Rhys, designated safeguarding person: not enrolled yet."
    )


async def test_an_invitation_is_never_in_a_chat(town: World) -> None:
    board = await says(town, "/readiness")
    await presses(town, board, "mg:9992002:0")
    mark = next(data for data in data_on(board) if data.startswith("mp:"))
    await presses(town, board, mark)
    said = await presses(town, board, f"{mark}:2")
    assert "encompass invite rhys" in said
    assert "start=" not in said


async def test_away_today_is_one_press_and_the_person_hears_of_it(town: World) -> None:
    board, mark = await person_on(town, "Mair")
    said = await presses(town, board, f"{mark}:1")
    assert said == "Mair, designated safeguarding person: away."
    town.phone("Mair").expects("absence.by_coordinator")
    town.phone("Coordinator").expects("absence.written")
    again = await answer_to(town.phone("Coordinator"), f"{mark}:1", board)
    assert again == "They are away today already."


async def test_an_account_is_ended_only_by_a_second_press(town: World) -> None:
    board, mark = await person_on(town, "Owen")
    asked = await presses(town, board, f"{mark}:4")
    assert asked.startswith("End Owen's account in Telegram")
    said = await presses(town, board, f"{mark}:4:1")
    assert said == "Owen, deputy designated safeguarding person: not enrolled yet."
    town.everyone_is_accounted_for()


async def test_signed_out_everywhere_one_stays_enrolled(town: World) -> None:
    board, mark = await person_on(town, "Owen")
    await presses(town, board, f"{mark}:3")
    said = await presses(town, board, f"{mark}:3:1")
    assert said == "Owen, deputy designated safeguarding person: can be told."


async def test_leaving_is_proposed_in_a_message_of_its_own(town: World) -> None:
    board, mark = await person_on(town, "Owen")
    await presses(town, board, f"{mark}:5")
    town.phone("Coordinator").expects("leave.who")
    town.phone("Owen").heard_nothing()


async def test_a_school_is_closed_for_snow_by_two_presses(town: World) -> None:
    board = await says(town, "/readiness")
    await presses(town, board, f"mn:{BRYN}")
    assert f"mn:{BRYN}:20261116" in data_on(board)
    asked = await presses(town, board, f"mn:{BRYN}:20261116")
    assert asked.startswith("Ysgol Bryn is closed on Monday 16 November?")
    coordinator = town.phone("Coordinator")
    closed = await answer_to(coordinator, f"mn:{BRYN}:20261116:1", board)
    assert "Ysgol Bryn" in closed
    again = await answer_to(coordinator, f"mn:{BRYN}:20261116:1", board)
    assert again != closed
    town.everyone_is_accounted_for()


async def test_who_would_be_told_is_turned_by_buttons(town: World) -> None:
    board = await says(town, f"/route {BRYN}")
    assert board.text.splitlines()[0] == (
        "Ysgol Bryn, sent on 07:00, Monday 16 November: due by 08:50, Monday 16 November."
    )
    tonight = await presses(town, board, f"mh:{BRYN}:1:0")
    assert tonight.splitlines()[0] == (
        "Ysgol Bryn, sent on 20:00, Monday 16 November: due by 08:50, Tuesday 17 November."
    )
    assert "Mair" in tonight


async def test_what_is_not_there_is_found_by_no_button(town: World) -> None:
    board = await says(town, "/readiness")
    before = await everything(town)
    for data in (
        "mg:9999999:0", f"mg:{BRYN}:7", "mg:0:99", "mp:1", "mp:1:4:1", "mn:1", f"mn:{BRYN}:99",
        "mn:1:20261116:1", "mh:1:0:0", f"mh:{BRYN}:3:0", f"mh:{BRYN}:0:99", "mr", "mr:1:1",
    ):  # fmt: skip
        assert await answer_to(town.phone("Coordinator"), data, board) == NOTHING, data
    assert await everything(town) == before
