"""What a drill came to, and that it is counted nowhere else."""

from bot.domain.drill import DrillState
from bot.domain.people import Role
from bot.flow.account import open_duties
from bot.flow.report import metrics
from bot.flow.report import report as figures
from tests.builders import at, child_of
from tests.journeys.test_drills import MARK, a_drill, ended_report, state
from tests.world import World

OWN_LINES = {"drills, in no other line", "drills_under_way", "drill_overdue_seconds"}


# --- kept apart ----------------------------------------------------------------------------------


async def counted(world: World) -> dict[str, float]:
    day = world.clock.now().date()
    everything = {**await figures(world.ctx, day, day), **await metrics(world.ctx)}
    return {
        name: count
        for name, count in everything.items()
        if name not in OWN_LINES and not name.endswith("_seconds")
    }


async def test_a_drill_is_in_no_figure(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    await world.police.send(child_of(school))
    await world.advance(minutes=2)
    for name in ("Mair", "Nia"):
        await world.phone(name).press("Acknowledge")
    await world.advance(minutes=5)
    before = await counted(world)
    assert before["alerts raised"] == 2
    await a_drill(world)
    mair = world.phone("Mair")
    assert (await metrics(world.ctx))["drills_under_way"] == 1
    assert await counted(world) == before
    await mair.opens(mair.unaccounted()[-1])
    await world.phone("Nia").press("Acknowledge")
    await world.advance_to(at("09:00"))
    assert await counted(world) == before, "past the ladder's steps and the bell"
    await world.phone("Coordinator").says("/drill report 1")
    await mair.press("Acknowledge")
    await world.advance(minutes=2)
    assert await state(world) is DrillState.OVER
    assert await counted(world) == before
    day = world.clock.now().date()
    assert (await figures(world.ctx, day, day))["drills, in no other line"] == 1
    world.everyone_is_accounted_for()


async def test_a_coordinator_and_the_operator_see_which_is_which(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.authority()
    real = await world.police.send(child_of(school))
    await a_drill(world)
    await world.phone("Coordinator").says("/status")
    text = world.phone("Coordinator").expects("answer.status").text
    assert text.splitlines()[0] == "Open: 1. Past the bell: 0. At the MASH desk: 0."
    assert text.splitlines()[1].startswith(real)
    assert text.splitlines()[2] == "Of drills, not counted above: 1."
    assert text.splitlines()[3].endswith("Drill 1.")
    duties = await open_duties(world.ctx)
    assert [duty.drill for duty in duties] == [None, 1]
    world.everyone_is_accounted_for()


async def test_a_notice_with_a_drills_number_from_the_desk_or_the_police_is_a_notice_of_its_own(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await a_drill(world)
    mair = world.phone("Mair")
    practised = mair.expects("alert")
    same = child_of(school) | {"source_reference": f"DRILL-1-{school.code}"}
    reference = await world.police.send(same)
    await world.advance(seconds=2)
    card = mair.expects("alert")
    assert card.text.startswith(reference)
    assert not practised.text.startswith(reference)
    assert MARK not in await mair.opens(card)
    world.nobody_else_heard_anything()


# --- what it came to -----------------------------------------------------------------------------


async def test_the_report_says_who_was_reached_who_answered_when_and_who_was_not_there(
    world: World,
) -> None:
    bryn = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", nurse="Nia")
    roath = await world.school("Roath Primary School", bell="08:50", dsp="Rhys", nurse="Rhodri")
    await world.person("Second", Role.DSP, schools=[roath.code], enrolled=False)
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    await world.phone("Nia").blocks_the_bot()
    world.everyone_is_accounted_for()
    await a_drill(world, clock="07:30")
    await world.advance_to(at("07:32"))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    await mair.opens(card)
    await world.advance_to(at("07:49"))
    await mair.press("Acknowledge", card)
    await world.advance_to(at("08:20"))
    await world.phone("Rhodri").press("Acknowledge")
    await world.advance_to(at("09:00"))
    await world.phone("Rhys").press("Acknowledge")
    await world.advance_to(at("10:00"))
    found = await ended_report(world)
    legs = {(leg.school, leg.leg.value): leg for leg in found.legs}
    first = legs[bryn.code, "school"]
    [told] = first.told
    assert (told.id, told.role, told.opened_at) == ("mair", Role.DSP, at("07:32"))
    assert told.sent_at is not None
    assert told.acknowledged_at == at("07:49")
    assert (first.settled_by, first.minutes_before_the_bell) == (told, 61)
    assert legs[roath.code, "school"].minutes_before_the_bell == -10
    assert legs[roath.code, "nurse"].minutes_before_the_bell == 30
    assert legs[bryn.code, "nurse"].settled_by is None
    missing = {(person.id, person.why.value) for person in found.unreached}
    assert missing == {("nia", "contact_blocked"), ("second", "not_enrolled")}
    assert found.without_deputy == (roath.code,)
    assert found.totals() == {
        "schools": 2,
        "alerts": 4,
        "people told": 3,
        "people who opened": 1,
        "people who acknowledged": 3,
        "alerts settled": 3,
        "alerts settled before the bell": 2,
        "people not reached": 2,
        "schools without a deputy": 1,
    }
    coordinator = world.phone("Coordinator")
    text = coordinator.shows("drill.report_over").text
    assert text.splitlines()[1:] == [
        "Alerts: 4. Acknowledged: 3. Before the bell: 2.",
        "People told: 3. Opened: 1. Acknowledged: 3.",
        "Not reached: Nia, school nurse (cannot be reached in the chat).",
        "Not reached: Second, designated safeguarding person (not enrolled yet).",
        "No deputy: Roath Primary School.",
        "Ysgol Bryn, nurses: nobody acknowledged.",
        "Ysgol Bryn, school: Mair, minutes before the bell: 61.",
        "Roath Primary School, school: Rhys, minutes after the bell: 10.",
        "Roath Primary School, nurses: Rhodri, minutes before the bell: 30.",
    ]
    await world.enrol("Second")
    again = await ended_report(world)
    assert {person.id for person in again.unreached} == {"nia", "second"}, "as it was at its end"
    world.everyone_is_accounted_for()
