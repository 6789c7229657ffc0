"""Snow at a quarter past seven: what is open is due at another bell, and who was told hears so."""

import pytest

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow.account import open_duties
from bot.flow.closures import close_school, open_again, standing_closures
from tests.builders import MONDAY, at, child_of
from tests.world import Phone, World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.person("Pennaeth", Role.HEAD_TEACHER, schools=[school.code])
    return school


async def press_today(phone: Phone) -> str:
    """Ask, and press the button of the first day; the answer."""
    await phone.says("/closed")
    asked = phone.expects("closure.which_days")
    press = await phone.press("Closed: Monday 16 November", asked)
    assert press.answer is not None
    return press.answer.text


async def test_a_head_teacher_says_snow_and_everyone_told_hears_of_the_new_bell(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(child_of(bryn))
    card = world.phone("Mair").expects("alert")
    assert "08:50, Monday 16 November" in card.text
    await world.advance_to(at("07:15"))
    answer = await press_today(world.phone("Pennaeth"))
    assert answer == "Ysgol Bryn: closed. Whoever needs to hear of it is told now."
    word = world.phone("Mair").expects("replanned.deadline")
    assert word.text.startswith(f"{reference}: the time has changed.")
    assert "08:50, Tuesday 17 November" in word.text
    await world.advance(seconds=2)
    assert "08:50, Tuesday 17 November" in card.text
    [line] = await world.trail(reference, "alert:replanned")
    assert (line["was"], line["bell_at"]) == (
        at("08:50").isoformat(),
        "2026-11-17T08:50:00+00:00",
    )
    await world.advance_to(at("09:00"))
    world.nobody_else_heard_anything()  # the deputy's step has moved with the bell
    await world.advance_to(at("07:51", MONDAY.replace(day=17)))
    world.phone("Owen").expects("alert")


async def test_the_second_look_finds_nothing_more_to_say(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    world.phone("Mair").expects("alert")
    await press_today(world.phone("Pennaeth"))
    world.phone("Mair").expects("replanned.deadline")
    await world.advance(minutes=2)
    assert len(await world.trail(reference, "alert:replanned")) == 1


async def test_what_comes_in_afterwards_is_due_at_the_next_open_day(
    world: World, bryn: School
) -> None:
    await press_today(world.phone("Pennaeth"))
    await world.police.send(child_of(bryn))
    assert "08:50, Tuesday 17 November" in world.phone("Mair").expects("alert").text


async def test_open_after_all_moves_the_deadline_back(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn))
    mair, head = world.phone("Mair"), world.phone("Pennaeth")
    mair.expects("alert")
    await press_today(head)
    mair.expects("replanned.deadline")
    await world.advance(minutes=5)
    await head.says("/closed")
    asked = head.expects("closure.which_days")
    await head.press("Open after all: Monday 16 November", asked)
    assert "08:50, Monday 16 November" in mair.expects("replanned.deadline").text
    again = await head.press("Open after all: Monday 16 November", asked)
    assert again.answer is not None
    assert again.answer.text == "Ysgol Bryn: this was said already."


async def test_open_after_all_once_the_bell_has_rung_gives_the_next_bell_and_none_in_the_past(
    world: World, bryn: School
) -> None:
    await world.police.send(child_of(bryn))
    mair = world.phone("Mair")
    mair.expects("alert")
    await close_school(world.ctx, bryn.code, MONDAY, MONDAY, "snow", "command line")
    await world.settle()
    mair.expects("replanned.deadline")
    await world.advance_to(at("10:00"))
    [closure] = await standing_closures(world.ctx)
    await open_again(world.ctx, closure.number, "command line")
    await world.settle()
    assert "15:20, Monday 16 November" in mair.expects("replanned.deadline").text


async def test_a_head_teacher_closes_no_other_school_and_a_dsp_none(
    world: World, bryn: School
) -> None:
    other = await world.school("Ysgol Arall", dsp="Ffion")
    head = world.phone("Pennaeth")
    await head.says(f"/closed {other.code}")
    head.expects("closure.unknown_school")
    await world.advance(seconds=2)
    await head.says("/closed")
    asked = head.expects("closure.which_days")
    data = next(b.data for row in asked.buttons for b in row if b.data)
    forged = await world.phone("Ffion").press_data(data)
    assert forged.answer is not None
    assert forged.answer.text == "There is nothing here."
    await world.phone("Mair").says("/closed")
    world.phone("Mair").expects("answer.help")
    await world.change("Pennaeth", role=Role.DSP)
    late = await head.press("Closed: Monday 16 November", asked)
    assert late.answer is not None
    assert late.answer.text == "There is nothing here."
    assert await standing_closures(world.ctx) == []


async def test_who_is_excluded_hears_nothing_of_a_new_deadline(world: World, bryn: School) -> None:
    await world.police.send(child_of(bryn) | {"exclude": ["mair"]})
    world.phone("Owen").expects("alert")
    await close_school(world.ctx, bryn.code, MONDAY, MONDAY, "snow", "command line")
    await world.settle()
    world.phone("Owen").expects("replanned.deadline")
    world.phone("Mair").heard_nothing()
    world.everyone_is_accounted_for()


async def test_another_schools_alerts_stay_as_they_are(world: World, bryn: School) -> None:
    other = await world.school("Ysgol Arall", dsp="Ffion")
    await world.police.send(child_of(other))
    world.phone("Ffion").expects("alert")
    done = await close_school(world.ctx, bryn.code, MONDAY, MONDAY, "snow", "command line")
    assert (done.changed, done.moved) == (True, 0)
    again = await close_school(world.ctx, bryn.code, MONDAY, MONDAY, "snow", "command line")
    assert not again.changed
    [duty] = await open_duties(world.ctx)
    assert duty.bell_at == at("08:50")
