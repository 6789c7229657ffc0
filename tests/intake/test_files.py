"""Files by their names; and one incident is the same whichever file it came in."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import NotReadableError
from bot.domain.incident import Incident, Submission, merged
from bot.intake.entry import Entry
from bot.intake.files import read_file, read_sheet

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LOST_LETTERS = {"2636840082", "2627061583"}
"""Incidents of children named Nguyễn: Windows-1252 has no ễ, so the CSV says NGUY?N."""


def submissions(entries: list[Entry]) -> dict[str, Submission]:
    taken = [entry.outcome for entry in entries if isinstance(entry.outcome, Submission)]
    assert len(taken) == len(entries)
    return {submission.incident.source_reference: submission for submission in taken}


def sample(data: Path, name: str) -> dict[str, Submission]:
    return submissions(read_file(name, (data / name).read_bytes(), NOW))


@pytest.mark.parametrize(
    ("name", "incidents", "children"),
    [
        ("notifications.json", 40, 69),
        ("police-daily.csv", 25, 43),
        ("police-daily.xlsx", 25, 43),
    ],
)
def test_the_sample_files_are_read_wholly(
    data: Path, name: str, incidents: int, children: int
) -> None:
    taken = sample(data, name)
    assert len(taken) == incidents
    assert sum(len(submission.incident.children) for submission in taken.values()) == children
    assert all(submission.ignored == () for submission in taken.values())


def test_the_workbook_says_nothing_that_the_json_did_not(data: Path) -> None:
    """After merging, every incident is exactly the JSON's: the sheet is the thinner form of it."""
    of_json, of_sheet = sample(data, "notifications.json"), sample(data, "police-daily.xlsx")
    for reference, submission in of_sheet.items():
        before = of_json[reference].incident
        assert merged(before, submission) == before


def test_the_csv_says_nothing_that_the_json_did_not(data: Path) -> None:
    """Nor where it lost a letter on its way: a child born the same day keeps its fuller name."""
    of_json, of_sheet = sample(data, "notifications.json"), sample(data, "police-daily.csv")
    assert set(of_sheet) >= LOST_LETTERS
    for reference, submission in of_sheet.items():
        before = of_json[reference].incident
        assert merged(before, submission) == before


def test_csv_and_workbook_of_one_day_are_the_same_incidents(data: Path) -> None:
    def but_lost(name: str) -> dict[str, Incident]:
        taken = sample(data, name)
        return {ref: s.incident for ref, s in taken.items() if ref not in LOST_LETTERS}

    assert but_lost("police-daily.csv") == but_lost("police-daily.xlsx")


def test_a_sheet_of_a_thousand_rows_is_read_row_for_row(data: Path) -> None:
    text = (data / "police-daily.csv").read_bytes().decode("cp1252")
    header, *rows = csv.reader(io.StringIO(text))
    out = io.StringIO()
    csv.writer(out).writerows([header, *([str(n), *rows[n % len(rows)][1:]] for n in range(1000))])
    assert len(submissions(read_file("day.CSV", out.getvalue().encode(), NOW))) == 1000


@pytest.mark.parametrize("name", ["day.xls", "day.pdf", "day", ".csv.exe"])
def test_a_file_of_another_kind_is_refused_with_the_kinds_accepted(name: str) -> None:
    with pytest.raises(NotReadableError) as refused:
        read_file(name, b"", NOW)
    assert str(refused.value) == "must be a file whose name ends in one of .json, .csv, .xlsx"
    with pytest.raises(NotReadableError) as refused:
        read_sheet(b"[]", "day.json", NOW)
    assert str(refused.value) == "must be a file whose name ends in one of .csv, .xlsx"


def test_a_file_too_large_to_be_a_days_notices_is_refused() -> None:
    with pytest.raises(NotReadableError) as refused:
        read_file("day.csv", b"\0" * (50 * 1024 * 1024 + 1), NOW)
    assert str(refused.value) == "must be a file of at most 50 MiB"
