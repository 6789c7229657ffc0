"""Not our pupil: one press seals what reached the wrong school, and the MASH desk finds the right
one, however often a school says so and whatever the sender says meanwhile."""

from typing import Any

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.close import close
from tests.builders import at, child, child_of, notice
from tests.flow.outbox import hold_back
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything, finds_nothing
from tests.world import World

STUB = "This message is no longer available."
BUTTON = "Not our pupil"
THANKS = "Thank you. This is closed at your school, and the MASH desk has it now."
CLOSED_HERE = "This was not for your school; it is closed to everybody here."


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
    return {f"{a['school']} {a['leg']}": a["state"] for a in account["alerts"]}


async def decides(world: World, school: School, task: int) -> None:
    """The MASH desk settles a task with a school's code."""
    desk = world.phone("Desk")
    desk.expects("triage")
    await desk.says(f"/triage {task} {school.code}")
    desk.expects("press.decided")


async def refuses(world: World, name: str, kind: str = "alert") -> Any:
    """The next card of this person, and the button on it pressed."""
    phone = world.phone(name)
    card = phone.expects(kind)
    press = await phone.press(BUTTON, card)
    assert press.answer is not None
    assert press.answer.text == THANKS
    world.phone("Coordinator").expects("containment.opened")
    return card


async def test_one_press_seals_it_for_everybody_and_the_right_school_is_told(
    world: World, bryn: School, roath: School
) -> None:
    reference = await world.police.send(child_of(bryn, given_name="Sioned"))
    await world.advance_to(at("07:55"))
    mair, owen, desk = (world.phone(name) for name in ("Mair", "Owen", "Desk"))
    mairs, owens = mair.expects("alert"), owen.expects("alert")
    assert "Sioned" in await owen.opens(owens)
    press = await mair.press(BUTTON, mairs)
    assert press.answer is not None
    assert press.answer.text == THANKS
    for card in (mairs, owens):
        assert (card.text, card.buttons) == (STUB, ())
    owen.expects("misdirected.keep_it")
    account = await world.police.account(reference)
    assert account["state"] == "triage"
    assert await states(world, reference) == {f"{bryn.code} school": "misdirected"}
    told = world.phone("Coordinator").expects("containment.opened")
    assert "Sioned" not in told.text
    assert "People who had opened it: 1." in told.text
    asked = desk.expects("triage")
    view = await desk.opens(asked)
    assert "Not theirs, they say: Ysgol Bryn" in view
    assert not any(b.text == "Ysgol Bryn" for row in asked.buttons for b in row)
    await desk.says(f"/triage 2 {roath.code}")
    desk.expects("press.decided")
    rhys = world.phone("Rhys")
    assert "Sioned" in await rhys.opens(rhys.expects("alert"))
    await rhys.press("Acknowledge")
    await world.advance(hours=5)
    assert (await world.police.account(reference))["state"] == "raised"
    assert await states(world, reference) == {
        f"{bryn.code} school": "misdirected",
        f"{roath.code} school": "acknowledged",
    }
    [line] = await world.trail(reference, "alert:misdirected")
    assert (line["person"], line["children"]) == ("mair", [1])


async def test_later_presses_are_answered_truly_and_change_nothing(
    world: World, bryn: School, roath: School
) -> None:
    await world.police.send(child_of(bryn))
    card = await refuses(world, "Mair")
    world.phone("Desk").expects("triage")
    await world.advance(seconds=5)
    before = await everything(world)
    mair = world.phone("Mair")
    for data in ("n:1", "n:1:1", "o:1", "a:1", "r:1", "p:1:0"):
        assert await answer_to(mair, data, card) == CLOSED_HERE, data
    assert await everything(world) == before
    for name in ("Owen", "Rhys", "Coordinator"):  # never told of it, or never might
        await finds_nothing(world, world.phone(name), (1, 404))


