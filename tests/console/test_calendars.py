"""Calendars in the console: filled in by hand or from a list of dates, a draft, then in force."""

import re

from bot.domain.school import School
from tests.builders import child, notice
from tests.console.visits import enters
from tests.page.reader import Reader
from tests.world import World

HERE = "/console/routing/calendars"
ICS = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261207\r\n"
    "DTEND;VALUE=DATE:20261209\r\nSUMMARY:Closed for the election\r\nEND:VEVENT\r\nEND:VCALENDAR"
)


def filled_in(reader: Reader) -> dict[str, str]:
    """The form as the page has it."""
    typed = re.findall(r'<input id="[^"]*"[^>]* name="([^"]*)" value="([^"]*)"', reader.page)
    return dict(typed)


async def test_the_list_says_who_goes_by_each_until_when_and_what_is_closed(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get("/console/routing")
    assert f'href="{HERE}"' in coordinator.page
    await coordinator.get(HERE)
    assert coordinator.shows("Porth Awel", "Its terms reach to 20 July 2028.")
    assert coordinator.shows("1 school goes by it", f"Ysgol Bryn ({bryn.code})")
    assert coordinator.shows("8 February 2027 – 12 February 2027: half term")
    assert "26 October 2026" not in coordinator.page, "it is over"


async def test_an_inset_day_in_the_form_moves_the_next_notices_bell_once_it_is_in_force(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(f"{HERE}/porth-awel")
    assert coordinator.shows("Bank holidays", "25 December 2026")
    form = filled_in(coordinator)
    assert form["t0.first"] == "2026-09-02"
    assert form["i0.first"] == "2026-11-27"
    free = next(n for n in range(20) if not form[f"i{n}.first"])
    await coordinator.press(
        "Try it", **form | {f"i{free}.first": "2026-11-16", "reason": "training"}
    )
    assert coordinator.shows("INSET day: 16 November 2026.", "training")
    assert coordinator.page.count("<li>INSET day:") == 1
    before = await world.police.send(notice(child(bryn), source_reference="1"))
    await coordinator.press("Put in force")
    assert coordinator.shows("In force from now on, as version")
    after = await world.police.send(notice(child(bryn), source_reference="2"))
    bells = [(await world.trail(r, "alert:raised"))[0]["bell_at"][:10] for r in (before, after)]
    assert bells == ["2026-11-16", "2026-11-17"], "the Monday is no pupil day any more"
    world.everyone_is_accounted_for()


async def test_a_calendar_file_is_read_into_the_form_and_counts_for_nothing_before_it_is_tried(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(f"{HERE}/porth-awel")
    form = filled_in(coordinator)
    await coordinator.press("Take into the form", **form, dates=ICS)
    assert coordinator.shows("The dates are in the form below; nothing has changed yet.")
    taken = filled_in(coordinator)
    assert {"2026-12-07", "2026-12-08", "Closed for the election"} <= set(taken.values())
    assert "2026-10-26" in taken.values(), "what stood stays"
    await coordinator.press("Try it", **taken | {"reason": "the election"})
    assert coordinator.shows("Closed: 7 December 2026 to 8 December 2026.")
    assert coordinator.page.count("<li>Closed:") == 1
    await coordinator.press("Put in force")
    assert coordinator.shows("In force from now on")


async def test_faults_of_a_list_are_named_by_line_in_the_readers_language(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(f"{HERE}/porth-awel")
    wrong = "what,first,last,name\r\nterm,2026-09-02,,\r\nball,2026-09-02,,Zyxwv"
    form = filled_in(coordinator)
    await coordinator.press("Take into the form", **form, dates=wrong)
    assert coordinator.status == 422
    assert coordinator.shows("Line 2: a term is longer than one day", "Line 3: it says neither")
    await world.change("Coordinator", language="cy")
    await coordinator.get(f"{HERE}/porth-awel")
    await coordinator.press("Cymryd i'r ffurflen", **form, dates=wrong)
    assert coordinator.shows("Llinell 3: nid yw'n dweud na thymor")


async def test_a_row_that_cannot_be_read_is_named_and_what_was_filled_in_stays(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(f"{HERE}/porth-awel")
    form = filled_in(coordinator) | {"t0.last": "", "h0.first": "2026-12-18", "reason": "why"}
    await coordinator.press("Try it", **form)
    assert coordinator.status == 422
    assert coordinator.shows("Terms, row 1: a first and a last day are needed")
    assert filled_in(coordinator)["h0.first"] == "2026-12-18"
    await coordinator.press("Try it", **form | {"t0.last": "2026-12-18"})
    assert coordinator.shows("Half days, row 1: a half day is one day and needs the time")
    await coordinator.get("/console/routing")
    assert "/console/routing/draft/" not in coordinator.page, "nothing half done"


async def test_a_new_calendar_is_made_by_its_name(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(f"{HERE}?name=no/such")
    assert coordinator.status == 422
    await coordinator.get(f"{HERE}?name=Cwm-Du")
    assert coordinator.shows("New calendar: cwm-du")
    table = "what,first,last,name\nterm,2026-09-02,2026-12-18,autumn\n"
    form = filled_in(coordinator)
    await coordinator.press("Take into the form", **form, dates=table)
    form = filled_in(coordinator) | {"reason": "a new authority"}
    await coordinator.press("Try it", **form)
    assert coordinator.shows("Say what people call the calendar")
    await coordinator.press("Try it", **form | {"title": "Cwm Du"})
    assert coordinator.shows(
        "The first version.", "New term: 2 September 2026 to 18 December 2026."
    )
    await coordinator.press("Put in force")
    await coordinator.get(HERE)
    assert coordinator.shows("Cwm Du", "No school goes by it yet")


async def test_of_two_who_make_one_calendar_the_second_sees_that_there_is_one(
    world: World, bryn: School, coordinator: Reader
) -> None:
    rows = {"t0.first": "2026-09-02", "t0.last": "2026-12-18", "title": "Cwm Du", "reason": "new"}
    await coordinator.get(f"{HERE}/cwm-du")
    await coordinator.press("Try it", **rows)
    first = coordinator.path
    await coordinator.get(f"{HERE}/cwm-du")
    await coordinator.press("Try it", **rows | {"t0.last": "2026-12-17"})
    second = coordinator.path
    await coordinator.get(first)
    await coordinator.press("Put in force")
    await coordinator.get(second)
    assert coordinator.shows("Meanwhile version", "Put in force in the place of version")


async def test_the_desk_finds_no_calendars(world: World, bryn: School) -> None:
    desk = await enters(world, "Desk")
    for path in ("", "/porth-awel", "/cwm-du"):
        await desk.get(f"{HERE}{path}")
        assert desk.status == 404
