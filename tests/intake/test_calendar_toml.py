"""config/calendars/NAME.toml: the shipped calendar, and what is refused in one."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import DayRange, OwnDays
from bot.domain.errors import RefusedError
from bot.intake.calendar_toml import read_calendar

LEAK = "Zyxwv"
SHIPPED = (Path(__file__).parents[2] / "config" / "calendars" / "porth-awel.toml").read_text()
LEAST = """
name = "Least"
timezone = "Europe/London"
terms = [{ from = 2026-09-02, to = 2026-12-18 }, { from = 2027-01-04, to = 2027-03-25 }]
bank_holidays = "none"
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "code", "why"),
    [
        ("2026-11-20", "9992001", None),
        ("2026-11-21", "9992001", "weekend"),
        ("2026-10-28", "9992001", "half term"),
        ("2026-11-27", "9994002", "INSET"),
        ("2026-12-01", "9992001", "INSET"),
        ("2026-12-01", "9994002", None),
        ("2026-12-21", "9994002", "out of term"),
        ("2026-12-25", "9994002", "bank holiday"),
        ("2027-01-04", "9994002", None),
        ("2027-05-03", "9994002", "bank holiday"),
        ("2028-07-20", "9994002", None),
    ],
)
def test_the_shipped_calendar_knows_its_pupil_days(on: str, code: str, why: str | None) -> None:
    calendar = read_calendar(SHIPPED.encode(), "porth-awel.toml")
    assert calendar.why_not_a_pupil_day(day(on), code) == why


def test_the_shipped_calendar_begins_as_the_contracts_and_ends_in_july_2028() -> None:
    calendar = read_calendar(SHIPPED.encode(), "porth-awel.toml")
    assert (calendar.name, calendar.timezone) == ("Porth Awel", "Europe/London")
    assert [(term.first_on, term.last_on) for term in calendar.terms[:2]] == [
        (day("2026-09-02"), day("2026-12-18")),
        (day("2027-01-04"), day("2027-03-25")),
    ]
    assert calendar.closed[0] == DayRange(day("2026-10-26"), day("2026-10-30"), "half term")
    assert calendar.schools == {"9992001": OwnDays(inset=frozenset({day("2026-12-01")}))}
    assert calendar.last_day == day("2028-07-20")


def test_bank_holidays_may_be_none_or_added_to() -> None:
    calendar = read_calendar(LEAST.encode(), "least.toml")
    assert calendar.bank_holidays == frozenset()
    more = LEAST.replace('"none"', '"england-and-wales"\nextra_bank_holidays = [2027-02-01]')
    calendar = read_calendar(more.encode(), "least.toml")
    assert {day("2027-02-01"), day("2026-12-28"), day("2027-03-26")} <= calendar.bank_holidays


def test_bank_holidays_reach_beyond_the_last_term() -> None:
    calendar = read_calendar(SHIPPED.encode(), "porth-awel.toml")
    assert day("2029-01-01") in calendar.bank_holidays


DAY = "must be a date without quotation marks, such as 2026-11-22"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "Least"', "", "name: must be given, as a text that is not empty"),
        ("Europe/London", "Europe/Zyxwv",
         "timezone: must be the name of a time zone, such as Europe/London"),
        ("Europe/London", "../../etc/passwd",
         "timezone: must be the name of a time zone, such as Europe/London"),
        ("terms = ", "semesters = ", None),
        ("2027-01-04", "2026-12-18",
         "terms: must stand in order, and none may begin before the last one has ended"),
        ("to = 2026-12-18", "to = 2026-09-01", "terms[0].to: must not lie before its from"),
        ("to = 2026-12-18", 'to = "2026-12-18"', f"terms[0].to: {DAY}"),
        ("to = 2026-12-18", "until = 2026-12-18", None),
        ("2027-03-25", "9999-03-25", "terms[1]: must lie in this century"),
        ('"none"', '"scotland"', "bank_holidays: must be england-and-wales or none"),
        ('bank_holidays = "none"', "",
         "bank_holidays: must be given, as a text that is not empty"),
        ('"none"', '"none"\ninset = ["2026-11-27"]', f"inset[0]: {DAY}"),
        ('"none"', '"none"\ninset = 2026-11-27',
         "inset: must be a list of dates, such as [2026-11-27]"),
        ('"none"', '"none"\nclosed = [2026-11-27]', "closed: must be a list of tables"),
        ('"none"', '"none"\nholiday = 1', "holiday: must be one of name, timezone, terms, closed, "
         'inset, half_days, bank_holidays, extra_bank_holidays, schools."CODE" '
         "(with closed, inset and half_days)"),
        ('"none"', '"none"\n[schools."12"]\ninset = []',
         "schools.12: must be a school's code of 7 digits, in quotation marks"),
        ('"none"', '"none"\n[schools.9992001]\ninset = [2026-12-01T08:00:00]',
         f"schools.9992001.inset[0]: {DAY}"),
        ('"none"', '"none"\n[schools.9992001]\nclosure = []',
         "schools.9992001.closure: must be one of closed, inset, half_days"),
        ('"none"', '"none"\nschools = 1',
         "schools: must be a table, and is missing or something else"),
    ],
)  # fmt: skip
def test_a_slip_in_a_calendar_is_told_by_its_key(old: str, new: str, fault: str | None) -> None:
    assert old in LEAST
    with pytest.raises(RefusedError) as refused:
        read_calendar(LEAST.replace(old, new, 1).encode(), "least.toml")
    found = [str(one) for one in refused.value.faults]
    assert LEAK not in str(found)
    assert found == [fault] if fault else len(found) == 2


def test_a_calendar_without_a_term_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        read_calendar(b'name = "A"\ntimezone = "UTC"\nbank_holidays = "none"\nterms = []', "a.toml")
    assert str(refused.value) == "terms: must hold at least one term"


pieces = st.sampled_from([*SHIPPED.splitlines(), *LEAST.splitlines(), "terms = 3", "inset = [1]"])


@given(st.binary() | st.lists(pieces, max_size=20).map(lambda lines: "\n".join(lines).encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(RefusedError):
        read_calendar(body, "any.toml")
