"""Routing in the console: a form's change is a draft, is tried, and counts once it is in force."""

import re

from bot.domain.people import Role
from bot.domain.school import School
from bot.flow import drafts, versions
from tests.builders import child, notice
from tests.console.visits import CODE, enters, steps_up
from tests.page.reader import Reader
from tests.world import World


def filled_in(reader: Reader) -> dict[str, str]:
    """The form as the page has it."""
    ticked = re.findall(r'type="checkbox" name="([\w.]+)" value="1" checked', reader.page)
    typed = re.findall(r'<input id="[^"]*" class="short" name="([^"]*)"[^>]* value="([^"]*)"',
                       reader.page)  # fmt: skip
    return {**dict.fromkeys(ticked, "1"), **dict(typed)}


async def changes_the_ladder(reader: Reader, **fields: str) -> None:
    await reader.get("/console/routing/ladder/school")
    form = filled_in(reader) | {"reason": "lessons", **fields}
    await reader.press("Try it", **{k: v for k, v in form.items() if v or "." not in k})


async def test_a_ladder_changed_in_a_form_counts_for_new_alerts_alone(
    world: World, bryn: School, coordinator: Reader
) -> None:
    first = await world.police.send(notice(child(bryn), source_reference="1"))
    await changes_the_ladder(coordinator, **{"s1.bell": "-30"})
    assert coordinator.shows("step 2: deputy designated safeguarding person now after 10 min")
    assert coordinator.shows("not before 30 min ahead of the bell")
    await coordinator.press("Put in force")
    assert coordinator.shows("In force from now on, as version")
    await coordinator.get("/console/routing")
    assert coordinator.shows(", Coordinator: lessons")
    second = await world.police.send(notice(child(bryn), source_reference="2"))
    raised = [(await world.trail(ref, "alert:raised"))[0] for ref in (first, second)]
    assert raised[0]["versions"]["escalation"] < raised[1]["versions"]["escalation"]
    await world.advance(minutes=50)  # an hour ahead of the bell
    told = [len(await world.trail(ref, "alert:told")) for ref in (first, second)]
    assert told == [2, 1]
    await world.advance(minutes=30)
    assert len(await world.trail(second, "alert:told")) == 2
    world.everyone_is_accounted_for()


