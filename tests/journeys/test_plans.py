"""Acknowledged is not yet planned: a choice from a short list within the pupil day, one reminder,
and then the authority is shown that it is missing."""

from datetime import timedelta

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.account import plans_missing
from bot.flow.close import close
from bot.sandbox.chats import ChatMessage
from tests.builders import at, child, child_of, notice
from tests.world import World

PLANS = ["Silent support", "Overt support", "Referral made (MARF)", "No action needed"]


def buttons(card: ChatMessage) -> list[str]:
    return [button.text for row in card.buttons for button in row]


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def acknowledged(world: World, school: School) -> ChatMessage:
    """Mair has it; her card."""
    await world.police.send(child_of(school))
    card = world.phone("Mair").expects("alert")
    await world.phone("Mair").press("Acknowledge", card)
    return card


async def test_who_acknowledged_is_asked_what_is_planned_by_the_closing_bell(
    world: World, bryn: School
) -> None:
    card = await acknowledged(world, bryn)
    assert "What is planned? Please choose by 15:20, Monday 16 November." in card.text
    assert [text for text in buttons(card) if text in PLANS] == PLANS


async def test_a_choice_is_recorded_and_nobody_asks_again(world: World, bryn: School) -> None:
    card = await acknowledged(world, bryn)
    press = await world.phone("Mair").press("Overt support", card)
    assert press.answer is not None
    assert press.answer.text == "Planned: Overt support. Thank you."
    assert "Planned: Overt support." in card.text
    reference = card.text.partition(":")[0]
    [line] = await world.trail(reference, "alert:planned")
    assert (line["person"], line["choice"]) == ("mair", "overt_support")
    await world.advance_to(at("18:00"))
    world.nobody_else_heard_anything()


async def test_a_plan_is_changed_by_two_presses_until_the_alert_has_ended(
    world: World, bryn: School
) -> None:
    card = await acknowledged(world, bryn)
    mair = world.phone("Mair")
    await mair.press("Silent support", card)
    await mair.press("Change the plan", card)
    assert buttons(card) == [*PLANS, "Back"]
    await mair.press("Referral made (MARF)", card)
    assert "Planned: Referral made (MARF)." in card.text
    await mair.press("Change the plan", card)
    await world.advance(minutes=3)
    assert "Change the plan" in buttons(card), "an open list goes by itself"
    assert "Referral made (MARF)" not in buttons(card)
    await world.police.withdraw(card.text.partition(":")[0])
    mair.expects("withdrawn")
    assert buttons(card) == []


async def test_without_a_plan_there_is_one_reminder_and_then_the_authority_is_shown_it(
    world: World, bryn: School
) -> None:
    await acknowledged(world, bryn)
    mair = world.phone("Mair")
    await world.advance_to(at("15:19"))
    world.nobody_else_heard_anything()
    await world.advance_to(at("15:21"))
    reminder = mair.expects("plan")
    assert [text for text in buttons(reminder) if text in PLANS] == PLANS
    await world.advance_to(at("16:19"))
    world.nobody_else_heard_anything()
    await world.advance_to(at("16:22"))
    shown = world.phone("Coordinator").expects("plan missing")
    assert "Ysgol Bryn" in shown.text
    assert await plans_missing(world.ctx) == 1
    await world.phone("Coordinator").says("/status")
    answer = world.phone("Coordinator").expects("answer.status")
    assert "Acknowledged without a plan: 1." in answer.text
    await world.advance(hours=24)
    world.nobody_else_heard_anything()
    await mair.press("No action needed", reminder)
    assert await plans_missing(world.ctx) == 0
    assert "Planned: No action needed." in reminder.text


async def test_who_acknowledges_on_the_eve_is_asked_at_the_next_pupil_days_end(
    world: World, bryn: School
) -> None:
    await world.starts_at(at("18:00"))
    await acknowledged(world, bryn)
    await world.advance(hours=21)
    world.nobody_else_heard_anything()
    await world.advance(minutes=22)
    world.phone("Mair").expects("plan")