async def test_a_press_again_that_was_under_way_seals_once(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    first, second = mair.sandbox.press(BUTTON, card), mair.sandbox.press(BUTTON, card)
    await world.settle()
    assert {(await press.answered()).text for press in (first, second)} == {THANKS, CLOSED_HERE}
    assert len(await world.trail(reference, "alert:misdirected")) == 1
    world.phone("Desk").expects("triage")
    world.phone("Coordinator").expects("containment.opened")


async def test_a_nurses_press_seals_the_schools_alert_as_well(world: World) -> None:
    await world.authority()
    bryn = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    reference = await world.police.send(child_of(bryn, given_name="Sioned"))
    mair, nia = world.phone("Mair"), world.phone("Nia")
    mairs, nias = mair.expects("alert"), nia.expects("alert")
    await mair.press("Acknowledge", mairs)
    assert "Sioned" in await mair.opens(mairs)
    await nia.press(BUTTON, nias)
    assert {mairs.text, nias.text} == {STUB}
    assert set((await states(world, reference)).values()) == {"misdirected"}
    mair.expects("misdirected.keep_it")
    nia.heard_nothing()  # she had seen nothing
    world.phone("Desk").expects("triage")
    world.phone("Coordinator").expects("containment.opened")


async def test_of_siblings_one_is_refused_and_the_alert_goes_on_for_the_others(
    world: World, bryn: School, roath: School
) -> None:
    names = ("Sioned", "Gwilym", "Heledd")
    reference = await world.police.send(notice(*(child(bryn, given_name=n) for n in names)))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    press = await mair.press(BUTTON, card)
    assert press.answer is not None
    assert press.answer.text == "Open the details: each child has a button of its own there."
    await mair.opens(card)
    await mair.press("Child 2 is not our pupil", card)
    assert not [name for name in names if name in card.text]  # shown anew by a new press alone
    mair.expects("misdirected.keep_it")
    world.phone("Coordinator").expects("containment.opened")
    shown = await mair.opens(card)
    assert [name for name in names if name in shown] == ["Sioned", "Heledd"]
    assert card.button("Child 2 is not our pupil") is None
    assert await answer_to(mair, "n:1:2", card) == CLOSED_HERE
    assert await states(world, reference) == {f"{bryn.code} school": "open"}
    await decides(world, roath, 2)
    rhys = world.phone("Rhys")
    theirs = await rhys.opens(rhys.expects("alert"))
    assert [name for name in names if name in theirs] == ["Gwilym"]
    await mair.press("Acknowledge", card)
    assert (await states(world, reference))[f"{bryn.code} school"] == "acknowledged"


async def test_what_is_left_may_be_settled_by_it(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    bryn = await world.school("Ysgol Bryn")
    await world.person("Lower", Role.DSP, schools=[bryn.code], years=[7])
    await world.person("Upper", Role.DSP, schools=[bryn.code], years=[11])
    reference = await world.police.send(
        notice(child(bryn, year_group=7), child(bryn, year_group=11))
    )
    lower, upper = world.phone("Lower"), world.phone("Upper")
    await lower.press("Acknowledge", lower.expects("alert"))
    card = await refuses(world, "Upper")
    assert card.text == STUB  # nothing is left of it for the years of this reader
    assert await answer_to(upper, "o:1", card) == CLOSED_HERE
    assert await states(world, reference) == {f"{bryn.code} school": "acknowledged"}
    lower.shows("card.you_acknowledged")
    world.phone("Desk").expects("triage")


async def test_who_is_excluded_is_neither_asked_nor_told_nor_answered(
    world: World, bryn: School
) -> None:
    await world.person("Second", Role.COORDINATOR, everywhere=True)
    first = child_of(bryn)
    reference = await world.police.send(first)
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await mair.opens(card)
    await world.police.send(first | {"exclude": ["mair", "second"]})
    world.everyone_is_accounted_for()
    assert await answer_to(mair, "n:1", card) == NOTHING
    await owen.press(BUTTON, owen.sandbox.messages[-1])
    world.phone("Coordinator").expects("containment.opened")
    world.phone("Desk").expects("triage")
    await close(world.ctx, reference, "nobody's pupil", "coordinator")
    await world.advance(days=3)
    mair.heard_nothing()
    world.phone("Second").heard_nothing()
    world.everyone_is_accounted_for()


async def test_what_was_not_sent_yet_is_not_sent_any_more(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    await world.advance_to(at("07:49:50"))
    await hold_back(world, minutes=1)
    await world.advance(seconds=30)  # the deputy's card waits
    mair = world.phone("Mair")
    await mair.press(BUTTON, mair.expects("alert"))
    await world.advance(hours=3)
    world.phone("Owen").heard_nothing()
    world.everyone_is_accounted_for()


async def test_a_card_of_days_ago_becomes_a_stub_all_the_same(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await world.advance(minutes=51)
    owens = owen.expects("alert")
    await mair.press("Acknowledge", card)
    await world.advance(hours=49)
    await mair.press(BUTTON, card)
    assert card.text == owens.text == STUB
    world.everyone_is_accounted_for()