async def test_of_two_at_their_forms_at_once_the_second_sees_both_changes_and_decides(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await world.person("Second", Role.COORDINATOR, everywhere=True)
    second = await enters(world, "Second")
    await steps_up(second)
    await second.get("/console/routing/ladder/school")
    theirs = filled_in(second) | {"every": "20", "reason": "sooner"}
    await changes_the_ladder(coordinator, **{"s1.bell": "-30"})
    await coordinator.press("Put in force")
    await second.press("Try it", **{k: v for k, v in theirs.items() if v})
    assert second.shows("Meanwhile version", "not before 30 min ahead of the bell (was")
    assert second.shows("at the end it tells every 20 min (was 30 min).")
    number = re.search(r"in the place of version (\d+)", second.page)
    assert number is not None
    await second.press(f"Put in force in the place of version {number[1]}")
    assert second.shows("In force from now on")
    world.everyone_is_accounted_for()


async def test_a_time_that_is_no_number_is_refused_and_nothing_typed_is_lost(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await changes_the_ladder(coordinator, **{"s1.bell": "bell-60m"})
    assert coordinator.status == 422
    assert coordinator.shows("Step 2: write whole minutes", 'value="bell-60m"', 'value="lessons"')


async def test_what_a_form_cannot_show_stays_as_it_was(
    world: World, bryn: School, coordinator: Reader
) -> None:
    """Of a step after 90 seconds the form shows a minute."""
    body = (await versions.texts(world.ctx))["escalation"]
    assert 'after = "10m"' in body
    text = body.replace('after = "10m"', 'after = "90s"', 1)
    number = await drafts.start(world.ctx, "escalation", text, reason="a short one")
    await drafts.put_in_force(world.ctx, number)
    await changes_the_ladder(coordinator, every="20")
    assert coordinator.shows("at the end it tells every 20 min (was 30 min).")
    assert not coordinator.shows("after 1 min")


async def test_a_version_is_restored_over_the_newest_that_was_seen_alone(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await changes_the_ladder(coordinator, every="20")
    await coordinator.press("Put in force")
    await coordinator.get("/console/routing")
    seen = coordinator.response
    await changes_the_ladder(coordinator, every="25")
    await coordinator.press("Put in force")
    coordinator.response = seen  # in another tab
    [*_, first] = [one.id for one in await versions.history(world.ctx, "escalation")]
    await coordinator.press(f"Restore version {first}", reason="back")
    assert coordinator.status == 409
    assert coordinator.shows("came in force since you opened this page: look at it first.")


async def test_a_form_that_would_leave_nobody_is_refused_and_says_whom(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get("/console/routing/ladder/school")
    end = {k: v for k, v in filled_in(coordinator).items() if not k.startswith("end.")}
    await coordinator.press("Try it", **end, **{"end.nurse_lead": "1", "reason": "a slip"})
    assert coordinator.shows(
        "It cannot be put in force",
        "School ladder: nobody would be told at its end (lead school nurse).",
    )
    assert ">Put in force</button>" not in coordinator.page
    number = coordinator.path.rpartition("/")[2]
    token = re.search(r'name="form" value="([^"]+)"', coordinator.page)
    assert token is not None
    await coordinator.post(f"/console/routing/draft/{number}/put", {"form": token[1]})
    assert coordinator.status == 409
    await coordinator.press("Drop the draft")
    assert coordinator.shows(f"Draft {number} is dropped.")


async def test_the_matrix_is_a_table_of_ticks(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get("/console/routing/matrix")
    form = filled_in(coordinator)
    del form["voice.dsp"]
    await coordinator.press("Try it", **form, reason="agreed in March")
    assert coordinator.shows("no longer shown to designated safeguarding person.")
    assert coordinator.page.count("no longer shown to") == 1
    await coordinator.press("Put in force")
    assert coordinator.shows("In force from now on")


async def test_what_was_ticked_waits_for_the_unlock_code(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    await reader.get("/console/routing/matrix")
    form = filled_in(reader)
    assert len(form) > 90
    del form["voice.dsp"]
    await reader.press("Try it", **form, reason="agreed in March")
    assert reader.shows("Choose an unlock code")
    await reader.press("Go on", code=CODE, again=CODE)
    await reader.press("Make the change")
    assert reader.page.count("no longer shown to") == 1
    world.everyone_is_accounted_for()


async def test_who_would_be_told_names_each_one_told_and_each_one_left_out(
    world: World, bryn: School, coordinator: Reader
) -> None:
    asked = f"school={bryn.code}&at=2026-11-30T07:10"
    await coordinator.get(f"/console/routing/told?{asked}")
    assert coordinator.shows("07:10, Monday 30 November: Mair")
    assert coordinator.shows("07:50, Monday 30 November: Owen")
    assert coordinator.shows("Not told: Desk (no step tells their role).")


async def test_the_desk_finds_no_routing(world: World, bryn: School) -> None:
    desk = await enters(world, "Desk")
    for path in ("", "/ladder/school", "/matrix", "/draft/1", "/told"):
        await desk.get(f"/console/routing{path}")
        assert desk.status == 404


async def test_what_is_wrong_with_a_form_is_said_in_the_readers_language(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await world.change("Coordinator", language="cy")
    await coordinator.get("/console/routing/ladder/school")
    form = {k: v for k, v in filled_in(coordinator).items() if v and not k.startswith("end.")}
    wrong = form | {"s0.after": "90", "every": "0", "reason": "gwersi"}
    del wrong["s1.bell"]
    await coordinator.press("Rhoi cynnig arni", **wrong)
    assert coordinator.status == 422
    assert coordinator.shows(
        "Ticiwch bwy sy'n cael gwybod ar y diwedd",
        "Dywedwch bob sawl munud",
        "Ni allai cam 1 byth ddod ar ei amser ei hun: daw cam 2",
    )
    await coordinator.get("/console/routing/ladder/school")
    await coordinator.press("Rhoi cynnig arni", **form | {"end.coordinator": "1", "reason": " "})
    assert coordinator.shows("Dywedwch pam")
    await coordinator.get("/console/routing")
    newest = re.findall(r"/console/routing/restore/(\d+)", coordinator.page)[0]
    token = re.search(r'name="form" value="([^"]+)"', coordinator.page)
    assert token is not None
    restored = {"form": token[1], "reason": "yn ôl"}
    await coordinator.post(f"/console/routing/restore/{newest}", restored)
    assert coordinator.shows(f"Mae'r hyn a ddywed fersiwn {newest} mewn grym eisoes.")
