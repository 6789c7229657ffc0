"""What moves a deadline and what a ladder waits for: half days, lanes, nights, holidays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given

from bot.domain.alert import Leg
from bot.domain.calendar import Calendar, DayRange, HalfDay, InDay, OwnDays
from bot.domain.digest import together
from bot.domain.escalation import (
    Climb,
    EscalationPolicy,
    EscalationStep,
    Tell,
    Wait,
    compressed,
    due_times,
    next_action,
    policy_of,
)
from bot.domain.incident import Child
from bot.domain.people import Role
from bot.domain.quiet import Holiday, QuietHours, Send, Waited, hold_until
from bot.domain.replan import replanned
from tests.builders import LONDON, MONDAY, at
from tests.domain.drawn import LADDERS, MOMENTS, SPANS
from tests.domain.town import a_directory, a_ladder, a_school, in_force, ladders, local, porth_awel

BRYN = a_school()
MINUTE = timedelta(minutes=1)
NIGHT = QuietHours(time(22), time(6, 30))
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
"""The clocks go forward at 01:00 UTC, and back at 01:00 UTC."""
END_OF_TERM, CHRISTMAS = date(2026, 12, 18), date(2026, 12, 25)
HOLD = Holiday(Send.HOLD)


def with_half_day(**bells: Any) -> Calendar:
    return replace(porth_awel(), half_days=(HalfDay(MONDAY, **bells),))


# --- half days and the lane ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "rings"),
    [
        ("08:49", "2026-11-16 08:50"),
        ("08:50", "2026-11-16 12:30"),
        ("12:00", "2026-11-16 12:30"),
        ("12:00:01", "2026-11-17 08:50"),
        ("14:00", "2026-11-17 08:50"),
    ],
)
def test_a_half_day_has_its_own_closing_bell_and_the_lane_ends_before_it(
    clock: str, rings: str
) -> None:
    calendar = with_half_day(closes_at=time(12, 30))
    assert local(calendar.bell(BRYN, at(clock)).at) == rings


def test_a_day_may_open_later_and_a_schools_own_half_day_goes_first() -> None:
    calendar = with_half_day(opens_at=time(10))
    assert local(calendar.bell(BRYN, at("08:55")).at) == "2026-11-16 10:00"
    own = OwnDays(half_days=(HalfDay(MONDAY, opens_at=time(11)),))
    calendar = replace(calendar, schools={BRYN.code: own})
    assert local(calendar.bell(BRYN, at("08:55")).at) == "2026-11-16 11:00"


@pytest.mark.parametrize(
    ("lane", "clock", "rings"),
    [
        (InDay(enabled=False), "12:00", "2026-11-17 08:50"),
        (InDay(before_closing=60 * MINUTE), "14:20", "2026-11-16 15:20"),
        (InDay(before_closing=60 * MINUTE), "14:21", "2026-11-17 08:50"),
        (InDay(after_opening=-60 * MINUTE), "07:50", "2026-11-16 15:20"),
        (InDay(after_opening=-60 * MINUTE), "07:49", "2026-11-16 08:50"),
        (InDay(after_opening=60 * MINUTE), "09:49", "2026-11-17 08:50"),
    ],
)
def test_the_edges_of_the_lane_are_the_policys(lane: InDay, clock: str, rings: str) -> None:
    assert local(porth_awel().bell(BRYN, at(clock), lane).at) == rings


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 10, 23), "11:00"),
        (date(2026, 11, 2), "12:00"),
        (date(2027, 3, 25), "12:00"),
        (date(2027, 4, 12), "11:00"),
    ],
)
def test_a_half_days_bell_is_a_local_time_before_and_behind_both_clock_changes(
    day: date, utc: str
) -> None:
    calendar = replace(porth_awel(), half_days=(HalfDay(day, closes_at=time(12)),))
    closes = calendar.bell(BRYN, at("09:00", day)).at
    assert (local(closes), f"{closes:%H:%M}") == (f"{day} 12:00", utc)


# --- sudden closures -----------------------------------------------------------------------------


def test_a_closed_school_is_due_at_its_next_open_day_and_no_other_is() -> None:
    roath = a_school("Roath Primary School", "9992001")
    known = in_force(a_directory([BRYN, roath]))
    snow = known.with_closures({BRYN.code: (DayRange(MONDAY, MONDAY, "snow"),)})
    policy, raised = ladders()[Leg.SCHOOL], at("07:00")
    moved = replanned(snow, policy, BRYN.code, raised, at("08:50"), at("07:15"))
    assert moved is not None
    assert local(moved.at) == "2026-11-17 08:50"
    assert replanned(snow, policy, roath.code, raised, at("08:50"), at("07:15")) is None
    assert replanned(known, policy, BRYN.code, raised, at("08:50"), at("07:15")) is None


def test_no_deadline_moves_into_the_past() -> None:
    known = in_force(a_directory([BRYN]))
    policy, tuesday = ladders()[Leg.SCHOOL], at("08:50") + timedelta(days=1)
    late = replanned(known, policy, BRYN.code, at("07:00"), tuesday, at("10:00"))
    assert late is not None
    assert local(late.at) == "2026-11-16 15:20"
    assert replanned(known, policy, BRYN.code, at("07:00"), tuesday, at("15:00")) is None


# --- quiet hours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "clock", "until"),
    [
        (NIGHT, "21:59", None),
        (NIGHT, "22:00", "2026-11-17 06:30"),
        (NIGHT, "23:59:59", "2026-11-17 06:30"),
        (NIGHT, "00:00", "2026-11-16 06:30"),
        (NIGHT, "06:29", "2026-11-16 06:30"),
        (NIGHT, "06:30", None),
        (QuietHours(time(12), time(13)), "12:30", "2026-11-16 13:00"),
        (QuietHours(time(12), time(13)), "13:00", None),
    ],
)
def test_quiet_hours_reach_across_midnight(
    quiet: QuietHours, clock: str, until: str | None
) -> None:
    found = quiet.until(at(clock))
    assert (found and local(found)) == until


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 7.5), (AUTUMN, 9.5)])
def test_a_night_of_a_clock_change_ends_at_the_same_local_time(night: date, hours: float) -> None:
    before = night - timedelta(days=1)
    begins = at("22:00", before)
    ends = NIGHT.until(begins)
    assert ends is not None
    assert local(ends) == f"{night} 06:30"
    assert ends - begins == timedelta(hours=hours)


def test_of_an_hour_that_comes_twice_no_moment_is_quiet_behind_the_end() -> None:
    early = QuietHours(time(22), time(1, 30))
    end = datetime.combine(AUTUMN, time(1, 30), LONDON).astimezone(UTC)
    assert early.until(end - MINUTE) == end
    assert early.until(end + 30 * MINUTE) is None


@given(MOMENTS)
def test_a_quiet_moment_ends_within_the_night_and_is_not_quiet_then(moment: datetime) -> None:
    if ends := NIGHT.until(moment):
        assert moment < ends <= moment + timedelta(hours=10)
        assert NIGHT.until(ends) is None


def quiet_ladder(*steps: EscalationStep) -> EscalationPolicy:
    return replace(a_ladder(*steps), quiet=NIGHT)


DSP, LATER = EscalationStep((Role.DSP,)), EscalationStep((Role.DEPUTY_DSP,), after=10 * MINUTE)


def test_the_first_step_does_not_wait_and_the_next_waits_for_the_morning() -> None:
    policy, raised, bell = quiet_ladder(DSP, LATER), at("23:00"), at("08:50") + timedelta(days=1)
    first = next_action(policy, Climb(raised, bell, 0, None), raised, someone_unreached=False)
    assert isinstance(first, Tell)
    climb = Climb(raised, bell, 1, raised)
    morning = at("06:30") + timedelta(days=1)
    assert next_action(policy, climb, at("23:11"), someone_unreached=False) == Wait(morning)
    told = next_action(policy, climb, morning, someone_unreached=False)
    assert isinstance(told, Tell)
    assert (told.waited, told.planned_at) == (Waited.QUIET, at("23:10"))
    urgent = replace(climb, urgent=True)
    assert isinstance(next_action(policy, urgent, at("23:11"), someone_unreached=False), Tell)
    assert isinstance(next_action(policy, climb, at("23:11"), someone_unreached=True), Tell)


def test_no_wait_goes_past_the_bell() -> None:
    policy, raised, bell = quiet_ladder(DSP, LATER), at("05:00"), at("06:30")
    climb = Climb(raised, bell, 1, raised)
    assert isinstance(next_action(policy, climb, at("05:10"), someone_unreached=False), Tell)


def test_a_reminder_in_the_night_comes_in_the_morning() -> None:
    policy = quiet_ladder(DSP)
    climb = Climb(at("20:00"), at("20:30"), 1, at("21:45"))
    morning = at("06:30") + timedelta(days=1)
    assert next_action(policy, climb, at("22:20"), someone_unreached=False) == Wait(morning)


# --- holidays ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clock", "until"),
    [
        (END_OF_TERM, "08:00", None),
        (END_OF_TERM, "12:00", None),
        (END_OF_TERM, "15:30", "2027-01-03 12:00"),
        (CHRISTMAS, "10:00", "2027-01-03 12:00"),
        (date(2027, 1, 3), "11:59", "2027-01-03 12:00"),
        (date(2027, 1, 3), "12:00", None),
        (date(2027, 1, 4), "08:00", None),
        (date(2026, 11, 20), "22:00", None),
        (date(2026, 10, 27), "10:00", "2026-11-01 12:00"),
    ],
)
def test_a_hold_ends_at_noon_before_the_first_pupil_day(
    day: date, clock: str, until: str | None
) -> None:
    calendar, moment = porth_awel(), at(clock, day)
    found = hold_until(HOLD, calendar, BRYN, moment, calendar.bell(BRYN, moment))
    assert (found and local(found)) == until


def test_a_week_of_snow_is_no_holiday() -> None:
    week = DayRange(MONDAY, MONDAY + timedelta(days=4), "snow")
    calendar = porth_awel().with_sudden({BRYN.code: (week,)})
    bell = calendar.bell(BRYN, at("07:00"))
    assert local(bell.at) == "2026-11-23 08:50"
    assert hold_until(HOLD, calendar, BRYN, at("07:00"), bell) is None


def test_where_no_term_lies_ahead_nothing_is_held() -> None:
    calendar, moment = porth_awel(), at("16:00", date(2028, 7, 21))
    assert hold_until(HOLD, calendar, BRYN, moment, calendar.bell(BRYN, moment)) is None


def test_a_held_ladder_begins_at_the_holds_end() -> None:
    raised, ends = at("16:00", END_OF_TERM), at("12:00", date(2027, 1, 3))
    bell = at("08:50", date(2027, 1, 4))
    policy = a_ladder(DSP, LATER)
    climb = Climb(raised, bell, 0, None, held_until=ends)
    assert next_action(policy, climb, raised, someone_unreached=False) == Wait(ends)
    told = next_action(policy, climb, ends, someone_unreached=False)
    assert isinstance(told, Tell)
    assert (told.waited, told.planned_at) == (Waited.HOLIDAY, raised)
    second = next_action(
        policy, replace(climb, next_step=1, last_told_at=ends), ends, someone_unreached=False
    )
    assert second == Wait(ends + 10 * MINUTE)


def test_references_of_one_child_stand_together_and_no_name_comes_out() -> None:
    anna, ben = Child(1, "Anna", "Synthetic"), Child(1, "Ben", "Synthetic")
    kept = [("ENC-1", anna), ("ENC-2", ben), ("ENC-3", replace(anna, number=2))]
    assert together(kept) == ((("ENC-1", "ENC-3"),), (("ENC-2",),))
    siblings = [("ENC-1", anna), ("ENC-1", ben)]
    assert together(siblings) == ((), (("ENC-1",),))


# --- too little time -----------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "due", "short"),
    [
        ("08:30", ["08:30:00", "08:40:00", "08:50:00"], False),
        ("08:40", ["08:40:00", "08:45:00", "08:50:00"], True),
        ("08:45", ["08:45:00", "08:47:30", "08:50:00"], True),
        ("08:49:50", ["08:49:50", "08:49:55", "08:50:00"], True),
    ],
)
def test_a_late_notice_pulls_the_steps_before_the_bell_together(
    raised: str, due: Sequence[str], short: bool
) -> None:
    policy = ladders()[Leg.SCHOOL]
    times = due_times(policy, at(raised), at("08:50"))
    assert [f"{instant.astimezone(LONDON):%H:%M:%S}" for instant in times] == due
    assert compressed(policy, at(raised), at("08:50")) is short


@given(LADDERS, MOMENTS, SPANS)
def test_each_step_meant_before_the_bell_is_told_before_it_if_there_is_any_time(
    policy: EscalationPolicy, raised: datetime, to_bell: timedelta
) -> None:
    bell = raised + max(to_bell, MINUTE)
    times = due_times(policy, raised, bell)
    for step, instant in zip(policy.steps, times, strict=True):
        assert instant < bell or not step.is_before_the_bell


def test_lane_nights_and_holidays_survive_being_written_down() -> None:
    policy = replace(
        ladders()[Leg.SCHOOL],
        in_day=InDay(False, 5 * MINUTE, 7 * MINUTE),
        quiet=NIGHT,
        holiday=Holiday(Send.HOLIDAY_LIST, 6, time(13, 30)),
    )
    assert policy_of(policy.plain()) == policy
