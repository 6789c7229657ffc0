"""What each section shows, and what can be done there."""

import pytest

from bot.domain.school import School
from tests.builders import child, notice
from tests.console.visits import enters, steps_up
from tests.page.reader import Reader
from tests.world import World


@pytest.fixture
async def coordinator(world: World, bryn: School) -> Reader:
    return await enters(world, "Coordinator")


async def alert_page(reader: Reader, reference: str) -> None:
    """The page of this alert, by its link on Today."""
    await reader.get("/console")
    before = reader.page.partition(f">{reference}</a>")[0]
    await reader.get(before.rpartition('href="')[2].partition('"')[0])
    assert reader.shows(reference)


async def test_today_says_who_has_it_and_what_comes_next(
    world: World, bryn: School, coordinator: Reader
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    await coordinator.get("/console")
    assert coordinator.shows(reference, "08:50, Monday 16 November", "Ysgol Bryn", "Mair")
    assert coordinator.shows("At 07:50, Monday 16 November this is told to Owen.")
    assert "Owen, opened" not in coordinator.page
    mair = world.phone("Mair")
    await Reader.of(world, mair, mair.expects("alert"))
    await coordinator.get("/console")
    assert coordinator.shows("Mair, opened at 07:00")
    await world.advance(hours=2)
    await coordinator.get("/console")
    assert coordinator.status == 404  # two hours without use
    world.everyone_is_accounted_for()
    later = await enters(world, "Coordinator")
    assert later.shows("Overdue", reference)
    world.everyone_is_accounted_for()


async def test_the_part_that_moves_is_sent_only_when_it_changed(
    world: World, bryn: School, coordinator: Reader
) -> None:
    part = coordinator.page.partition('hx-get="')[2].partition('"')[0]
    await coordinator.get(part)
    assert coordinator.status == 204
    reference = await world.police.send(notice(child(bryn)))
    await coordinator.get(part)
    assert coordinator.shows(reference)
    assert "<html" not in coordinator.page
    world.everyone_is_accounted_for()


async def test_an_alert_is_closed_there_with_a_reason_and_its_ladder_stops(
    world: World, bryn: School, coordinator: Reader
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    world.phone("Mair").expects("alert")
    await alert_page(coordinator, reference)
    assert coordinator.shows("What has happened", "Staff of the school", "Why does it end?")
    await steps_up(coordinator)
    await alert_page(coordinator, reference)
    await coordinator.press("Close everything that is open")
    assert coordinator.status == 422
    assert coordinator.shows("Choose why it ends.")
    await coordinator.press("Close everything that is open", reason="told_by_telephone")
    assert coordinator.shows(f"{reference} is closed.")
    [closed] = await world.trail(reference, "alert:closed")
    assert (closed["by"], closed["reason"]) == ("coordinator", "told by telephone")
    world.everyone_is_accounted_for()
    await world.advance(hours=3)
    world.nobody_else_heard_anything()


async def test_the_call_list_is_there_for_paper(
    world: World, bryn: School, coordinator: Reader
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    await coordinator.get("/console/calls")
    assert coordinator.shows(reference, "Mair", "Owen", "Told, no answer yet")
    world.everyone_is_accounted_for()


async def test_readiness_shows_the_gap_and_an_absence_makes_one(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get("/console/readiness?day=2026-11-18")
    assert coordinator.shows(
        "Readiness on Wednesday 18 November", "Somebody can be told everywhere."
    )
    await steps_up(coordinator)
    for person in ("mair", "owen"):
        await coordinator.get("/console/readiness/away")
        await coordinator.press(
            "Write it down", person=person, first="2026-11-18", last="", cover=""
        )
        assert coordinator.shows("It is written down that")
    await coordinator.get("/console/readiness?day=2026-11-18")
    assert coordinator.shows("Ysgol Bryn", "Mair: ", "Owen: ")
    assert not coordinator.shows("Somebody can be told everywhere.")
    await coordinator.get("/console/readiness/away")
    await coordinator.press("Mair is back")
    assert coordinator.shows("It is written down that Mair is back.")
    await coordinator.get("/console/readiness?day=2026-11-18")
    assert coordinator.shows("Somebody can be told everywhere.")
    for wrong in ("", "2026-11-31", "1999-01-01", "2026-11-01"):
        await coordinator.get("/console/readiness/away")
        await coordinator.press("Write it down", person="mair", first=wrong, last="", cover="")
        assert coordinator.status == 422
    world.everyone_is_accounted_for()


async def test_a_closure_moves_the_deadline_and_is_taken_back(
    world: World, bryn: School, coordinator: Reader
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    await steps_up(coordinator)
    await coordinator.get("/console/readiness/closed")
    await coordinator.press("Write it down", school=bryn.code, first="2026-11-16", last="")
    assert coordinator.shows("It is written down that Ysgol Bryn is closed.")
    await coordinator.get("/console")
    assert coordinator.shows(reference, "08:50, Tuesday 17 November")
    await coordinator.get("/console/readiness/closed")
    await coordinator.press("Open after all")
    assert coordinator.shows("The school is open after all.")
    await coordinator.get("/console")
    assert coordinator.shows("08:50, Monday 16 November")
    world.everyone_is_accounted_for()


async def test_triage_shows_a_coordinator_the_schools_and_the_desk_the_way_to_settle_it(
    world: World, bryn: School, coordinator: Reader
) -> None:
    lost = child(given_name="Canary-given") | {"school": {"name": "Ysgol Brym"}}
    reference = await world.police.send(notice(lost))
    await coordinator.get("/console/triage")
    assert coordinator.shows(reference, "It could be", "Ysgol Bryn")
    assert not coordinator.shows("Open and settle it")
    assert not coordinator.shows("Brym")
    world.everyone_is_accounted_for()
    desk = await enters(world, "Desk")
    await desk.get("/console/triage")
    assert desk.shows(reference, "Open and settle it")
    await desk.get(desk.page.partition('class="button go" href="')[2].partition('"')[0])
    assert desk.shows("Canary-given", "Which school is this?")
    await desk.press("Ysgol Bryn")
    assert desk.shows("Settled. Thank you.")
    await desk.get("/console/triage")
    assert desk.shows("Nothing waits for the MASH desk.")
    world.everyone_is_accounted_for()


async def test_a_drill_is_proposed_started_read_and_ended(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await steps_up(coordinator)
    world.phone("Coordinator").expects("code.chosen")
    await coordinator.get("/console/drills")
    await coordinator.press("Go on", which="these", schools="123", when="")
    assert coordinator.status == 422
    await coordinator.press("Go on", which="these", schools=bryn.code, when="")
    assert coordinator.shows("Nobody is told anything before you start it.")
    world.nobody_else_heard_anything()
    await coordinator.press("Start")
    await world.settle()
    world.phone("Mair").expects("alert")
    await coordinator.get("/console/drills/1")
    assert coordinator.shows("Drill 1", "Ysgol Bryn")
    await coordinator.get("/console")
    assert coordinator.shows("In drills", "Drill 1")
    await coordinator.get("/console/drills/1")
    await coordinator.press("End this drill")
    assert coordinator.shows("Drill 1 is over.")
    world.everyone_is_accounted_for()


async def test_changes_say_who_and_when_a_page_at_a_time(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await steps_up(coordinator)
    await coordinator.get("/console/readiness/closed")
    await coordinator.press("Write it down", school=bryn.code, first="2026-12-01", last="")
    await coordinator.get("/console/changes")
    [closed] = [row for row in coordinator.page.split("<tr>") if "A school is closed" in row]
    assert "Ysgol Bryn" in closed
    assert ">Coordinator</td>" in closed
    [matrix] = [row for row in coordinator.page.split("<tr>") if ">Who sees what" in row]
    assert ">the configuration folder</td>" in matrix  # and not whom the file's own text names
    assert coordinator.shows("An unlock code was chosen", "A configuration is in force")
    for number in range(30):  # each is an import, and a version
        await world.change("Mair", order=2 + number)
    await coordinator.get("/console/changes")
    assert not coordinator.shows("A school is closed to pupils")
    older = coordinator.page.partition("/console/changes?before=")[2].partition('"')[0]
    await coordinator.get(f"/console/changes?before={older}")
    assert coordinator.shows("A school is closed to pupils")
    world.everyone_is_accounted_for()


async def test_the_desk_reads_what_it_may_ask_for_in_the_chat_and_no_more(
    world: World, bryn: School
) -> None:
    reference = await world.police.send(notice(child(bryn)))
    desk = await enters(world, "Desk")
    assert desk.shows(reference)
    assert "Readiness" not in desk.page
    assert "Call list" not in desk.page
    await alert_page(desk, reference)
    assert "Why does it end?" not in desk.page
    for path in ("readiness", "readiness/away", "drills", "changes", "calls"):
        await desk.get(f"/console/{path}")
        assert desk.status == 404, path
    world.everyone_is_accounted_for()
