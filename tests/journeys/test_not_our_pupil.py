"""Not our pupil: one press seals what reached the wrong school, and the MASH desk finds the right
one; what had been seen is on record, and its clock runs."""

import pytest

from bot.domain.school import School
from tests.builders import child_of
from tests.world import World

STUB = "This message is no longer available."
NOT_OURS = "Not our pupil"
THANKS = "Thank you. This is closed at your school, and the MASH desk has it now."


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


@pytest.fixture
async def roath(world: World, bryn: School) -> School:
    return await world.school("Roath Primary School", dsp="Rhys")


async def states(world: World, reference: str) -> dict[str, str]:
    account = await world.police.account(reference)
    return {alert["school"]: alert["state"] for alert in account["alerts"]}


async def decides(world: World, school: School, task: int) -> None:
    """The MASH desk settles a task with a school's code."""
    await world.phone("Desk").says(f"/triage {task} {school.code}")
    world.phone("Desk").expects("press.decided")


async def test_one_press_seals_it_and_the_right_school_is_told(
    world: World, bryn: School, roath: School
) -> None:
    reference = await world.police.send(child_of(bryn, given_name="Sioned"))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    assert "Sioned" in await mair.opens(card)
    press = await mair.press(NOT_OURS, card)
    assert press.answer is not None
    assert press.answer.text == THANKS
    assert (card.text, card.buttons) == (STUB, ())
    mair.expects("misdirected.keep_it")
    account = await world.police.account(reference)
    assert account["state"] == "triage"
    assert states_of(account) == {bryn.code: "misdirected"}
    asked = desk.expects("triage")
    view = await desk.opens(asked)
    assert "A school said that this is not its pupil." in view
    world.phone("Coordinator").expects("containment.opened")
    await desk.says(f"/triage 2 {roath.code}")
    desk.expects("press.decided")
    rhys = world.phone("Rhys")
    assert "Sioned" in await rhys.opens(rhys.expects("alert"))
    assert await states(world, reference) == {bryn.code: "misdirected", roath.code: "open"}
    await rhys.press("Acknowledge")
    assert (await world.police.account(reference))["state"] == "raised"


def states_of(account: dict[str, object]) -> dict[str, str]:
    alerts = account["alerts"]
    assert isinstance(alerts, list)
    return {alert["school"]: alert["state"] for alert in alerts}
