"""Cannot act: one press, and whoever is next is told at once."""

import pytest

from bot.domain.school import School
from tests.builders import at, child_of
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def test_one_press_and_the_next_step_is_told_at_once(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    press = await mair.press("Cannot act", card)
    assert press.answer is not None
    assert press.answer.text == "Thank you. Whoever is next is told now."
    owen.expects("alert")
    assert world.clock.now() < at("07:05")
    [line] = await world.trail(reference, "alert:cannot_act")
    assert line["person"] == "mair"


async def test_said_twice_it_moves_one_step_and_no_more(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Cannot act", card)
    world.phone("Owen").expects("alert")
    again = await mair.press("Cannot act", card)
    assert again.answer is not None
    assert again.answer.text == "You had said so already, and others were told."
    world.nobody_else_heard_anything()
    assert len(await world.trail(reference, "alert:cannot_act")) == 1


async def test_when_everyone_told_cannot_the_ladder_climbs_with_each(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn))
    for name in ("Mair", "Owen"):
        phone = world.phone(name)
        await phone.press("Cannot act", phone.expects("alert"))
    told = world.phone("Safeguarding").expects("escalation")
    assert reference in told.text
    assert world.clock.now() < at("07:05")


async def test_who_cannot_act_may_still_take_it_on(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Cannot act", card)
    world.phone("Owen").expects("alert")
    await mair.press("Acknowledge", card)
    mair.shows("card.you_acknowledged")
    await world.advance(hours=3)


async def test_it_is_said_of_what_is_settled_or_foreign_in_vain(world: World, bryn: School) -> None:
    await world.school("Ysgol Arall", dsp="Ffion")
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    data = next(b.data for row in card.buttons for b in row if b.text == "Cannot act")
    assert data is not None
    foreign = await world.phone("Ffion").press_data(data)
    assert foreign.answer is not None
    assert foreign.answer.text == "There is nothing here."
    await mair.press("Acknowledge", card)
    settled = await mair.press_data(data, card)
    assert settled.answer is not None
    assert settled.answer.text == "Somebody has this already. You need not do anything."
    world.nobody_else_heard_anything()
