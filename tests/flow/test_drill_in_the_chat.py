"""`/drill`: a coordinator proposes, presses, reads, ends. Nobody is told before Start is pressed,
and for everyone else there is no such command."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.drill import DrillState
from bot.domain.people import Role
from bot.flow.drill import listed
from bot.sandbox.chats import ChatMessage
from bot.store.tables import drills
from tests.builders import at
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything
from tests.world import World

HELP = "answer.help"


@pytest.fixture
async def town(world: World) -> World:
    """Two schools whose people are there, and two coordinators."""
    await world.without_nurses()
    await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", code="9992001")
    await world.school("Roath Primary School", dsp="Rhys", deputy="Rhian", code="9992002")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await world.person("Cydlynydd", Role.COORDINATOR, everywhere=True, language="cy")
    return world


async def says(world: World, text: str, name: str = "Coordinator") -> ChatMessage:
    """What the bot answers to this."""
    phone = world.phone(name)
    world.everyone_is_accounted_for()
    await world.advance(seconds=2)
    await phone.says(text)
    await world.advance(seconds=2)
    answers = phone.unaccounted()
    phone._accounted |= {message.message_id for message in answers}
    return answers[0]


async def rows(world: World) -> list[Any]:
    async with world.ctx.store.reading() as tx:
        return list(await tx.all(select(drills).order_by(drills.c.id)))


async def states(world: World) -> list[DrillState]:
    return [drill.state(world.clock.now()) for drill in reversed(await listed(world.ctx))]


async def test_a_proposal_says_whom_it_would_tell_and_tells_nobody(town: World) -> None:
    proposal = await says(town, "/drill 9992001,9992002 2026-11-16 07:30")
    assert proposal.text.splitlines()[0] == (
        "A drill from 07:30, Monday 16 November until 09:50, Monday 16 November at the latest. "
        "Schools: 2. People told at once: 2; in all, if nobody answers: 6."
    )
    assert [button.text for [button] in proposal.buttons] == ["Start", "Do not start"]
    assert await states(town) == []
    await town.advance_to(at("07:55"))
    town.nobody_else_heard_anything()


async def test_pressed_it_starts_at_its_time(town: World) -> None:
    proposal = await says(town, "/drill 9992001 2026-11-16 07:30")
    press = await town.phone("Coordinator").press("Start", proposal)
    assert press.answer is not None
    assert press.answer.text == "Drill 1 starts at 07:30, Monday 16 November."
    assert await states(town) == [DrillState.WAITING]
    town.nobody_else_heard_anything()
    await town.advance_to(at("07:31"))
    town.phone("Mair").expects("alert")
    town.phone("Rhys").heard_nothing()
    await town.phone("Mair").press("Acknowledge")
    await town.advance(seconds=3)
    for name in ("Coordinator", "Cydlynydd"):
        town.phone(name).expects("drill.report_over")


async def test_without_a_time_it_starts_when_it_is_pressed(town: World) -> None:
    proposal = await says(town, "/drill all", "Cydlynydd")
    assert proposal.text.startswith("Ymarfer o 07:")
    await town.advance_to(at("07:20"))
    await town.phone("Cydlynydd").press("Dechrau", proposal)
    await town.stagehand.tick()
    assert [row.started_at for row in await rows(town)] == [at("07:20")]
    town.phone("Mair").expects("alert")
    town.phone("Rhys").expects("alert")
    await says(town, "/drill end 1")
    town.everyone_is_accounted_for()


async def test_declined_it_never_starts_and_pressing_again_says_so_kindly(town: World) -> None:
    proposal = await says(town, "/drill all")
    phone = town.phone("Coordinator")
    assert await answer_to(phone, "d:1:0", proposal) == "It will not start. Nobody was told."
    before = await everything(town)
    for data in ("d:1:1", "d:1:0"):
        assert await answer_to(phone, data, proposal) == "This was decided already."
    assert await everything(town) == before
    await town.advance_to(at("09:00"))
    town.nobody_else_heard_anything()


async def test_pressed_twice_it_starts_once(town: World) -> None:
    proposal = await says(town, "/drill 9992001")
    phone = town.phone("Coordinator")
    assert (await answer_to(phone, "d:1:1", proposal)).startswith("Drill 1 starts at ")
    assert await answer_to(phone, "d:1:1", proposal) == "This was decided already."
    await town.stagehand.tick()
    town.phone("Mair").expects("alert")
    await town.phone("Mair").press("Acknowledge")
    await town.advance(seconds=3)
    assert await states(town) == [DrillState.OVER]
    town.phone("Mair").heard_nothing()
    town.everyone_is_accounted_for()


async def test_a_proposal_lapses_after_an_hour(town: World) -> None:
    proposal = await says(town, "/drill 9992001 2026-11-16 10:00")
    await town.advance(minutes=61)
    said = await answer_to(town.phone("Coordinator"), "d:1:1", proposal)
    assert said == "This has lapsed and nobody was told. Please ask again with /drill."
    await town.advance_to(at("11:00"))
    assert await states(town) == []
    town.nobody_else_heard_anything()


@pytest.mark.parametrize("data", ["d:1:1", "d:1:0", "d:404:1"])
async def test_a_press_on_anothers_proposal_looks_like_one_on_none(town: World, data: str) -> None:
    await says(town, "/drill all")
    before = await everything(town)
    for name in ("Cydlynydd", "Mair", "Owen"):
        said = await answer_to(town.phone(name), data)
        assert said in (NOTHING, "Nid oes dim yma."), name
    assert await everything(town) == before


async def test_forged_choices_start_nothing(town: World) -> None:
    proposal = await says(town, "/drill all")
    before = await everything(town)
    for data in ("d", "d:", "d:1", "d:1:", "d:1:2", "d:1:-1", "d:1:1:1", "D:1:1", "d:01:", "d:0:1"):
        assert await answer_to(town.phone("Coordinator"), data, proposal) == NOTHING, data
    assert await everything(town) == before


async def test_who_is_no_longer_a_coordinator_starts_nothing(town: World) -> None:
    proposal = await says(town, "/drill all")
    await town.has_a_successor("Coordinator")
    await town.change("Coordinator", role=Role.HEAD_TEACHER)
    await town.advance(seconds=5)  # their menu is another now
    before = await everything(town)
    assert await answer_to(town.phone("Coordinator"), "d:1:1", proposal) == NOTHING
    assert await everything(town) == before


@pytest.mark.parametrize("text", ["/drill", "/drill all", "/drill report 1", "/drill end 1"])
async def test_for_everyone_else_there_is_no_such_command(town: World, text: str) -> None:
    proposal = await says(town, "/drill 9992001 2026-11-16 12:00")
    await town.phone("Coordinator").press("Start", proposal)
    for name in ("Mair", "Owen"):
        answer = await says(town, text, name)
        assert town.phone(name)._is(HELP, answer.text)
        assert "rill" not in answer.text
    assert len(await rows(town)) == 1
    assert await states(town) == [DrillState.WAITING]


async def test_a_stranger_gets_the_neutral_answer(town: World) -> None:
    stranger = town.phone("Stranger")
    for text in ("/drill", "/drill all", "/drill end 1"):
        await town.advance(seconds=2)
        await stranger.says(text)
        stranger.expects("neutral")
        stranger.heard_nothing()
    assert await rows(town) == []


async def test_alone_it_lists_what_is_under_way_and_says_how_to_ask(town: World) -> None:
    answer = await says(town, "/drill")
    assert answer.text.startswith("No drill is under way.\nTo ask for a drill,")
    for when in ("2026-11-16 07:01", "2026-11-16 12:00"):
        proposal = await says(town, f"/drill 9992001 {when}")
        await town.phone("Coordinator").press("Start", proposal)
    await town.advance_to(at("07:05"))
    lines = (await says(town, "/drill")).text.splitlines()
    assert lines[0].startswith("Drill 2 starts at 12:00, Monday 16 November")
    assert lines[1].startswith("Drill 1 has been under way since 07:01, Monday 16 November")
    assert lines[2].startswith("To ask for a drill,")
    so_far = await says(town, "/drill report 1")
    assert so_far.text.startswith("Drill 1 is not over yet. So far:\nAlerts: 1.")
    ended = await says(town, "/drill end 1")
    assert ended.text.startswith("Drill 1 is over.")
    assert (await says(town, "/drill end 1")).text == "Drill 1 is over already."
    called_off = await says(town, "/drill end 2")
    assert called_off.text == "Drill 2 was called off. Nobody was told."
    assert (await says(town, "/drill report 404")).text == "There is no drill 404."
    town.everyone_is_accounted_for()


@pytest.mark.parametrize(
    ("text", "says_first"),
    [
        ("/drill 9990000", "No school has the code 9990000."),
        ("/drill 9992001,9990000 2026-11-16 07:30", "No school has the code 9990000."),
        ("/drill 2026-11-16 07:30", "No school was named."),
        ("/drill 9992001 2026-11-16 06:54", "A drill cannot start in the past."),
        ("/drill 9992001 2099-01-05 07:30", "A drill cannot start more than a year from now."),
        ("/drill 9992001 2026-11-23", "To ask for a drill,"),
        ("/drill 9992001 2026-31-12 07:30", "To ask for a drill,"),
        ("/drill 9992001 0001-01-01 00:00", "To ask for a drill,"),
        ("/drill report soon", "No school has the code report."),
        ("/drill end 9999999999999999999999", "No school has the code end."),
        ("/drill 9992001 7:30", "To ask for a drill,"),
    ],
)
async def test_a_slip_is_one_kind_answer_and_no_proposal(
    town: World, text: str, says_first: str
) -> None:
    answer = await says(town, text)
    assert answer.text.startswith(says_first)
    assert answer.buttons == ()
    assert await rows(town) == []


async def test_a_coordinator_who_is_away_hears_how_the_drill_they_started_ended(
    town: World,
) -> None:
    proposal = await says(town, "/drill 9992001")
    await town.phone("Coordinator").press("Start", proposal)
    await town.settle()
    for name in ("Mair",):
        town.phone(name).expects("alert")
    await says(town, "/away 2026-11-16 2026-11-20")
    report = await says(town, "/drill end 1")
    assert report.text.startswith("Drill 1 is over.")
    town.phone("Cydlynydd").expects("drill.report_over")
