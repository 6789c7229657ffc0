"""Nights, holidays and too little time: what waits, until when, and what never does."""

from datetime import date

import pytest

from bot.domain.school import School
from tests.builders import MONDAY, at, child, notice
from tests.world import World

QUIET = '[policies.school]\nquiet = { from = "22:00", to = "06:30" }'
END_OF_TERM = date(2026, 12, 18)
FIRST_DAY = date(2027, 1, 4)
SUNDAY = date(2027, 1, 3)


def holiday(send: str) -> dict[str, str]:
    return {
        "[policies.school.at_the_end]": f'[policies.school.holiday]\nsend = "{send}"\n\n'
        "[policies.school.at_the_end]"
    }


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


# --- quiet hours ---------------------------------------------------------------------------------


async def night(world: World) -> None:
    """A ladder of which the second step would be told in the night."""
    await world.policy({"[policies.school]": QUIET, 'not_before = "bell-60m"': ""})
    await world.starts_at(at("23:00"))


async def test_at_night_the_first_message_has_no_sound_and_the_ladder_waits_for_the_morning(
    world: World, bryn: School
) -> None:
    await night(world)
    reference = await world.police.send(notice(child(bryn)))
    assert world.phone("Mair").expects("alert").silent
    tuesday = MONDAY.replace(day=17)
    await world.advance_to(at("06:29", tuesday))
    world.nobody_else_heard_anything()
    await world.advance_to(at("06:31", tuesday))
    told = world.phone("Owen").expects("alert")
    assert not told.silent
    assert "It should have been sent" not in told.text
    [line] = await world.trail(reference, "alert:quiet_over")
    assert line["since"] == at("23:10").isoformat()


async def test_what_is_urgent_waits_for_no_morning(world: World, bryn: School) -> None:
    await night(world)
    await world.police.send(notice(child(bryn), urgent=True))
    assert not world.phone("Mair").expects("alert").silent
    await world.advance(minutes=11)
    assert not world.phone("Owen").expects("alert").silent


async def test_a_child_nobody_is_reached_for_waits_for_no_morning(
    world: World, bryn: School
) -> None:
    await night(world)
    await world.phone("Mair").blocks_the_bot()
    world.everyone_is_accounted_for()
    reference = await world.police.send(notice(child(bryn)))
    assert world.phone("Owen").expects("alert").silent
    world.everyone_is_accounted_for()
    assert await world.trail(reference, "alert:quiet_lifted")


# --- holidays ------------------------------------------------------------------------------------


async def last_afternoon(world: World, send: str) -> None:
    await world.policy(holiday(send))
    await world.starts_at(at("16:00", END_OF_TERM))


async def test_by_itself_a_notice_in_the_holidays_is_told_at_once(
    world: World, bryn: School
) -> None:
    await world.starts_at(at("16:00", END_OF_TERM))
    await world.police.send(notice(child(bryn)))
    assert "Monday 4 January" in world.phone("Mair").expects("alert").text


async def test_held_it_waits_for_noon_before_the_first_pupil_day(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "hold")
    reference = await world.police.send(notice(child(bryn)))
    [raised] = await world.trail(reference, "alert:raised")
    assert raised["held_until"] == at("12:00", SUNDAY).isoformat()
    assert await world.breaches() == []
    await world.advance_to(at("11:59", SUNDAY))
    world.nobody_else_heard_anything()
    await world.advance_to(at("12:01", SUNDAY))
    told = world.phone("Mair").expects("alert")
    assert "It should have been sent" not in told.text
    assert len(await world.trail(reference, "alert:hold_over")) == 1
    await world.advance_to(at("07:51", FIRST_DAY))
    world.phone("Owen").expects("alert")


async def test_held_and_urgent_it_does_not_wait(world: World, bryn: School) -> None:
    await last_afternoon(world, "hold")
    await world.police.send(notice(child(bryn), urgent=True))
    world.phone("Mair").expects("alert")


async def test_a_new_version_that_is_urgent_ends_the_hold(world: World, bryn: School) -> None:
    await last_afternoon(world, "hold")
    plain = notice(child(bryn))
    reference = await world.police.send(plain)
    await world.advance(hours=1)
    await world.police.send(plain | {"urgent": True})
    world.phone("Mair").expects("alert")
    [line] = await world.trail(reference, "alert:hold_lifted")
    assert line["why"] == "urgent"


