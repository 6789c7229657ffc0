"""Where one part's promise meets another's: undo and a correction, a cover and a plan, a hold and a
cover, a leaver and whoever stood in for them."""

from datetime import date

import pytest

from bot.domain.people import Role, Scope
from bot.domain.school import School
from bot.flow.absent import add
from bot.sandbox.chats import ChatMessage
from bot.sandbox.presses import Press
from tests.builders import MONDAY, at, child, child_of, notice
from tests.journeys.test_quiet_hours_and_holidays import SUNDAY, last_afternoon
from tests.world import World

TUESDAY = date(2026, 11, 17)


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


async def stands_in(world: World, who: str, first: date, last: date) -> None:
    """Mair is away, and somebody has said that they stand in."""
    await add(world.ctx, "mair", first, last, who.lower(), "command line")
    await world.settle()
    phone = world.phone(who)
    await phone.press("I will", phone.expects("absence.question"))
    world.everyone_is_accounted_for()


def years(school: School, *given: int) -> Scope:
    return Scope(False, frozenset({school.code}), frozenset(), frozenset(given))


async def test_an_undo_that_is_pressed_after_it_became_urgent_takes_nothing_back_twice(
    world: World, bryn: School
) -> None:
    first = notice(child(bryn))
    await world.police.send(first)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Acknowledge", card)
    await world.police.send(first | {"urgent": True})
    world.everyone_is_accounted_for()
    assert "Undo" not in buttons(card)
    assert "nothing to undo" in said(await mair.press_data("u:1", card))
    await mair.press("Acknowledge", card)
    mair.shows("card.you_acknowledged")


async def test_the_digest_at_a_holds_end_is_the_stand_ins_as_well(
    world: World, bryn: School
) -> None:
    world.expected_errors.append("a promise is broken")  # the clock leaps over a check of the cover
    await last_afternoon(world, "hold")
    other = await world.school("Ysgol Môr")
    await world.person("Rhys", Role.DSP, schools=[other.code], years=[10])
    await stands_in(world, "Rhys", SUNDAY, date(2027, 1, 4))
    for _ in range(2):
        await world.police.send(notice(child(bryn, year_group=4)))
    await world.advance_to(at("12:02", SUNDAY))
    rhys = world.phone("Rhys")
    assert rhys.expects("digest.heading").text.startswith("2 things have waited for you")
    for _ in range(2):
        rhys.expects("alert")
    world.phone("Mair").heard_nothing()
    world.everyone_is_accounted_for()


async def test_a_leaver_takes_their_cover_along_and_the_next_step_is_told_at_once(
    world: World, bryn: School
) -> None:
    other = await world.school("Ysgol Môr")
    await world.person("Rhys", Role.DSP, schools=[other.code])
    await stands_in(world, "Rhys", MONDAY, TUESDAY)
    await world.police.send(child_of(bryn))
    card = world.phone("Rhys").expects("alert")
    world.phone("Owen").heard_nothing()
    await world.leaves("Mair")
    world.phone("Owen").expects("alert")
    assert "Acknowledge" not in buttons(card)
    world.everyone_is_accounted_for()


async def test_nobody_is_asked_for_a_plan_who_may_not_say_one_any_more(
    world: World, bryn: School
) -> None:
    other = await world.school("Ysgol Môr")
    await world.person("Rhys", Role.DSP, schools=[other.code])
    await stands_in(world, "Rhys", MONDAY, TUESDAY)
    await world.police.send(child_of(bryn))
    rhys, mair = world.phone("Rhys"), world.phone("Mair")
    await rhys.press("Acknowledge", rhys.expects("alert"))
    await mair.says("/away off")
    world.everyone_is_accounted_for()
    await world.advance_to(at("15:21"))
    rhys.heard_nothing()
    world.phone("Coordinator").expects("plan missing")
    world.nobody_else_heard_anything()


async def test_a_reminder_of_a_plan_outlives_the_answer_that_settles_the_rest(
    world: World, bryn: School
) -> None:
    await world.change("Mair", scope=years(bryn, 7))
    await world.change("Owen", scope=years(bryn, 8))
    await world.police.send(notice(child(bryn, year_group=7), child(bryn, year_group=8)))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    await mair.press("Acknowledge", mair.expects("alert"))
    await world.advance_to(at("15:19"))
    card = owen.expects("alert")
    world.everyone_is_accounted_for()
    with world.sandbox.faults.answer(500, "", chat_id=mair.sandbox.chat.id, times=None):
        await world.advance_to(at("15:21"))
        await owen.press("Acknowledge", card)
    await world.advance(minutes=3)
    mair.expects("plan")
    world.everyone_is_accounted_for()


async def test_who_answered_and_has_more_years_since_can_still_say_what_is_planned(
    world: World, bryn: School
) -> None:
    await world.person("Nest", Role.DEPUTY_DSP, schools=[bryn.code], years=[8])
    await world.change("Mair", scope=years(bryn, 7))
    await world.police.send(notice(child(bryn, year_group=7), child(bryn, year_group=8)))
    world.everyone_is_accounted_for()
    mair, owen = world.phone("Mair"), world.phone("Owen")
    await mair.press_data("a:1")
    await owen.press_data("a:1")
    card = world.phone("Mair").sandbox.last
    assert card is not None
    assert "Silent support" in buttons(card)
    await world.change("Mair", scope=years(bryn, 7, 8))
    await world.settle()
    assert "Silent support" in buttons(card)
    assert "Planned" in said(await mair.press("Silent support", card))
    world.everyone_is_accounted_for()


async def test_who_takes_cannot_act_back_may_say_it_again(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.press("Cannot act", card)
    await mair.press("Undo", card)
    assert "Thank you" in said(await mair.press("Cannot act", card))
    world.everyone_is_accounted_for()


async def test_an_alert_is_passed_to_nobody_who_stands_in_on_another_day(world: World) -> None:
    await world.authority()
    bryn = await world.school("Ysgol Bryn", nurse="Nia")
    roath = await world.school("Roath Primary School", nurse="Rhodri")
    mor = await world.school("Ysgol Môr", nurse="Menna")
    await add(world.ctx, "rhodri", TUESDAY, TUESDAY, "menna", "command line")
    await world.settle()
    menna = world.phone("Menna")
    await menna.press("I will", menna.expects("absence.question"))
    world.everyone_is_accounted_for()
    await world.police.send(child_of(bryn))
    nia = world.phone("Nia")
    card = nia.expects("alert")
    await nia.press("Pass on", card)
    await nia.press(roath.nurse_team, card)
    world.phone("Rhodri").expects("alert")
    menna.heard_nothing()
    assert mor.nurse_team != roath.nurse_team
    world.everyone_is_accounted_for()
