"""`/leave` and `/lost`: one button to confirm, good for the one who asked, on that message, for an
hour; and for everyone else there is no such command."""

import pytest

from bot.domain.people import Role
from bot.flow.leave import leave
from bot.sandbox.chats import ChatMessage
from tests.flow.test_drill_in_the_chat import HELP, says
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.world import World

LAPSED = "This was asked too long ago. Please ask again."
LAST = (
    "You are the last coordinator who can be reached. "
    "Somebody else must be enrolled before you leave."
)


@pytest.fixture
async def town(world: World) -> World:
    """A school with its DSP, and a coordinator."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    return world


async def is_here(world: World, name: str) -> bool:
    """Whether they can ask for help, and get it."""
    answer = await says(world, "/help", name)
    return world.phone(name)._is(HELP, answer.text)


async def test_a_proposal_says_who_it_is_and_what_would_be_missing(town: World) -> None:
    proposal = await says(town, "/leave mair")
    assert proposal.text.splitlines() == [
        "Mair, designated safeguarding person.",
        "If they leave, their account ends at once, and what they have open here can no longer be "
        "opened. This cannot be undone in the chat.",
        "From then on:",
        "Nobody is left who can be told here:",
        "Ysgol Bryn: designated safeguarding person, deputy designated safeguarding person.",
    ]
    assert [button.text for [button] in proposal.buttons] == ["They have left"]
    assert await is_here(town, "Mair")


async def test_of_somebody_whom_others_cover_it_says_so(town: World) -> None:
    await town.person("Owen", Role.DEPUTY_DSP, schools=["9992001"])
    assert "covered by somebody else as well" in (await says(town, "/leave mair")).text


async def test_pressing_lets_them_leave_and_pressing_again_says_that_nobody_has_the_id(
    town: World,
) -> None:
    proposal = await says(town, "/leave mair")
    coordinator = town.phone("Coordinator")
    assert await answer_to(coordinator, "v:1", proposal) == (
        "Mair has left. Their account has ended."
    )
    await town.advance(seconds=2)
    coordinator.expects("alarm.person_left")
    await town.phone("Mair").says("/help")
    town.phone("Mair").expects("neutral")
    before = await everything(town)
    assert await answer_to(coordinator, "v:1", proposal) == "Nobody in the directory has this id."
    assert await everything(town) == before


@pytest.mark.parametrize(
    ("text", "says_first"),
    [
        ("/leave", "To let somebody leave, send their id"),
        ("/leave nobody", "Nobody in the directory has this id."),
        ("/leave mair owen", "Nobody in the directory has this id."),
    ],
)
async def test_a_slip_is_one_sentence_without_a_button(
    town: World, text: str, says_first: str
) -> None:
    answer = await says(town, text)
    assert answer.text.startswith(says_first)
    assert answer.buttons == ()


@pytest.mark.parametrize("text", ["/leave", "/leave coordinator", "/leave mair"])
async def test_for_everyone_else_there_is_no_such_command(town: World, text: str) -> None:
    answer = await says(town, text, "Mair")
    assert town.phone("Mair")._is(HELP, answer.text)
    assert "/leave" not in answer.text
    assert answer.buttons == ()


async def finds_nothing(world: World, name: str, message: ChatMessage | None, *data: str) -> None:
    before = await everything(world)
    for one in data:
        assert await answer_to(world.phone(name), one, message) == NOTHING, (name, one)
    assert await everything(world) == before


async def test_a_button_means_nothing_to_anyone_else(town: World) -> None:
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True)
    leaving = await says(town, "/leave mair")
    losing = await says(town, "/lost", "Mair")
    for name in ("Cydlynydd", "Mair"):
        await finds_nothing(town, name, leaving, "v:1", "x:1")
    for name in ("Cydlynydd", "Coordinator"):
        await finds_nothing(town, name, losing, "v:1", "x:1")
    await finds_nothing(town, "Stranger", leaving, "v:1", "x:1")
    assert await is_here(town, "Mair")


async def test_forged_data_means_nothing(town: World) -> None:
    leaving = await says(town, "/leave mair")
    other = await says(town, "/help")
    await finds_nothing(town, "Coordinator", other, "v:1", "x:1", "v:mair")
    await finds_nothing(
        town, "Coordinator", leaving, "v", "v:", "v:0", "v:2", "v:1:1", "V:1", "v:mair", "x:1"
    )
    assert await is_here(town, "Mair")


async def test_who_is_no_longer_a_coordinator_lets_nobody_leave(town: World) -> None:
    await town.has_a_successor("Coordinator")
    leaving = await says(town, "/leave mair")
    await town.change("Coordinator", role=Role.HEAD_TEACHER)
    await town.advance(seconds=5)  # their menu is another now
    await finds_nothing(town, "Coordinator", leaving, "v:1")


async def test_an_old_button_has_lapsed(town: World) -> None:
    leaving = await says(town, "/leave mair")
    losing = await says(town, "/lost", "Mair")
    await town.advance(minutes=61)
    assert await answer_to(town.phone("Coordinator"), "v:1", leaving) == LAPSED
    assert await answer_to(town.phone("Mair"), "x:1", losing) == LAPSED
    assert await is_here(town, "Mair")


async def test_the_last_coordinator_who_can_be_reached_cannot_let_themselves_leave(
    town: World,
) -> None:
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True, enrolled=False)
    assert (await says(town, "/leave coordinator")).text == LAST
    await town.enrol("Cydlynydd")
    leaving = await says(town, "/leave coordinator")
    await leave(town.ctx, "cydlynydd", "command line")
    await town.advance(seconds=2)
    assert await answer_to(town.phone("Coordinator"), "v:1", leaving) == LAST
    assert await is_here(town, "Coordinator")


async def test_one_of_two_coordinators_can_leave_and_the_other_stays(town: World) -> None:
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True)
    leaving = await says(town, "/leave coordinator")
    done = await answer_to(town.phone("Coordinator"), "v:1", leaving)
    assert done == "Coordinator has left. Their account has ended."
    assert (await says(town, "/leave cydlynydd", "Cydlynydd")).text == LAST
    town.everyone_is_accounted_for()


async def test_a_loss_is_confirmed_once_and_then_the_account_is_a_strangers(town: World) -> None:
    losing = await says(town, "/lost", "Mair")
    assert [button.text for [button] in losing.buttons] == ["End my account now"]
    mair = town.phone("Mair")
    assert await answer_to(mair, "x:1", losing) == (
        "This account has ended. Please ask a coordinator for a new invitation."
    )
    await town.advance(seconds=2)
    said = town.phone("Coordinator").expects("alarm.account_ended").text
    assert said.splitlines()[1:] == [
        "Nobody is left who can be told here:",
        "Ysgol Bryn: designated safeguarding person, deputy designated safeguarding person.",
    ]
    await finds_nothing(town, "Mair", losing, "x:1")
    await mair.says("/lost")
    mair.expects("neutral")
    await town.advance(seconds=2)
    await town.enrol("Mair")
    await finds_nothing(town, "Mair", losing, "x:1")


async def test_the_last_coordinators_telephone_can_be_lost_and_that_is_an_alarm(
    town: World,
) -> None:
    losing = await says(town, "/lost", "Coordinator")
    await town.phone("Coordinator").press("End my account now", losing)
    assert "nobody_heard_of:coordinator" in await town.alarms()
    assert await is_here(town, "Mair")


async def test_in_welsh_it_is_all_in_welsh(town: World) -> None:
    await town.person("Cydlynydd", Role.COORDINATOR, everywhere=True, language="cy")
    leaving = await says(town, "/leave mair", "Cydlynydd")
    assert leaving.text.splitlines()[1].startswith("Os byddant yn gadael,")
    losing = await says(town, "/lost", "Cydlynydd")
    assert [button.text for [button] in losing.buttons] == ["Dod â'm cyfrif i ben nawr"]
