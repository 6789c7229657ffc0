"""Quiet hours, holidays and what else is set beside the ladders' steps, as a form."""

import re
from html import unescape

import pytest

from bot.domain.alert import Leg
from bot.domain.calendar import InDay
from bot.domain.people import Role
from bot.domain.quiet import Holiday, QuietHours, Send
from bot.domain.school import School
from bot.flow import drafts, versions
from bot.intake.escalation_toml import read_escalation, read_patterns
from tests.builders import child, notice
from tests.page.reader import Reader
from tests.world import World

HERE = "/console/routing/waits"


def filled_in(reader: Reader) -> dict[str, str]:
    """The form as the page has it; what is not ticked is not sent."""
    page = reader.page
    ticked = re.findall(r'type="checkbox"[^>]* name="([\w.]+)" value="1" checked', page)
    typed = re.findall(r'class="short"[^>]* name="([\w.]+)"[^>]* value="([^"]*)"', page)
    chosen = [
        (name, (re.findall(r'value="(\w+)" selected', options) or [""])[0])
        for name, options in re.findall(r'<select id="[\w.]+" name="([\w.]+)">(.*?)</select>', page)
    ]
    return {**dict.fromkeys(ticked, "1"), **dict(typed), **dict(chosen)}


async def changes(reader: Reader, **fields: str) -> None:
    """These fields otherwise; one that is `-` is not ticked."""
    await reader.get(HERE)
    form = filled_in(reader) | {"reason": "agreed in June"} | fields
    await reader.press("Try it", **{name: value for name, value in form.items() if value != "-"})


async def test_quiet_hours_set_in_a_form_count_for_new_alerts_and_are_said_in_words(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await changes(coordinator, **{"school.quiet_from": "06:00", "school.quiet_to": "08:00"})
    assert coordinator.shows("School ladder: quiet hours: 06:00–08:00 (was none).")
    assert coordinator.page.count("(was ") == 1
    await coordinator.press("Put in force")
    assert coordinator.shows("In force from now on")
    reference = await world.police.send(notice(child(bryn)))
    await world.advance(minutes=55)  # ten minutes behind the deputy's time
    assert len(await world.trail(reference, "alert:told")) == 1
    await world.advance(minutes=10)
    assert len(await world.trail(reference, "alert:told")) == 2
    world.everyone_is_accounted_for()


async def test_everything_that_the_page_shows_can_be_changed_and_is_shown_so_again(
    world: World, bryn: School, coordinator: Reader
) -> None:
    asked = {
        "school.quiet_from": "22:00", "school.quiet_to": "06:30", "school.send": "hold",
        "school.longer_than": "6", "school.at": "10:15", "school.after_opening": "-60",
        "school.before_closing": "45", "nurse.quiet_from": "20:00", "nurse.quiet_to": "07:00",
        "nurse.send": "holiday_list", "triage.quiet_from": "01:00", "triage.quiet_to": "02:00",
        "question.answer_within": "90", "notices": "4", "within_days": "120",
    }  # fmt: skip
    await changes(coordinator, **asked)
    page = unescape(coordinator.page)
    assert "in the holidays: nobody before the first pupil day is near, at 10:15" in page
    assert "due the same day: from 1 h before the opening until 45 min before the closing" in page
    assert "answers are due within 1 h 30 min (was 4 h)." in page
    assert "4 notices within 120 days about one child (was 3 notices within 90 days)." in page
    await coordinator.press("Put in force")
    await coordinator.get(HERE)
    assert filled_in(coordinator).items() >= asked.items()
    body = (await versions.texts(world.ctx))["escalation"].encode()
    ladders = read_escalation(body)
    assert ladders[Leg.SCHOOL].holiday == Holiday(Send.HOLD, 6, ladders[Leg.SCHOOL].holiday.at)
    assert isinstance(ladders[Leg.TRIAGE].quiet, QuietHours)
    assert read_patterns(body).notices == 4
    await changes(coordinator, **{"triage.quiet_from": "", "triage.quiet_to": ""})
    assert coordinator.shows("Triage ladder: quiet hours: none (was 01:00–02:00).")
    await coordinator.press("Put in force")
    assert (
        read_escalation((await versions.texts(world.ctx))["escalation"].encode())[Leg.TRIAGE].quiet
        is None
    )


async def test_a_ladder_and_the_same_day_s_lane_are_switched_off_and_two_people_asked_for(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await world.person("Nia", Role.SCHOOL_NURSE, teams=[bryn.nurse_team])
    await changes(coordinator, **{"nurse.enabled": "1"})
    assert coordinator.shows("Nurses' ladder: it is switched on.")
    await coordinator.press("Put in force")
    await changes(coordinator, **{"nurse.enabled": "-", "school.in_day": "-", "two_people": "1"})
    assert coordinator.shows("<li>School ladder: due the same day: none (was from the opening")
    assert coordinator.shows("<li>Nurses' ladder: it is switched off.</li>")
    await coordinator.press("Put in force")
    body = (await versions.texts(world.ctx))["escalation"].encode()
    ladders = read_escalation(body)
    assert not ladders[Leg.NURSE].enabled
    assert ladders[Leg.SCHOOL].in_day == InDay(enabled=False)
    await changes(coordinator, two_people="-")
    await coordinator.press("Put in force")
    assert coordinator.status == 409, "now it takes another person"


async def test_what_does_not_count_is_no_change(
    world: World, bryn: School, coordinator: Reader
) -> None:
    """Days and a time of holds where nothing is held."""
    await changes(coordinator, **{"school.longer_than": "9", "school.at": "10:00"})
    assert coordinator.shows("Nothing of what is decided changes.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"school.quiet_from": "22:00"}, "School ladder: quiet hours need two different times"),
        ({"triage.quiet_from": "9", "triage.quiet_to": "9"}, "Triage ladder: quiet hours need two"),
        (
            {"school.quiet_from": "22:00:30", "school.quiet_to": "06:00"},
            "School ladder: quiet hours need two different times",
        ),
        ({"nurse.longer_than": "many"}, "Nurses' ladder: “How many days without pupils in a row"),
        ({"nurse.longer_than": "many", "nurse.at": ""}, "from 0 to 99."),
        ({"nurse.at": "noon"}, "Nurses' ladder: say what happens in the holidays"),
        ({"nurse.send": "never"}, "Nurses' ladder: say what happens in the holidays"),
        ({"question.answer_within": "0"}, "write a whole number from 1 to 99999."),
        ({"school.before_closing": "-5"}, "write a whole number from 0 to 1000."),
        ({"notices": "1"}, "write a whole number from 2 to 1000."),
        ({"within_days": "٣"}, "write a whole number from 1 to 1000."),
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 301}, "Say why in at most 300 characters."),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    world: World, bryn: School, coordinator: Reader, fields: dict[str, str], said: str
) -> None:
    await changes(coordinator, **{"school.longer_than": "9"} | fields)
    assert coordinator.status == 422
    assert said in unescape(coordinator.page)
    kept = filled_in(coordinator)
    assert kept["school.longer_than"] == "9"
    assert await drafts.open_drafts(world.ctx) == []


