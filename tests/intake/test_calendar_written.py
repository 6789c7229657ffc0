"""A form's days in a calendar's text: read again it says what the form said, and nothing else."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import DayRange, HalfDay
from bot.domain.calendar_days import Days, days_of, in_order
from bot.intake.calendar_toml import read_calendar
from bot.intake.calendar_written import new_calendar, with_days

SHIPPED = (Path(__file__).parents[2] / "config" / "calendars" / "porth-awel.toml").read_text()
ON = st.dates(date(2026, 1, 1), date(2029, 12, 31))
WHY = st.text(st.characters(codec="utf-8"), max_size=12).map(str.strip)
CLOSED = st.builds(
    lambda first, days, why: DayRange(first, first + timedelta(days), why),
    ON, st.integers(0, 20), WHY,
)  # fmt: skip
HALF_DAYS = st.builds(HalfDay, ON, st.none(), st.just(time(12, 30)), WHY)


@st.composite
def drawn_days(draw: st.DrawFn) -> Days:
    starts = sorted(draw(st.sets(st.integers(0, 20), min_size=1, max_size=4)))
    begin = date(2026, 9, 1)
    terms = tuple(
        DayRange(begin + timedelta(60 * n), begin + timedelta(60 * n + 40), draw(WHY))
        for n in starts
    )
    half = draw(st.lists(HALF_DAYS, max_size=3, unique_by=lambda one: one.on))
    closed, inset = draw(st.lists(CLOSED, max_size=4)), draw(st.lists(ON, max_size=4))
    return in_order(Days(terms, tuple(closed), tuple(inset), tuple(half)))


@given(drawn_days())
def test_a_calendar_from_a_form_is_read_as_it_was_meant(days: Days) -> None:
    text = with_days(SHIPPED, days)
    before, now = read_calendar(SHIPPED.encode(), ""), read_calendar(text.encode(), "")
    assert days_of(now) == days
    assert (now.schools, now.name, now.timezone) == (before.schools, before.name, before.timezone)
    assert "# The school calendar of Porth Awel" in text, "remarks stay where they were"
    assert '[schools."9992001"] # a school\'s own days' in text
    assert with_days(text, days) == text


@given(drawn_days())
def test_a_new_calendar_is_read_as_it_was_meant(days: Days) -> None:
    found = read_calendar(new_calendar('The "Valleys"', days).encode(), "")
    assert (days_of(found), found.name) == (days, 'The "Valleys"')
    assert found.bank_holidays, "they are built in"


@pytest.mark.parametrize(
    "text",
    [
        'name = "A"\ntimezone = "Europe/London"\nbank_holidays = "none"\n'
        '[[terms]]\nfrom = 2026-09-02\nto = 2026-12-18\n[schools."9992001"]\n'
        'inset = [2026-12-01]\nclosed = [{ from = 2026-12-02, to = 2026-12-02, why = "a" }]',
        '"terms" = [{from = 2026-09-02, to = 2026-12-18}]\nname = "A"\r\n'
        'timezone = "Europe/London"\nbank_holidays = "none"',
        'name = "A"\ntimezone = "Europe/London"\nterms = [ # three\n'
        "  {from = 2026-09-02, to = 2026-12-18},\n]\nextra_bank_holidays = [2026-12-04]\n"
        'bank_holidays = "none"',
    ],
)
def test_however_a_calendar_is_written_its_days_can_be_changed(text: str) -> None:
    days = replace(days_of(read_calendar(text.encode(), "")), inset=(date(2026, 11, 27),))
    before, now = (read_calendar(t.encode(), "") for t in (text, with_days(text, days)))
    assert days_of(now) == days
    assert replace(now, inset=before.inset) == before