async def test_what_a_hold_kept_comes_with_one_digest_grouped_by_child(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "hold")
    anna = {"given_name": "Anna", "family_name": "Synthetic", "date_of_birth": "2015-02-03"}
    first = await world.police.send(notice(child(bryn, **anna)))
    other = await world.police.send(notice(child(bryn)))
    again = await world.police.send(notice(child(bryn, **anna)))
    await world.advance_to(at("12:02", SUNDAY))
    digest = world.phone("Mair").expects("digest.heading")
    assert digest.text == (
        "3 things have waited for you, and follow:\n"
        f"These belong together: {first}, {again}.\n"
        f"These stand alone: {other}."
    )
    for _ in range(3):
        world.phone("Mair").expects("alert")
    world.nobody_else_heard_anything()


async def test_who_is_excluded_from_one_reference_does_not_find_it_in_the_digest(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "hold")
    hidden = await world.police.send(notice(child(bryn), exclude=["mair"]))
    await world.police.send(notice(child(bryn)))
    await world.advance_to(at("12:02", SUNDAY))
    world.phone("Mair").expects("alert")
    world.phone("Mair").heard_nothing()  # one reference needs no digest
    assert hidden not in "".join(m.text for m in world.phone("Mair").sandbox.received)
    world.everyone_is_accounted_for()


async def test_the_holiday_list_is_told_at_once_and_the_others_at_the_holds_end(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "holiday_list")
    await world.change("Owen", holidays=True)
    reference = await world.police.send(notice(child(bryn)))
    world.phone("Owen").expects("alert")
    await world.advance_to(at("11:59", SUNDAY))
    world.nobody_else_heard_anything()
    await world.advance_to(at("12:01", SUNDAY))
    world.phone("Mair").expects("alert")
    [line] = await world.trail(reference, "alert:told_in_the_holidays")
    assert line["told"] == ["owen"]


async def test_with_nobody_on_the_list_everyone_is_told_at_once_and_it_is_recorded(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "holiday_list")
    reference = await world.police.send(notice(child(bryn)))
    world.phone("Mair").expects("alert")
    [line] = await world.trail(reference, "alert:hold_lifted")
    assert line["why"] == "nobody_on_the_holiday_list"


async def test_whoever_of_the_list_cannot_act_brings_the_others_in(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "holiday_list")
    await world.change("Owen", holidays=True)
    await world.police.send(notice(child(bryn)))
    owen = world.phone("Owen")
    await owen.press("Cannot act", owen.expects("alert"))
    world.phone("Mair").expects("alert")


async def test_a_weekend_is_no_holiday(world: World, bryn: School) -> None:
    await world.policy(holiday("hold"))
    await world.starts_at(at("16:00", date(2026, 11, 20)))
    await world.police.send(notice(child(bryn)))
    world.phone("Mair").expects("alert")


# --- half days and too little time ---------------------------------------------------------------


async def test_behind_the_edge_of_a_half_day_the_next_pupil_day_is_meant(
    world: World, bryn: School
) -> None:
    path = world.config / "calendars" / "porth-awel.toml"
    half = 'half_days = [{ on = 2026-11-17, closes_at = "12:30", why = "concert" }]\n'
    path.write_text(half + path.read_text())
    await world.take_config()
    await world.starts_at(at("11:59", date(2026, 11, 17)))
    await world.police.send(notice(child(bryn)))
    assert "12:30, Tuesday 17 November" in world.phone("Mair").expects("alert").text
    await world.starts_at(at("12:01", date(2026, 11, 17)))
    await world.police.send(notice(child(bryn)))
    assert "08:50, Wednesday 18 November" in world.phone("Mair").expects("alert").text
    world.everyone_is_accounted_for()


async def test_a_notice_five_minutes_before_the_bell_reaches_the_deputy_before_it(
    world: World, bryn: School
) -> None:
    await world.starts_at(at("08:45"))
    reference = await world.police.send(notice(child(bryn)))
    card = world.phone("Mair").expects("alert")
    assert "There is less time than usual, so others are told sooner." in card.text
    await world.advance_to(at("08:48"))
    world.phone("Owen").expects("alert")
    [raised] = await world.trail(reference, "alert:raised")
    assert raised["compressed"] is True


async def test_with_time_enough_nothing_is_said_of_time(world: World, bryn: School) -> None:
    reference = await world.police.send(notice(child(bryn)))
    assert "less time" not in world.phone("Mair").expects("alert").text
    [raised] = await world.trail(reference, "alert:raised")
    assert "compressed" not in raised


async def test_the_forecast_of_a_coordinator_shows_hold_and_urgency(
    world: World, bryn: School
) -> None:
    await last_afternoon(world, "hold")
    coordinator = world.phone("Coordinator")
    await coordinator.says(f"/route {bryn.code}")
    said = coordinator.expects("route.heading").text
    assert "Held over the holidays until 12:00, Sunday 3 January." in said
    await world.advance(seconds=2)
    await coordinator.says(f"/route {bryn.code} urgent")
    assert "Held" not in coordinator.expects("route.heading").text
