"""What the sender of a CSV is told of it: every fault by its line and heading."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotReadableError, RefusedError
from bot.domain.incident import Submission
from bot.intake.csv_notices import read_csv
from bot.intake.entry import Entry

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAK = "Zyxwv"
AT = "15/11/2026 14:26"


def sheet(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def read(*lines: str) -> list[Entry]:
    return read_csv(sheet(*lines), NOW)


def fault(entries: list[Entry]) -> str:
    (entry,) = entries
    assert isinstance(entry.outcome, RefusedError)
    assert LEAK not in str(entry.outcome)
    return str(entry.outcome)


def whole_file_fault(data: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        read_csv(data, NOW)
    assert LEAK not in str(refused.value)
    return str(refused.value)


def test_a_missing_column_is_named_with_the_line_that_was_examined() -> None:
    assert whole_file_fault(sheet("Daily return", f"URN,Forename,{LEAK}", "A1,One,x")) == (
        "line 2: must have a column for the date and time of the incident (such as Date/Time of "
        "Incident, occurred_at, or Incident Date and Incident Time)"
    )
    assert whole_file_fault(b"").startswith("line 1: must have a column for the source reference")


def test_a_byte_that_means_nothing_spoils_its_own_line_only() -> None:
    data = sheet("URN,Occurred at,Forename", f"A1,{AT},One", f"B1,{AT},").rstrip() + b"Zyxwv\x81"
    good, bad = read_csv(data, NOW)
    assert isinstance(good.outcome, Submission)
    assert fault([bad]) == (
        "line 3: must be text in UTF-8 or Windows-1252, and a byte of it is neither"
    )
    assert whole_file_fault(b"URN\x81,Occurred at,Forename,URN\n").startswith("line 1")


def test_broken_utf_16_is_not_readable() -> None:
    with pytest.raises(NotReadableError):
        read_csv(b"\xff\xfeA", NOW)


def test_rows_that_contradict_each_other_are_refused_with_both_lines() -> None:
    entries = read("URN,Occurred at,Forename,Location", f"A1,{AT},One,Here", f"A1,{AT},Two,{LEAK}")
    assert fault(entries) == (
        "line 3, Location: must say the same as line 2, which is of the same incident"
    )


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("DOB", "31/02/2016", "line 2, DOB: must be a date that exists, day first"),
        ("DOB", "22/06/1990",
         "line 2, DOB: must be that of a child, at most 25 years before"),
        ("DOB", "22/06/2027", "line 2, DOB: must not lie after today"),
        ("Seen", LEAK, "line 2, Seen: must be yes, no or unknown (Y, N or U)"),
        ("Year", "20", "line 2, Year: must be at most 14"),
        ("School", LEAK * 101, "line 2, School: must be at most 500 characters long"),
        ("Voice", f"{LEAK}\x07",
         "line 2, Voice: must not hold control characters other than tab and line breaks"),
        ("Date sent", "21/11/2026",
         "line 2, Date sent: must not lie more than 5 minutes ahead of now"),
        ("Release", LEAK, "line 2, Release: must name only circumstances, voice, police_action, "
         "looked_after, or be all or none"),
        ("risk.value", LEAK, "line 2, risk.value: must be given"),
        ("DASH", LEAK * 101, "line 2, DASH: must be at most 500 characters long"),
        ("Seen", f"Y,{LEAK}", "line 2: must have at most 4 cells, as the headings have, and has 5"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_by_line_and_heading(header: str, row: str, says: str) -> None:
    assert fault(read(f"URN,Occurred at,Forename,{header}", f"A1,{AT},One,{row}")) == says


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f",{AT},One", "line 2, URN: must be given"),
        ("A1,,One", "line 2, Occurred at: must be given"),
        ("A1,15/11/2026,One",
         "line 2, Occurred at: must have a time as well as a date, such as 14:26"),
        ("A1,21/11/2026 10:00,One",
         "line 2, Occurred at: must not lie more than 5 minutes ahead of now"),
        (f"A1,{AT},'", "line 2: must have a given_name or a family_name"),
        (f"A1,{AT},{LEAK * 101}", "line 2, Forename: must be at most 500 characters long"),
    ],
)  # fmt: skip
def test_what_is_mandatory_is_asked_for_by_line(row: str, says: str) -> None:
    assert fault(read("URN,Occurred at,Forename", row)) == says


def test_a_date_without_any_time_is_refused() -> None:
    says = "must have a time as well as a date, such as 14:26"
    entries = read("URN,Incident Date,Incident Time,Forename", "A1,15/11/2026,,One")
    assert fault(entries) == f"line 2, Incident Time: {says}"
    entries = read("URN,Incident Date,Forename", "A1,15/11/2026,One")
    assert fault(entries) == f"line 2, Incident Date: {says}"


def test_quotation_marks_that_do_not_match_swallow_no_rows() -> None:
    data = sheet("URN,Occurred at,Forename", f'A1,{AT},"{LEAK}', f"B1,{AT},Two")
    assert whole_file_fault(data).startswith("line 2: the quotation marks of this row must match")


def test_a_cell_may_hold_line_breaks_and_lines_are_still_counted() -> None:
    entries = read("URN,Occurred at,Forename,Voice", f'A1,{AT},One,"a\r\nb"', f"B1,{AT},'")
    assert entries[0].lines == (2,)
    assert fault(entries[1:]) == "line 4: must have a given_name or a family_name"


cell = st.sampled_from(["A1", AT, "One", "Y", "'", '"', "\r\n", "=1", "\0", "é"]) | st.text()
heading = st.sampled_from(["URN", "Occurred at", "Forename", "DOB", "DASH", "Release", "x", ""])


@given(
    st.lists(heading, max_size=6),
    st.lists(st.lists(cell, max_size=7), max_size=4),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_sheet_is_read_or_refused(
    headings: list[str], rows: list[list[str]], separator: str
) -> None:
    text = "\n".join(separator.join(row) for row in [headings, *rows])
    with suppress(RefusedError):
        for entry in read_csv(text.encode("utf-8", "replace"), NOW):
            assert isinstance(entry.outcome, Submission | RefusedError)


@given(st.binary(), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, with_header: bool) -> None:
    header = b"URN,Occurred at,Forename\n" if with_header else b""
    with suppress(RefusedError):
        read_csv(header + data, NOW)
