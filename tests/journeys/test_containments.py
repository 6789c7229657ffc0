"""What had been seen at the wrong school is on record, its clock runs, and nobody forgets it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Row

from bot.domain.containment import REPORT_WITHIN, Outcome
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.flow import contain
from bot.flow.close import close
from bot.flow.containments import Record, end_records, open_records, records_of
from bot.flow.context import Context
from bot.store.unit_of_work import Tx
from tests.builders import child, child_of, notice
from tests.flow.outbox import standing
from tests.journeys.test_drills import MARK, a_drill
from tests.journeys.test_not_our_pupil import BUTTON, STUB, THANKS
from tests.world import World


@pytest.fixture
async def bryn(world: World) -> School:
    await world.without_nurses()
    await world.authority()
    return await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")


async def sealed(world: World, school: School, *, opened: bool) -> tuple[str, Record]:
    """A notice that Mair said is not theirs, having opened it or not; its reference and record."""
    reference = await world.police.send(child_of(school, given_name="Sioned"))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    if opened:
        await mair.opens(card)
    await mair.press(BUTTON, card)
    if opened:
        mair.expects("misdirected.keep_it")
    world.phone("Desk").expects("triage")
    [record] = await records_of(world.ctx, reference)
    return reference, record


async def test_who_had_opened_what_before_the_seal_is_on_record(world: World, bryn: School) -> None:
    reference, record = await sealed(world, bryn, opened=True)
    told = world.phone("Coordinator").expects("containment.opened")
    assert told.text.startswith(f"{reference}, Ysgol Bryn: ")
    assert (record.school, record.child, record.sealer) == (bryn.code, 1, "Mair")
    [opening] = record.openings
    assert (opening.name, opening.role, opening.way) == ("Mair", "dsp", "chat")
    assert {"name", "circumstances"} <= set(opening.fields)
    assert opening.at <= record.sealed_at
    assert record.report_due_at == record.sealed_at + REPORT_WITHIN
    assert "Sioned" not in str(record) + told.text


async def test_a_record_is_opened_though_nobody_had_opened_anything(
    world: World, bryn: School
) -> None:
    _, record = await sealed(world, bryn, opened=False)
    assert record.openings == ()
    told = world.phone("Coordinator").expects("containment.opened")
    assert "Nobody had opened it." in told.text
    world.phone("Mair").heard_nothing()


async def test_what_the_right_school_opens_later_is_not_in_it(world: World, bryn: School) -> None:
    reference = await world.police.send(child_of(bryn))
    mair, desk = world.phone("Mair"), world.phone("Desk")
    card = mair.expects("alert")
    await mair.press(BUTTON, card)
    desk.expects("triage")
    await desk.says(f"/triage 2 {bryn.code}")  # it is theirs after all
    await mair.opens(mair.expects("alert"))
    [record] = await records_of(world.ctx, reference)
    assert record.openings == ()
    world.everyone_is_accounted_for()


async def test_the_coordinators_are_reminded_at_48_and_at_72_hours_until_one_ends_it(
    world: World, bryn: School
) -> None:
    reference, record = await sealed(world, bryn, opened=True)
    await close(world.ctx, reference, "nobody's pupil", "coordinator")
    phone = world.phone("Coordinator")
    world.everyone_is_accounted_for()

    async def passes(hours: int) -> list[str]:
        await world.advance_to(record.sealed_at + timedelta(hours=hours, seconds=-5))
        before = [m.text for m in phone.unaccounted() if "wrong school" in m.text]
        world.everyone_is_accounted_for()
        await world.advance(seconds=10)
        after = [m.text for m in phone.unaccounted() if "wrong school" in m.text]
        world.everyone_is_accounted_for()
        assert before == [], "not before its time"
        return after

    [first] = await passes(48)
    assert "is still open" in first
    [second] = await passes(72)
    assert "a report of it was due by" in second
    [_] = await passes(96)  # and a record that nobody ends never falls silent
    assert await end_records(world.ctx, reference, Outcome.REPORTED, "coordinator") == 1
    assert await passes(120) == []
    assert await open_records(world.ctx) == []
    [line] = await world.trail(reference, "containment:ended")
    assert (line["person"], line["outcome"]) == ("coordinator", "reported")


async def test_when_no_coordinator_can_be_told_an_alarm_stands_until_one_is(world: World) -> None:
    await world.without_nurses()
    await world.person("Desk", Role.MASH_DESK, everywhere=True)
    bryn = await world.school("Ysgol Bryn", dsp="Mair")
    reference, _ = await sealed(world, bryn, opened=False)
    assert f"containment_untold:{reference}" in await world.alarms()
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await world.advance(minutes=11)
    told = [m.text for m in world.phone("Coordinator").unaccounted()]
    assert any("Nobody had opened it." in text for text in told)
    assert f"containment_untold:{reference}" not in await world.alarms()
    world.everyone_is_accounted_for()


async def test_a_record_that_cannot_be_told_of_is_put_off_and_holds_up_no_other(
    world: World, bryn: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = contain._tell

    async def fails_once(ctx: Context, tx: Tx, known: InForce, record: Row[Any]) -> None:
        if record.id == 1:
            monkeypatch.setattr(contain, "_tell", telling)
            raise RuntimeError
        await telling(ctx, tx, known, record)

    monkeypatch.setattr(contain, "_tell", fails_once)
    world.expected_errors.append("telling of a containment record failed")
    reference, _ = await sealed(world, bryn, opened=False)
    phone = world.phone("Coordinator")
    phone.heard_nothing()
    assert f"containment_untold:{reference}" in await world.alarms()
    await sealed(world, bryn, opened=False)
    phone.expects("containment.opened")
    await world.advance(minutes=11)
    assert any(m.text.startswith(f"{reference}, Ysgol Bryn:") for m in phone.unaccounted())
    assert await world.alarms() == []
    world.everyone_is_accounted_for()


async def test_each_child_refused_has_a_record_and_one_hand_ends_them(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn), child(bryn)))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    for number in (1, 2):
        await mair.press(f"Child {number} is not our pupil" if number == 1 else BUTTON, card)
    assert card.text == STUB
    records = await records_of(world.ctx, reference)
    assert [record.child for record in records] == [1, 2]
    assert [len(record.openings) for record in records] == [1, 1]
    assert await end_records(world.ctx, reference, Outcome.NOT_REPORTABLE, "coordinator") == 2
    world.everyone_is_accounted_for()


async def test_a_drill_is_sealed_like_the_real_thing_and_leaves_no_record(
    world: World, bryn: School
) -> None:
    await a_drill(world)
    mair = world.phone("Mair")
    card = mair.expects("alert")
    assert MARK in await mair.opens(card)
    press = await mair.press(BUTTON, card)
    assert press.answer is not None
    assert press.answer.text == THANKS
    assert (card.text, card.buttons) == (STUB, ())
    await world.advance(minutes=2)
    world.phone("Desk").heard_nothing()
    mair.heard_nothing()
    assert await open_records(world.ctx) == []
    assert not [row for row in await standing(world) if row.kind.value == "containment"]
    [over] = [m.text for m in world.phone("Coordinator").unaccounted()]
    assert "they said that this is not their pupil." in over
    world.everyone_is_accounted_for()
