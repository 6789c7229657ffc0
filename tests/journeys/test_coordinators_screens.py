"""A coordinator away from a desk: one message with the overview, turned by its buttons, the same
after a restart; and nothing in it for anybody else."""

import pytest

from bot.domain.people import Role
from bot.sandbox.chats import ChatMessage
from tests.builders import child_of
from tests.flow.test_drill_in_the_chat import HELP, says
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.world import World

SHOWN = "This is how it stands now."


@pytest.fixture
async def town(world: World) -> World:
    """Two schools, their people, and the authority."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", code="9992001")
    await world.school("Roath Primary School", bell="09:00", dsp="Rhys", code="9992002")
    await world.authority()
    return world


async def sends(world: World, number: int, code: str) -> str:
    reference = await world.police.send(
        child_of(world._schools[code], source_reference=f"{code}-{number}")
    )
    world.everyone_is_accounted_for()
    return reference


def data_on(message: ChatMessage) -> list[str]:
    return [button.data or "" for row in message.buttons for button in row]


async def presses(world: World, message: ChatMessage, data: str, name: str = "Coordinator") -> str:
    """Press it; what the same message shows then."""
    assert await answer_to(world.phone(name), data, message) != NOTHING
    await world.advance(seconds=2)
    return message.text


async def test_the_overview_leads_to_one_duty_and_says_who_has_it(town: World) -> None:
    reference = await sends(town, 1, "9992001")
    board = await says(town, "/status")
    assert board.text.splitlines() == [
        "Open: 1. Past the bell: 0. At the MASH desk: 0.",
        f"{reference}, Ysgol Bryn: 08:50, Monday 16 November.",
    ]
    await presses(town, board, "ml:1:0")
    assert "md:1" in data_on(board)
    said = await presses(town, board, "md:1")
    assert said.splitlines() == [
        f"{reference}, Ysgol Bryn: 08:50, Monday 16 November.",
        "Owed by the school.",
        "Since 07:00, Monday 16 November.",
        "Told, without an answer so far: Mair.",
        "Next, 07:50, Monday 16 November: Owen.",
    ]
    await town.phone("Mair").press("Acknowledge")
    said = await presses(town, board, "md:1")
    assert "It is settled.\nHas it: Mair." in said
    assert "mc:1" not in data_on(board)


async def test_an_old_screen_shows_the_present_after_a_restart(town: World) -> None:
    await sends(town, 1, "9992001")
    board = await says(town, "/status")
    await town.stop()
    await town.start()
    second = await sends(town, 2, "9992002")
    assert await answer_to(town.phone("Coordinator"), "ms:1", board) == SHOWN
    await town.advance(seconds=2)
    assert f"{second}, Roath Primary School: 09:00, Monday 16 November." in board.text
    assert len(board.history) == 2  # the same message, put right


async def test_a_long_list_is_turned_by_the_numbers_of_its_rows(town: World) -> None:
    references = [await sends(town, number, "9992001") for number in range(1, 11)]
    board = await says(town, "/status")
    assert board.text.splitlines()[-1] == "And 5 more."
    first = await presses(town, board, "ml:1:0")
    assert references[7] in first
    assert references[8] not in first
    [more] = [data for data in data_on(board) if data.startswith("ml:")]
    last = await presses(town, board, more)
    assert references[8] in last
    assert references[0] not in last
    [back] = [data for data in data_on(board) if data.startswith("mb:")]
    assert references[0] in await presses(town, board, back)


async def test_a_duty_is_closed_by_a_reason_of_the_list_and_a_second_press(town: World) -> None:
    reference = await sends(town, 1, "9992001")
    board = await says(town, "/status")
    await presses(town, board, "md:1")
    await presses(town, board, "mc:1")
    asked = await presses(town, board, "mc:1:1")
    assert asked == (
        f"Close {reference}? Reason: Told in person. 1 open duty of it ends, and nobody is told of "
        "it any more."
    )
    assert await town.trail(reference, "alert:closed") == []
    said = await presses(town, board, "mc:1:1:1")
    assert "It was closed by a coordinator." in said
    [line] = await town.trail(reference, "alert:closed")
    assert line["reason"] == "told in person"
    assert line["by"] == "coordinator"
    again = await answer_to(town.phone("Coordinator"), "mc:1:1:1", board)
    assert again == "Nothing of it is open any more."
    assert len(await town.trail(reference, "alert:closed")) == 1


async def test_the_desk_sees_the_overview_and_closes_nothing(town: World) -> None:
    await sends(town, 1, "9992001")
    board = await says(town, "/status", "Desk")
    await presses(town, board, "md:1", "Desk")
    assert "mc:1" not in data_on(board)
    before = await everything(town)
    for data in ("mc:1", "mc:1:0", "mc:1:0:1", "mr:0", "mg:9992001:0", "mp:1", "mn:9992001:1"):
        assert await answer_to(town.phone("Desk"), data, board) == NOTHING, data
    assert await everything(town) == before


async def test_for_everybody_else_there_is_no_such_screen(town: World) -> None:
    await sends(town, 1, "9992001")
    board = await says(town, "/status")
    answer = await says(town, "/status", "Mair")
    assert town.phone("Mair")._is(HELP, answer.text)
    before = await everything(town)
    for name in ("Mair", "Desk", "Stranger"):
        for data in ("ms:1", "ml:1:0", "md:1", "mc:1:0:1"):
            assert await answer_to(town.phone(name), data, board) == NOTHING, (name, data)
    assert await everything(town) == before


async def test_forged_numbers_find_nothing(town: World) -> None:
    await sends(town, 1, "9992001")
    board, other = await says(town, "/status"), await says(town, "/help")
    before = await everything(town)
    for data in (
        "md:404", "md:", "md", "md:-1", "md:1:1", "mc:404", "mc:1:99", "mc:1:0:2", "mc:1:0:1:1",
        "ml:9:0", "ml:1", "ml:1:404", "mb:0:404", "ms:x", "m:1", "mx:1", "md:999999999999999999",
    ):  # fmt: skip
        assert await answer_to(town.phone("Coordinator"), data, board) == NOTHING, data
    for data in ("ms:1", "md:1", "mc:1:0:1"):
        assert await answer_to(town.phone("Coordinator"), data, other) == NOTHING, data
    assert await everything(town) == before


async def test_who_is_no_longer_a_coordinator_has_no_screen_any_more(town: World) -> None:
    reference = await sends(town, 1, "9992001")
    board = await says(town, "/status")
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True)
    await town.change("Coordinator", role=Role.HEAD_TEACHER)
    await town.advance(seconds=5)
    assert await answer_to(town.phone("Coordinator"), "mc:1:0:1", board) == NOTHING
    assert await town.trail(reference, "alert:closed") == []
