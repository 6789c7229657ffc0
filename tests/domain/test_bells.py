"""The deadline of an alert is that school's own next bell."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WEEKDAYS, Calendar, DayRange, Lane, OwnDays
from bot.domain.school import School
from tests.builders import LONDON, MONDAY, at
from tests.domain.drawn import MOMENTS
from tests.domain.town import a_school, local, porth_awel

BRYN = a_school()
ROATH = a_school("Roath Primary School", "9992001")  # INSET of its own on 1 December 2026
FRIDAY = date(2026, 11, 20)
SCHOOLS = st.builds(
    lambda hours, minutes, code: a_school(
        code=code,
        opens_at=time(hours, minutes),
        closes_at=time(hours + 6, minutes),
    ),
    st.integers(7, 10),
    st.integers(0, 59),
    st.sampled_from(["9992001", "9992009"]),
)


def bell(school: School, clock: str, on: date = MONDAY) -> str:
    return local(porth_awel().bell(school, at(clock, on)).at)


@pytest.mark.parametrize(
    ("clock", "rings", "lane"),
    [
        ("07:00", "2026-11-16 08:50", Lane.NEXT_DAY),
        ("08:49", "2026-11-16 08:50", Lane.NEXT_DAY),
        ("08:50", "2026-11-16 15:20", Lane.IN_DAY),
        ("12:00", "2026-11-16 15:20", Lane.IN_DAY),
        ("14:50", "2026-11-16 15:20", Lane.IN_DAY),
        ("14:50:01", "2026-11-17 08:50", Lane.NEXT_DAY),
        ("15:20", "2026-11-17 08:50", Lane.NEXT_DAY),
        ("23:59:59", "2026-11-17 08:50", Lane.NEXT_DAY),
    ],
)
def test_the_in_day_lane_is_from_the_opening_to_half_an_hour_before_the_closing_bell(
    clock: str, rings: str, lane: Lane
) -> None:
    found = porth_awel().bell(BRYN, at(clock))
    assert (local(found.at), found.lane, found.assumed) == (rings, lane, False)


def test_a_night_alert_before_a_weekend_is_due_at_mondays_bell() -> None:
    assert bell(BRYN, "22:00", FRIDAY) == "2026-11-23 08:50"
    assert bell(BRYN, "12:00", date(2026, 11, 21)) == "2026-11-23 08:50"
    assert bell(BRYN, "12:00", date(2026, 11, 22)) == "2026-11-23 08:50"


def test_an_inset_day_of_the_authority_is_not_a_pupil_day() -> None:
    assert bell(BRYN, "07:00", date(2026, 11, 27)) == "2026-11-30 08:50"
    # Staff are in at noon, pupils are not: no in-day lane.
    assert bell(BRYN, "12:00", date(2026, 11, 27)) == "2026-11-30 08:50"


def test_a_schools_own_inset_day_is_that_schools_alone() -> None:
    first_of_december = date(2026, 12, 1)
    assert bell(ROATH, "07:00", first_of_december) == "2026-12-02 08:50"
    assert bell(BRYN, "07:00", first_of_december) == "2026-12-01 08:50"


def test_half_term_and_holidays_are_passed_over() -> None:
    assert bell(BRYN, "16:00", date(2026, 10, 23)) == "2026-11-02 08:50"
    assert bell(BRYN, "16:00", date(2026, 12, 18)) == "2027-01-04 08:50"
    assert bell(BRYN, "07:00", date(2027, 5, 3)) == "2027-05-04 08:50"  # a bank holiday in term


def test_a_closure_of_one_school_moves_its_bell_alone() -> None:
    snow = OwnDays(closed=(DayRange(MONDAY, MONDAY, "snow"),))
    calendar = Calendar(
        "c", LONDON.key, (DayRange(MONDAY, FRIDAY),), schools={BRYN.code: snow}
    )  # fmt: skip
    assert local(calendar.bell(BRYN, at("07:00")).at) == "2026-11-17 08:50"
    assert local(calendar.bell(ROATH, at("07:00")).at) == "2026-11-16 08:50"
    assert calendar.why_not_a_pupil_day(MONDAY, BRYN.code) == "snow"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (MONDAY, None),
        (date(2026, 11, 21), "weekend"),
        (date(2026, 10, 28), "half term"),
        (date(2026, 11, 27), "INSET"),
        (date(2027, 5, 3), "bank holiday"),
        (date(2026, 12, 21), "out of term"),
    ],
)
def test_every_day_without_pupils_has_its_reason(day: date, why: str | None) -> None:
    assert porth_awel().why_not_a_pupil_day(day, BRYN.code) == why


def test_after_the_last_term_the_next_weekday_is_assumed_and_says_so() -> None:
    found = porth_awel().bell(BRYN, at("16:00", date(2028, 7, 20)))
    assert (local(found.at), found.assumed) == ("2028-07-21 08:50", True)
    found = porth_awel().bell(BRYN, at("16:00", date(2028, 7, 21)))
    assert (local(found.at), found.assumed) == ("2028-07-24 08:50", True)
    # The August bank holiday of that year is known, though no term lies there.
    assert local(porth_awel().bell(BRYN, at("12:00", date(2028, 8, 25))).at) == "2028-08-29 08:50"


def test_a_school_without_a_calendar_keeps_a_deadline() -> None:
    found = WEEKDAYS.bell(BRYN, at("22:00", FRIDAY))
    assert (local(found.at), found.assumed) == ("2026-11-23 08:50", True)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        # Clocks go back on 25 October 2026, forward on 28 March 2027.
        (date(2026, 10, 25), "2026-10-23T07:50:00+00:00", "2026-10-26T08:50:00+00:00"),
        (date(2027, 3, 28), "2027-03-26T08:50:00+00:00", "2027-03-29T07:50:00+00:00"),
    ],
)
def test_a_bell_is_right_to_the_minute_on_both_sides_of_a_change_of_the_clocks(
    change: date, before: str, after: str
) -> None:
    term = DayRange(change - timedelta(days=9), change + timedelta(days=9))
    calendar = Calendar("c", LONDON.key, (term,))
    friday, monday = change - timedelta(days=2), change + timedelta(days=1)
    assert calendar.bell(BRYN, at("00:30", friday)).at.isoformat() == before
    for moment in (at("22:00", friday), at("00:30", change), at("04:00", change)):
        assert calendar.bell(BRYN, moment).at.isoformat() == after
    closing = calendar.bell(BRYN, at("09:00", monday))
    assert (local(closing.at)[-5:], closing.lane) == ("15:20", Lane.IN_DAY)


def test_the_night_of_a_change_of_the_clocks_never_moves_a_bell() -> None:
    """Asked through the hour that is there twice, and through the one that is not there."""
    for night in (datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)):
        calendar = Calendar("c", LONDON.key, (DayRange(date(2026, 9, 1), date(2027, 6, 1)),))
        asked = [night + timedelta(minutes=10 * n) for n in range(24)]
        rings = {local(calendar.bell(BRYN, moment).at)[-5:] for moment in asked}
        assert rings == {"08:50"}


@given(SCHOOLS, MOMENTS)
def test_a_bell_lies_ahead_and_is_an_opening_or_todays_closing(
    school: School, moment: datetime
) -> None:
    calendar = porth_awel()
    found = calendar.bell(school, moment)
    assert found.at > moment
    day, clock = found.at.astimezone(LONDON).date(), found.at.astimezone(LONDON).time()
    if found.lane is Lane.IN_DAY:
        assert clock == school.closes_at
        assert day == moment.astimezone(LONDON).date()
        assert found.at - moment >= timedelta(minutes=30)
    else:
        assert clock == school.opens_at
    if found.assumed:
        assert day > calendar.last_day or moment.astimezone(LONDON).date() >= calendar.last_day
        assert day.weekday() < 5
    else:
        assert calendar.why_not_a_pupil_day(day, school.code) is None


@given(SCHOOLS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_a_later_alert_never_has_an_earlier_bell(
    school: School, moment: datetime, later: timedelta
) -> None:
    first, second = (porth_awel().bell(school, m).at for m in (moment, moment + later))
    assert first <= second


@given(SCHOOLS, MOMENTS)
def test_no_pupil_day_opening_lies_between_an_alert_and_its_bell(
    school: School, moment: datetime
) -> None:
    calendar = porth_awel()
    found = calendar.bell(school, moment)
    first = moment.astimezone(LONDON).date()
    for offset in range((found.at.astimezone(LONDON).date() - first).days + 1):
        day = first + timedelta(days=offset)
        opening = datetime.combine(day, school.opens_at, LONDON)
        pupils_in = calendar.why_not_a_pupil_day(day, school.code) is None
        assert not (pupils_in and moment < opening < found.at)
