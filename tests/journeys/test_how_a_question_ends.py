"""What becomes of a question when its owner leaves, its asker is excluded, or its alert ends; and
an answer is told whatever comes in between."""

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.acknowledge import acknowledge
from bot.flow.answer_question import answer_question
from tests.builders import child, child_of, notice
from tests.journeys.asking import asks, buttons, said, to_the_desk
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def test_an_owner_who_leaves_gives_it_up_and_the_desk_is_told_anew(
    world: World, bryn: School
) -> None:
    await world.person("Second", Role.MASH_DESK, everywhere=True)
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    asked = await to_the_desk(world, card)
    others = world.phone("Second").expects("card.question")
    await world.phone("Desk").press("Take it", asked)
    await world.leaves("Desk")
    world.phone("Second").expects("card.question")
    assert "Take it" in buttons(others)
    [line] = await world.trail(reference, "question:given_up")
    assert line["person"] == "desk"
    await world.phone("Second").press("Take it", others)
    assert "You have the question" in others.text


async def test_who_is_excluded_may_not_ask_and_learns_no_answer(world: World, bryn: School) -> None:
    first = child_of(bryn)
    await world.police.send(first)
    await world.advance(minutes=50)
    mair, owen, desk = world.phone("Mair"), world.phone("Owen"), world.phone("Desk")
    card, others = mair.expects("alert"), owen.expects("alert")
    asked = await to_the_desk(world, card)
    await asks(owen, others, "Seen?")
    await world.police.send(first | {"exclude": ["mair"]})
    await world.settle()
    owen.expects("more")
    assert "ENC" not in card.text
    for data in ("q:1", "q:1:1", "q:1:1:0"):
        assert said(await mair.press_data(data, card)) == "There is nothing here."
    view = await desk.opens(asked)
    assert "Mair" not in view
    await desk.press("No", asked)
    owen.expects("card.answered")
    await owen.press("Acknowledge", others)
    mair.heard_nothing()


async def test_a_withdrawal_ends_what_was_asked(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    asked = await to_the_desk(world, card)
    await world.police.withdraw(reference)
    mair.expects("withdrawn")
    desk.expects("withdrawn")
    assert buttons(asked) == []
    assert said(await desk.press_data("s:2:0", asked)) == "This question no longer stands."
    await world.advance(hours=5)
    world.nobody_else_heard_anything()


async def test_not_our_pupil_ends_what_the_school_asked_and_seals_the_answers(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    first = await to_the_desk(world, card, "Present?")
    await desk.opens(first)
    await desk.press("Yes", first)
    answered = mair.expects("card.answered")
    asked = await to_the_desk(world, card)
    await desk.press("Take it", asked)
    await mair.press("Not our pupil", card)
    mair.expects("card.question_over")
    desk.expects("triage")
    desk.expects("card.question_over")
    assert "no longer stands" in asked.text
    press = await mair.press_data("o:1", answered)
    assert said(press) == "This was not for your school; it is closed to everybody here."
    world.everyone_is_accounted_for()


async def test_a_new_version_without_the_child_ends_what_was_asked_of_it(
    world: World, bryn: School
) -> None:
    one, two = child(bryn), child(bryn)
    first = notice(one, two)
    await world.police.send(first)
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    await asks(mair, card, "About child 2", "Seen?")
    of_two = desk.expects("card.question")
    await asks(mair, card, "About child 1", "Seen?")
    of_one = desk.expects("card.question")
    await world.police.send(first | {"children": [one]})
    await world.settle()
    assert "no longer stands" in of_two.text
    assert "Please answer" in of_one.text
    world.everyone_is_accounted_for()
    await desk.opens(of_one)
    await desk.press("No", of_one)
    mair.expects("card.answered")
    await mair.press("Acknowledge", card)


async def test_an_answer_outlasts_a_new_version(world: World, bryn: School) -> None:
    first = child_of(bryn)
    await world.police.send(first)
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    asked = await to_the_desk(world, card)
    await world.police.send(first | {"circumstances": "A correction"})
    mair.expects("more")
    await desk.opens(asked)
    await desk.press("No", asked)
    mair.expects("card.answered")
    assert "Was the child seen? Answer" in await mair.opens(card)
    await mair.press("Acknowledge", card)


async def test_an_answer_is_told_although_somebody_acknowledges_before_it_has_left(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    await world.advance(minutes=50)
    mair, owen, desk = world.phone("Mair"), world.phone("Owen"), world.phone("Desk")
    card, others = mair.expects("alert"), owen.expects("alert")
    asked = await to_the_desk(world, card)
    await desk.opens(asked)
    await answer_question(world.ctx, "desk", 2, 1)
    await acknowledge(world.ctx, "owen", 1)
    await world.settle()
    mair.expects("card.answered")
    assert others.text
