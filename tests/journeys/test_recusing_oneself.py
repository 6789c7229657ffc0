"""Recuse: one press, no reason given to anyone, and from then on nothing of this incident."""

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from tests.builders import at, child_of, notice
from tests.flow.outbox import hold_back
from tests.flow.test_presses_of_others import NOTHING, answer_to, everything, finds_nothing
from tests.world import World

STUB = "This message is no longer available."


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def test_one_press_and_the_next_person_is_told_at_once(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn, given_name="Sioned"))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await mair.press("Recuse", card)
    assert card.text == STUB
    assert not card.buttons
    assert world.clock.now() < at("07:05")
    owen = world.phone("Owen")
    told = owen.expects("alert")
    assert "Mair" not in told.text
    await owen.press("Acknowledge", told)
    assert "Mair" not in told.text
    [line] = await world.trail(reference, "alert:recused")
    assert line["person"] == "mair"
    assert "reason" not in line
    await world.advance(hours=3)
    mair.heard_nothing()


async def test_nothing_comes_any_more_whatever_the_sender_says(world: World, bryn: School) -> None:
    first = child_of(bryn)
    reference = await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await mair.press("Recuse", card)
    await world.police.send(first | {"circumstances": "More."})
    await world.police.update(reference, text="And more.")
    await finds_nothing(world, mair, (1, 404))
    await world.police.withdraw(reference)
    await world.police.send(first | {"circumstances": "Once more."})
    await world.advance(hours=1)
    mair.heard_nothing()
    await mair.says("/alerts")
    assert all(reference not in message.text for message in mair.unaccounted())
    world.everyone_is_accounted_for()


async def test_an_answer_given_before_no_longer_stands(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await mair.opens(card)
    await mair.press("Recuse", card)
    assert card.text == STUB
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")  # of the step that she alone was on
    [alert] = (await world.police.account(reference))["alerts"]
    assert alert["state"] == "open"


async def test_an_answer_of_somebody_else_stands(world: World, bryn: School) -> None:
    await world.person("Nerys", Role.DSP, schools=[bryn.code])
    reference = await world.police.send(child_of(bryn))
    mair, nerys = world.phone("Mair"), world.phone("Nerys")
    card = mair.expects("alert")
    await nerys.press("Acknowledge", nerys.expects("alert"))
    await mair.opens(card)
    await mair.press("Recuse", card)
    assert card.text == STUB
    [alert] = (await world.police.account(reference))["alerts"]
    assert alert["state"] == "acknowledged"
    await world.advance(hours=1)


async def test_a_second_press_and_a_strangers_find_nothing(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    await world.school("Roath Primary School", dsp="Rhys")
    await world.settle()
    before = await everything(world)
    for name in ("Rhys", "Desk", "Coordinator"):
        for number in (1, 404):
            assert await answer_to(world.phone(name), f"r:{number}") == NOTHING
    assert await everything(world) == before
    await mair.opens(card)
    assert await answer_to(mair, "r:1", card) == "You have no part in this any more."
    owen.expects("alert")
    before = await everything(world)
    assert await answer_to(mair, "r:1", card) == NOTHING
    assert await everything(world) == before
    await finds_nothing(world, mair, (1, 404))


async def test_all_alerts_of_the_incident_are_meant(world: World, bryn: School) -> None:
    other = await world.school("Roath Primary School", deputy="Rhys")
    await world.change(
        "Mair",
        scope=world._people["mair"].scope.__class__(schools=frozenset({bryn.code, other.code})),
    )
    both = notice(*child_of(bryn)["children"], *child_of(other)["children"])
    await world.police.send(both)
    mair = world.phone("Mair")
    cards = [mair.expects("alert"), mair.expects("alert")]
    await mair.opens(cards[0])
    await mair.press("Recuse", cards[0])
    assert [card.text for card in cards] == [STUB, STUB]
    world.phone("Owen").expects("alert")
    world.phone("Rhys").expects("alert")


async def test_what_waits_to_be_sent_is_not_sent(world: World, bryn: School) -> None:
    first = child_of(bryn)
    await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await hold_back(world, minutes=1)
    await world.police.send(first | {"circumstances": "More."})
    await mair.press_data("r:1", card)
    await world.advance(minutes=5)
    assert card.text == STUB
    mair.heard_nothing()
    world.everyone_is_accounted_for()


async def test_at_the_desk_a_question_goes_on_to_the_others(world: World, bryn: School) -> None:
    await world.person("Gwen", Role.MASH_DESK, everywhere=True)
    await world.police.send(child_of(bryn) | {"exclude": ["nobody-knows"]})
    desk, gwen = world.phone("Desk"), world.phone("Gwen")
    card, other = desk.expects("triage"), gwen.expects("triage")
    await desk.opens(card)
    await desk.press("Recuse", card)
    assert card.text == STUB
    await gwen.opens(other)
    await gwen.press("Nobody here: send to all", other)
    world.phone("Mair").expects("alert")
    await desk.says("/status")
    assert "Open: 0." in desk.unaccounted()[-1].text
    world.everyone_is_accounted_for()


async def test_a_coordinator_learns_that_nobody_is_left_and_not_why(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await mair.press("Recuse", card)
    await world.advance(seconds=5)
    assert world.phone("Coordinator").unaccounted()
    for name in ("Coordinator", "Safeguarding", "Desk"):
        assert all("Mair" not in m.text for m in world.phone(name).unaccounted()), name
    world.everyone_is_accounted_for()
