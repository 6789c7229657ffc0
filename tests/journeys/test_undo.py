"""Undo: for two minutes an answer may be taken back, and what it settled is owed again."""

from datetime import timedelta

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.sandbox.chats import ChatMessage
from bot.sandbox.presses import Press
from tests.builders import at, child, child_of, notice
from tests.world import World


def said(press: Press) -> str:
    assert press.answer is not None
    return press.answer.text


def buttons(card: ChatMessage) -> list[str]:
    return [button.text for row in card.buttons for button in row]


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def test_an_acknowledgement_taken_back_is_owed_again_and_the_ladder_goes_on(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await world.advance(seconds=60)
    assert said(await mair.press("Undo", card)) == "Taken back. This is open again."
    mair.shows("card.alert")
    assert "Acknowledge" in buttons(card)
    [line] = await world.trail(reference, "alert:undone")
    assert (line["person"], line["answer"], line["children"]) == ("mair", "acknowledge", [1])
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "open"
    assert account["alerts"][0]["recipients"][0]["acknowledged_at"] is None
    world.nobody_else_heard_anything()  # nobody is told a second time what they were told
    await world.advance_to(at("07:51"))
    owen.expects("alert")


async def test_it_is_acknowledged_again_after_that(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    for _ in range(3):
        assert said(await mair.press("Acknowledge", card)) == "Acknowledged. Thank you."
        await mair.press("Undo", card)
    await mair.press("Acknowledge", card)
    mair.shows("card.you_acknowledged")
    await world.advance_to(at("12:00"))
    world.nobody_else_heard_anything()


async def test_the_button_goes_by_itself_and_says_why_when_pressed_late(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await world.advance(seconds=118)
    assert "Undo" in buttons(card)
    await world.advance(seconds=5)
    assert "Undo" not in buttons(card)
    assert said(await mair.press_data("u:1", card)) == (
        "An answer can be taken back for two minutes. That time is over, and yours stands."
    )
    mair.shows("card.you_acknowledged")


async def test_others_see_it_open_again_as_they_saw_it_settled(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await mair.press("Cannot act", card)
    others = owen.expects("alert")
    await owen.press("Acknowledge", others)
    assert "Owen acknowledged this" in card.text
    await owen.press("Undo", others)
    mair.shows("card.alert")
    owen.shows("card.alert")
    world.nobody_else_heard_anything()


async def test_whoever_was_told_as_the_answer_came_hears_of_it_after_it_is_taken_back(
    world: World, bryn: School
) -> None:
    """Owen's card waited for his chat's pace, and the answer cancelled it: he knows of nothing."""
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await owen.says("/help")
    world.everyone_is_accounted_for()
    owen.sandbox.say("/help")
    mair.sandbox.press("Cannot act", card)
    mair.sandbox.press("Acknowledge", card)
    await world.settle()
    world.everyone_is_accounted_for()
    had = any("acknowledge it" in message.text for message in owen.sandbox.received)
    await mair.press("Undo", card)
    if not had:
        owen.expects("alert")
    mair.shows("card.alert")
    world.nobody_else_heard_anything()


async def test_a_plan_taken_back_is_asked_for_again(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press("Silent support", card)
    press = await mair.press("Undo", card)
    assert said(press) == "Taken back. What is planned is still to be said."
    assert "What is planned?" in card.text
    mair.shows("card.you_acknowledged")  # the acknowledgement itself stands
    await world.advance_to(at("15:21"))
    mair.expects("plan")


async def test_a_changed_plan_taken_back_is_the_one_before(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press("Silent support", card)
    await mair.press("Change the plan", card)
    await mair.press("No action needed", card)
    await mair.press("Undo", card)
    assert "Planned: Silent support." in card.text
    await world.advance_to(at("17:00"))
    world.nobody_else_heard_anything()


async def test_an_acknowledgement_taken_back_is_asked_no_plan_of(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press("Undo", card)
    await mair.press("Cannot act", card)
    others = owen.expects("alert")
    await owen.press("Acknowledge", others)
    await owen.press("Overt support", others)
    await world.advance_to(at("17:00"))
    world.nobody_else_heard_anything()


async def test_cannot_act_taken_back_unsays_it_and_tells_nobody_anew(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Cannot act", card)
    world.phone("Owen").expects("alert")
    assert said(await mair.press("Undo", card)).startswith("Taken back.")
    assert said(await mair.press_data("u:1", card)) == "You had taken that back already."
    assert [line["answer"] for line in await world.trail(reference, "alert:undone")] == [
        "cannot_act"
    ]
    await mair.press("Acknowledge", card)
    mair.shows("card.you_acknowledged")


async def test_of_two_answers_the_others_still_stands(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp=None)
    await world.person("Lower", Role.DSP, schools=[school.code], years=[7])
    await world.person("Upper", Role.DSP, schools=[school.code], years=[11])
    reference = await world.police.send(
        notice(child(school, year_group=7), child(school, year_group=11))
    )
    cards = {name: world.phone(name).expects("alert") for name in ("Lower", "Upper")}
    for name, card in cards.items():
        await world.phone(name).press("Acknowledge", card)
    await world.phone("Upper").press("Undo", cards["Upper"])
    [line] = await world.trail(reference, "alert:undone")
    assert line["children"] == [2]
    world.phone("Lower").shows("card.you_acknowledged_others_owe")
    world.phone("Upper").shows("card.alert")


async def test_not_our_pupil_cannot_be_undone(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.press("Not our pupil", card)
    assert said(await mair.press_data("u:1", card)) == (
        "This was not for your school; it is closed to everybody here."
    )
    world.everyone_is_accounted_for()


async def test_who_never_answered_has_nothing_to_undo(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    assert said(await mair.press_data("u:1", card)) == (
        "You have not answered this yet, so there is nothing to undo."
    )


async def test_the_button_goes_after_a_restart_too(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await world.advance(seconds=5)
    await world.stop()
    world.clock.move_to(at("07:02") + timedelta(seconds=50))
    await world.start()
    await world.advance(seconds=3)
    assert "Undo" not in buttons(card)