async def test_what_was_closed_or_withdrawn_meanwhile_is_asked_of_nobody(
    world: World, bryn: School
) -> None:
    card = await acknowledged(world, bryn)
    await world.police.withdraw(card.text.partition(":")[0])
    world.phone("Mair").expects("withdrawn")
    await world.advance_to(at("18:00"))
    world.nobody_else_heard_anything()
    assert await plans_missing(world.ctx) == 0


async def test_who_has_left_is_not_reminded_and_the_authority_is_shown_it_all_the_same(
    world: World, bryn: School
) -> None:
    await acknowledged(world, bryn)
    await world.leaves("Mair")
    world.everyone_is_accounted_for()
    await world.advance_to(at("15:30"))
    world.nobody_else_heard_anything()
    await world.advance_to(at("16:30"))
    world.phone("Coordinator").expects("plan missing")


async def test_an_excluded_coordinator_has_no_hint_of_it(world: World, bryn: School) -> None:
    await world.person("Second", Role.COORDINATOR, everywhere=True)
    await world.police.send(notice(child(bryn), exclude=["coordinator"]))
    await world.phone("Mair").press("Acknowledge", world.phone("Mair").expects("alert"))
    await world.advance_to(at("16:30"))
    world.phone("Mair").expects("plan")
    world.phone("Second").expects("plan missing")
    await world.phone("Coordinator").says("/status")
    answer = world.phone("Coordinator").expects("answer.status")
    assert "plan" not in answer.text
    world.nobody_else_heard_anything()


async def test_each_of_two_who_have_a_child_each_is_asked(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp=None)
    await world.person("Lower", Role.DSP, schools=[school.code], years=[7])
    await world.person("Upper", Role.DSP, schools=[school.code], years=[11])
    await world.police.send(notice(child(school, year_group=7), child(school, year_group=11)))
    for name in ("Lower", "Upper"):
        await world.phone(name).press("Acknowledge", world.phone(name).expects("alert"))
    await world.phone("Lower").press("Silent support", world.phone("Lower").sandbox.last)
    await world.advance_to(at("15:30"))
    world.phone("Upper").expects("plan")
    world.nobody_else_heard_anything()


async def test_only_who_acknowledged_says_what_is_planned(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    first = await mair.press_data("k:1:0", card)
    assert first.answer is not None
    assert first.answer.text == "Please acknowledge this first."
    await mair.press("Acknowledge", card)
    other = await owen.press_data("k:1:0")
    assert other.answer is not None
    assert other.answer.text == "Mair has acknowledged this already."
    none = await mair.press_data("k:1:4", card)
    assert none.answer is not None
    assert none.answer.text == "There is nothing here."


async def test_a_closed_alert_takes_no_plan(world: World) -> None:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp=None)
    await world.person("Lower", Role.DSP, schools=[school.code], years=[7])
    await world.person("Upper", Role.DSP, schools=[school.code], years=[11])
    reference = await world.police.send(
        notice(child(school, year_group=7), child(school, year_group=11))
    )
    lower, card = world.phone("Lower"), world.phone("Lower").expects("alert")
    await lower.press("Acknowledge", card)
    world.everyone_is_accounted_for()
    await close(world.ctx, reference, "settled by telephone", "coordinator")
    await world.settle()
    press = await lower.press_data("k:1:0", card)
    assert press.answer is not None
    assert press.answer.text == "This has been closed."
    await world.advance_to(at("16:30"))
    world.nobody_else_heard_anything()


async def test_a_kill_before_the_reminder_went_out_asks_once_after_the_start(
    world: World, bryn: School
) -> None:
    await acknowledged(world, bryn)
    await world.stop()
    world.clock.move_to(at("15:20") + timedelta(seconds=50))
    await world.start()
    await world.advance(seconds=5)
    world.phone("Mair").expects("plan")
    world.nobody_else_heard_anything()
