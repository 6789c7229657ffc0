"""How one cell of a police sheet is understood."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import cell_dates, cells
from bot.intake.cells import CellError

LEAK = "Zyxwv"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        *[(cell, "yes") for cell in ("Y", "yes", " Yes ", "TRUE", "1", True, 1.0)],
        *[(cell, "no") for cell in ("N", "no", "No.", "false", "0", False, 0)],
        *[
            (cell, None)
            for cell in ("", " ", "'", "U", "Unknown", "Not recorded", "not_recorded", "N/K", "-")
        ],
    ],
)
def test_an_answer_is_yes_no_or_not_recorded(cell: Any, said: str | None) -> None:
    assert cells.answer(cell) == said


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("Y7", 7), ("Year 7", 7), ("7", 7), (7.0, 7), ("Yr. 10", 10), ("Year Group 11", 11),
        ("07", 7), ("R", 0), ("Reception", 0), ("Year R", 0), ("N", -1), ("Nursery", -1),
        (-1, -1), ("Blwyddyn 9", 9), ("", None), ("Unknown", None), ("N/K", None),
    ],
)  # fmt: skip
def test_a_school_year_is_read_however_it_is_written(cell: Any, year: int | None) -> None:
    assert cells.year_group(cell) == year


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("15/11/2016", "2016-11-15"), ("5/1/16", "2016-01-05"), ("15.11.2016", "2016-11-15"),
        ("15-Nov-2016", "2016-11-15"), ("15 November 2016", "2016-11-15"),
        ("1st Sept 2016", "2016-09-01"), ("2016-11-15", "2016-11-15"),
        ("15/11/2016 00:00:00", "2016-11-15"), (date(2016, 11, 15), "2016-11-15"),
        (datetime(2016, 11, 15), "2016-11-15"), (42689.0, "2016-11-15"),  # noqa: DTZ001
        ("Unknown", None), ("'", None),
    ],
)  # fmt: skip
def test_a_date_is_read_day_first(cell: Any, day: str | None) -> None:
    assert cell_dates.day(cell) == day


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("15/11/2026 14:26", "2026-11-15T14:26:00+00:00"),
        ("15/11/26 1426", "2026-11-15T14:26:00+00:00"),
        ("15.11.2026, 14.26", "2026-11-15T14:26:00+00:00"),
        ("15-Nov-2026 at 14:26 hrs", "2026-11-15T14:26:00+00:00"),
        ("15/11/2026 2:26 pm", "2026-11-15T14:26:00+00:00"),
        ("15/07/2026 14:26", "2026-07-15T13:26:00+00:00"),
        ("2026-07-15T14:26:30", "2026-07-15T13:26:30+00:00"),
        ("2026-07-15T14:26:30Z", "2026-07-15T14:26:30Z"),
        ("2026-07-15 14:26+02:00", "2026-07-15T14:26:00+02:00"),
        ("25/10/2026 01:30", "2026-10-25T00:30:00+00:00"),  # twice that night: the first
        (datetime(2026, 7, 15, 14, 26), "2026-07-15T13:26:00+00:00"),  # noqa: DTZ001
        (date(2026, 11, 15), "2026-11-15T00:00:00+00:00"),
        (46341.5, "2026-11-15T12:00:00+00:00"),
    ],
)
def test_an_instant_is_local_time_unless_it_has_an_offset(cell: Any, at: str) -> None:
    assert cell_dates.instant(cell) == at


@pytest.mark.parametrize(
    "cell", ["14:26", "1426", "2.26PM", "14:26:00", time(14, 26), timedelta(hours=14, minutes=26)]
)
def test_a_time_is_read_however_it_is_written(cell: Any) -> None:
    assert cell_dates.clock(cell) == "14:26:00"


def test_a_fraction_of_a_day_is_a_time() -> None:
    assert cell_dates.clock(0.5) == "12:00:00"


def test_the_day_on_which_a_notice_was_sent_is_enough() -> None:
    assert cell_dates.day_or_instant("15/07/2026") == "2026-07-14T23:00:00+00:00"
    assert cell_dates.day_or_instant("15/07/2026 06:00") == "2026-07-15T05:00:00+00:00"


@pytest.mark.parametrize(
    ("read", "cell", "says"),
    [
        (cells.answer, LEAK, "must be yes, no or unknown (Y, N or U)"),
        (cells.year_group, LEAK, "must be a school year, such as 7, Y7, Reception or Nursery"),
        (cells.year_group, "7/8", "must be a school year, such as 7, Y7, Reception or Nursery"),
        (cells.release, LEAK,
         "must name only circumstances, voice, police_action, looked_after, or be all or none"),
        (cells.text, 1e17, "must be stored as text: as a number it has lost its last digits"),
        (cells.text, float("nan"),
         "must be stored as text: as a number it has lost its last digits"),
        (cell_dates.day, LEAK, "must be a date, day first, such as 22/06/2016"),
        (cell_dates.day, "31/02/2016", "must be a date that exists, day first"),
        (cell_dates.day, "11/22/2016", "must be a date that exists, day first"),
        (cell_dates.day, "2/3/1066", "must be a date of this century or the last"),
        (cell_dates.day, "15/11/2016 14:26", "must be a date, day first, such as 22/06/2016"),
        (cell_dates.day, 7.0, "must be a date, such as 22/06/2016"),
        (cell_dates.day, time(14, 26), "must be a date, such as 22/06/2016"),
        (cell_dates.instant, LEAK, "must be a date and a time, such as 15/11/2026 14:26"),
        (cell_dates.instant, "15/11/2026", "must have a time as well as a date, such as 14:26"),
        (cell_dates.instant, "15/11/2026 25:00", "must be a time that exists, such as 14:26"),
        (cell_dates.instant, time(14, 26), "must be a date and a time, such as 15/11/2026 14:26"),
        (cell_dates.clock, LEAK, "must have a time as well as a date, such as 14:26"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_without_repeating_it(
    read: Any, cell: Any, says: str
) -> None:
    with pytest.raises(CellError) as refused:
        read(cell)
    assert str(refused.value) == says


def test_text_is_kept_as_it_is_and_a_number_loses_its_decimals() -> None:
    assert cells.text("  =1+1 ") == "=1+1"
    assert cells.text(2668109581.0) == "2668109581"
    assert cells.text(0.5) == "0.5"
    assert cells.text("'") is None


def test_ids_to_exclude_are_set_apart_in_any_way() -> None:
    assert cells.names("p001; p002|p003,p004\np005") == ["p001", "p002", "p003", "p004", "p005"]


def test_release_may_be_said_in_a_word() -> None:
    assert cells.release("all") == ["circumstances", "voice", "police_action", "looked_after"]
    assert cells.release("none") == []
    assert cells.release("Police Action, voice") == ["police_action", "voice"]
    assert cells.release("") is None


readers = st.sampled_from(
    [
        cells.text, cells.answer, cells.flag, cells.year_group, cells.names, cells.release,
        cell_dates.day, cell_dates.clock, cell_dates.instant, cell_dates.day_or_instant,
        cell_dates.day_with_or_without_time,
    ]
)  # fmt: skip
dates_written = st.from_regex(r"\d{1,4}[-/. ][0-9a-z]{1,4}[-/. ]\d{2,4}[ T]?[0-9:.]{0,8}[zp+-]?")
a_cell = (
    st.text()
    | dates_written
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
)


@given(readers, a_cell)
def test_any_cell_is_understood_or_refused(read: Any, cell: Any) -> None:
    with suppress(CellError):
        read(cell)