async def test_a_text_that_a_form_cannot_change_is_left_alone_and_it_says_so(
    world: World, bryn: School, coordinator: Reader
) -> None:
    body = (await versions.texts(world.ctx))["escalation"]
    inline = body.replace(
        "[policies.school]", '[policies.school]\nquiet = { from = "22:00", to = "06:00" }', 1
    )
    number = await drafts.start(world.ctx, "escalation", inline, reason="by hand")
    await drafts.put_in_force(world.ctx, number)
    await changes(coordinator, **{"school.quiet_from": "21:00"})
    assert coordinator.status == 422
    assert coordinator.shows("written in its file in a way that a form cannot change")
    assert await drafts.open_drafts(world.ctx) == []


async def test_no_step_goes_with_the_quiet_hours_whatever_the_text_looks_like(
    world: World, bryn: School, coordinator: Reader
) -> None:
    body = (await versions.texts(world.ctx))["escalation"]
    odd = body.replace(
        "[policies.school.at_the_end]",
        '[policies.school.quiet]   # at night\nfrom = "22:00"\nto = "06:00"\n'
        '  [[policies.school.steps]]\n  tell = ["head_teacher"]\n  not_before = "bell"\n'
        "[policies.school.at_the_end]",
        1,
    )
    number = await drafts.start(world.ctx, "escalation", odd, reason="by hand")
    await drafts.put_in_force(world.ctx, number)
    await changes(coordinator, **{"school.quiet_from": "", "school.quiet_to": ""})
    assert coordinator.shows("School ladder: quiet hours: none (was 22:00–06:00).")
    assert "is gone" not in coordinator.page
    await coordinator.press("Put in force")
    after = (await versions.texts(world.ctx))["escalation"]
    assert len(read_escalation(after.encode())[Leg.SCHOOL].steps) == 4
