"""The evening before each pupil day every school and team is looked at; the coordinators hear."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.app import App
from bot.store.tables import readiness_checks
from tests.builders import MONDAY, at
from tests.world import World

TUESDAY, FRIDAY = date(2026, 11, 17), date(2026, 11, 20)


@pytest.fixture
async def town(world: World) -> World:
    """Ysgol Bryn with Mair alone, Ysgol Môr with Rhys; a coordinator and whoever oversees."""
    await world.without_nurses()
    await world.authority()
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.school("Ysgol Môr", dsp="Rhys")
    return world


async def checks(world: World) -> dict[tuple[date, str], tuple[bool, int]]:
    """By day and kind: whether it is done, and how many were told."""
    async with world.ctx.store.reading() as tx:
        rows = await tx.all(select(readiness_checks))
    return {(r.day, r.kind.value): (r.done_at is not None, r.told) for r in rows}


async def is_away(world: World, name: str, days: str) -> None:
    await world.phone(name).says(f"/away {days}")
    world.everyone_is_accounted_for()


async def test_when_all_is_well_nobody_is_told_and_the_row_says_so(town: World) -> None:
    await town.advance_to(at("07:00", TUESDAY))
    found = await checks(town)
    assert found[TUESDAY, "evening"] == found[TUESDAY, "morning"] == (True, 0)
    town.nobody_else_heard_anything()


async def test_a_gap_is_one_message_with_its_list_and_again_in_the_morning_if_it_stands(
    town: World,
) -> None:
    await is_away(town, "Mair", "17.11.")
    await is_away(town, "Rhys", "17.11.")
    coordinator = town.phone("Coordinator")
    await town.advance_to(at("17:59"))
    coordinator.heard_nothing()
    await town.advance_to(at("18:00"))
    message = coordinator.expects("ready.evening")
    assert "2 places" in message.text
    await coordinator.press("Show the list", message)
    whole = coordinator.expects("answer.readiness_gaps")
    assert "Ysgol Bryn" in whole.text
    assert "Ysgol Môr" in whole.text
    # One is mended by the morning and the other is not.
    await town.phone("Rhys").says("/away off")
    town.phone("Rhys").expects("answer.away_off")
    await town.advance_to(at("07:00", TUESDAY))
    again = coordinator.expects("ready.morning")
    assert "1 place " in again.text
    assert "Ysgol Bryn" in again.text
    assert "Ysgol Môr" not in again.text
    # The evening's list is the evening's.
    await coordinator.press("Show the list", message)
    assert "Ysgol Môr" in coordinator.expects("answer.readiness_gaps").text


async def test_a_gap_that_is_mended_by_the_morning_is_not_said_again(town: World) -> None:
    await is_away(town, "Mair", "17.11.")
    await town.advance_to(at("18:00"))
    town.phone("Coordinator").expects("ready.evening")
    await town.phone("Mair").says("/away off")
    town.phone("Mair").expects("answer.away_off")
    await town.advance_to(at("08:00", TUESDAY))
    town.nobody_else_heard_anything()


async def test_sunday_evening_is_the_evening_before_monday(town: World) -> None:
    await town.advance_to(at("18:30", FRIDAY))
    town.everyone_is_accounted_for()
    monday = MONDAY + timedelta(days=7)
    await is_away(town, "Mair", f"{monday:%d.%m.}")
    await town.advance_to(at("17:59", monday - timedelta(days=1)))
    town.nobody_else_heard_anything()
    await town.advance_to(at("18:00", monday - timedelta(days=1)))
    town.phone("Coordinator").expects("ready.evening")


async def test_a_school_whose_pupils_are_not_in_owes_nothing_that_day(town: World) -> None:
    """Only Ysgol Môr has an INSET day on Tuesday."""
    path = town.config / "calendars" / "porth-awel.toml"
    code = next(s.code for s in town._schools.values() if s.name == "Ysgol Môr")
    path.write_text(f'{path.read_text()}\n[schools."{code}"]\ninset = [2026-11-17]\n')
    await town.take_config()
    await is_away(town, "Rhys", "17.11.")
    await town.advance_to(at("07:30", TUESDAY))
    town.nobody_else_heard_anything()


async def test_who_was_down_at_six_checks_on_start_late_and_once(town: World) -> None:
    await is_away(town, "Mair", "17.11.")
    await town.stop()
    town.clock.move_to(at("21:00"))
    await town.start()
    await town.advance(minutes=1)
    town.phone("Coordinator").expects("ready.evening")
    await town.advance(minutes=5)
    town.nobody_else_heard_anything()


async def test_who_was_down_until_the_morning_says_it_once_and_not_twice(town: World) -> None:
    await is_away(town, "Mair", "17.11.")
    await town.stop()
    town.clock.move_to(at("07:30", TUESDAY))
    await town.start()
    await town.advance(minutes=1)
    town.phone("Coordinator").expects("ready.morning")
    town.nobody_else_heard_anything()


async def test_of_a_day_that_is_over_nobody_is_told(town: World) -> None:
    await is_away(town, "Mair", "17.11.")
    await town.stop()
    town.clock.move_to(at("09:00", date(2026, 11, 18)))
    await town.start()
    await town.advance(minutes=1)
    town.nobody_else_heard_anything()
    assert await town.breaches() == []


async def test_two_workers_say_it_once(town: World) -> None:
    await is_away(town, "Mair", "17.11.")
    second = App(town.settings(), town.clock, ticking=False)
    running = asyncio.create_task(second.run())
    await second.started.wait()
    town.clock.move_to(at("18:00"))
    await asyncio.gather(town.app.tick(), second.tick())
    await town.settle()
    second.stop.set()
    await running
    town.phone("Coordinator").expects("ready.evening")
    town.nobody_else_heard_anything()


async def test_without_a_coordinator_an_alarm_stands_and_the_first_one_back_hears(
    town: World,
) -> None:
    await is_away(town, "Mair", "17.11.")
    await town.phone("Coordinator").blocks_the_bot()
    town.everyone_is_accounted_for()
    await town.advance_to(at("18:05"))
    assert "no_coordinator_can_be_told" in await town.alarms()
    assert await town.breaches() == []
    town.phone("Coordinator").sandbox.unblock()
    await town.settle()
    await town.phone("Coordinator").says("/help")
    town.everyone_is_accounted_for()
    await town.advance_to(at("18:11"))
    sent = [m.text for m in town.phone("Coordinator").unaccounted()]
    assert any("Ysgol Bryn" in text for text in sent)
    assert "no_coordinator_can_be_told" not in await town.alarms()
    town.everyone_is_accounted_for()


async def test_a_nurse_team_that_reaches_nobody_is_one_line(world: World) -> None:
    await world.authority()
    for name in ("Mair", "Owen"):
        await world.school(f"Ysgol {name}", dsp=name, nurse_team="Dwyrain")
    await world.advance_to(at("18:00"))
    message = world.phone("Coordinator").expects("ready.evening")
    assert "1 place " in message.text
    assert "Dwyrain" in message.text


async def test_readiness_of_any_day_says_what_the_check_of_that_day_would(town: World) -> None:
    await is_away(town, "Mair", "19.11.")
    coordinator = town.phone("Coordinator")
    await coordinator.says("/readiness 18.11.")
    coordinator.expects("answer.readiness_all_well")
    await coordinator.says("/readiness 19 November")
    assert "Ysgol Bryn" in coordinator.expects("answer.readiness_gaps").text
    await coordinator.says("/readiness whenever")
    coordinator.expects("ready.day_not_understood")


async def test_a_check_that_nobody_does_is_a_broken_promise(town: World) -> None:
    late = town.clock.now() - timedelta(minutes=2)
    async with town.ctx.store.unit() as tx:
        await tx.execute(update(readiness_checks).values(due_at=late))
    assert [b for b in await town.breaches() if "check of the cover" in b]
    async with town.ctx.store.unit() as tx:
        await tx.execute(update(readiness_checks).values(done_at=town.clock.now()))
