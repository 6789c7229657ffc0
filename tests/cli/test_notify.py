"""`notify`: files of notifications, a line of outcome a row, all or nothing a file."""

import json
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.cli.desk import SAMPLES, Desk, a_notice

LINE = re.compile(r"(?P<place>\S+:\d+|\S+ \$(\[\d+\])?) (?P<reference>ENC-\w{8} )?(?P<outcome>.+)")


def held(desk: Desk, table: str = "notifications") -> int:
    database = sqlite3.connect(desk.database)
    try:
        return int(database.execute(f"select count(*) from {table}").fetchone()[0])
    finally:
        database.close()


def outcomes(lines: list[str]) -> Counter[str]:
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return Counter(match["outcome"] for match in found if match)


def references(lines: list[str]) -> set[str]:
    return set(re.findall(r"ENC-\w{8}", "\n".join(lines)))


@pytest.mark.parametrize(
    ("name", "rows", "incidents"),
    [("notifications.json", 40, 40), ("police-daily.csv", 43, 25), ("police-daily.xlsx", 43, 25)],
)
def test_a_police_file_is_taken_in_with_a_line_a_row_and_known_the_second_time(
    desk: Desk, name: str, rows: int, incidents: int
) -> None:
    first = desk.run("notify", SAMPLES / name)
    assert (first.code, first.err) == (0, "")
    assert outcomes(first.lines) == {"taken": rows}
    assert len(references(first.lines)) == held(desk) == incidents
    again = desk.run("notify", SAMPLES / name)
    assert (again.code, again.err) == (0, "")
    assert outcomes(again.lines) == {"already known": rows}
    assert references(again.lines) == references(first.lines)
    assert held(desk) == incidents
    assert held(desk, "notification_versions") == incidents


def test_the_days_sheet_after_the_feed_of_the_same_day_is_known_already(desk: Desk) -> None:
    feed = desk.run("notify", SAMPLES / "notifications.json")
    sheets = desk.run("notify", SAMPLES / "police-daily.csv", SAMPLES / "police-daily.xlsx")
    assert sheets.code == 0
    assert outcomes(sheets.lines) == {"already known": 86}
    assert references(sheets.lines) < references(feed.lines)
    assert held(desk) == 40


def test_rows_of_one_incident_share_its_reference_and_say_their_lines(desk: Desk) -> None:
    said = desk.run("notify", SAMPLES / "police-daily.csv", "--json")
    rows = [json.loads(line) for line in said.lines]
    assert [row["line"] for row in rows] == list(range(2, 45))
    assert {row["file"] for row in rows} == {"police-daily.csv"}
    assert {row["outcome"] for row in rows} == {"taken"}
    assert rows[0]["reference"] == rows[1]["reference"]
    assert len({row["reference"] for row in rows}) == 25


MIXED = [
    a_notice("2600000001"),
    a_notice("2600000002", occurred_at="soon"),
    a_notice("2600000003"),
    a_notice("2600000004", children=[]),
]


def test_one_bad_notice_keeps_the_whole_file_out(desk: Desk) -> None:
    file = desk.write("mixed.json", json.dumps(MIXED))
    said = desk.run("notify", file)
    assert said.code == 1
    assert said.err == (
        "encompass: mixed.json: 2 of 4 notifications refused; nothing of the file was taken in.\n"
    )
    assert said.lines == [
        "mixed.json $[0] not taken: the file holds refused rows",
        "mixed.json $[1] refused: $[1].occurred_at: must be a date, a time and an offset, such as "
        "2026-11-19T22:40:00+00:00",
        "mixed.json $[2] not taken: the file holds refused rows",
        "mixed.json $[3] refused: $[3].children: must hold at least one entry",
    ]
    assert held(desk) == 0
    assert held(desk, "receipts") == 2, "of each refusal a receipt stays, without content"


def test_the_good_rows_are_taken_when_that_is_asked_for(desk: Desk) -> None:
    file = desk.write("mixed.json", json.dumps(MIXED))
    for first_time in (True, False):
        said = desk.run("notify", "--accept-good", file)
        assert said.code == 1
        assert "2 of 4 notifications refused; the others were taken in." in said.err
        taken = "taken" if first_time else "already known"
        assert [line.rsplit(" ", len(taken.split()))[1:] for line in said.lines[::2]] == [
            taken.split()
        ] * 2
    assert held(desk) == 2


def test_a_bad_file_keeps_no_other_file_out(desk: Desk) -> None:
    bad = desk.write("bad.json", "{")
    good = desk.write("good.json", json.dumps(a_notice()))
    said = desk.run("notify", bad, "nowhere.csv", good)
    assert said.code == 1
    assert outcomes(said.lines) == {"taken": 1}
    assert said.err.splitlines() == [
        "encompass: bad.json cannot be read: line 1, column 2: the text must be JSON, and from "
        "here on it is not",
        "encompass: nowhere.csv: cannot be read (No such file or directory)",
    ]


WRONG_NAMES: dict[str, tuple[str, str]] = {
    "a workbook called CSV": ("police-daily.xlsx", "sheet.csv"),
    "a CSV called workbook": ("police-daily.csv", "sheet.xlsx"),
    "JSON called CSV": ("notifications.json", "sheet.csv"),
    "a CSV called JSON": ("police-daily.csv", "sheet.json"),
    "a PDF": ("police-daily.csv", "sheet.pdf"),
    "no ending": ("police-daily.csv", "sheet"),
    "people for notices": ("people.csv", "people.csv"),
}


@pytest.mark.parametrize(("source", "name"), WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    desk: Desk, source: str, name: str
) -> None:
    file = desk.write(name, (SAMPLES / source).read_bytes())
    said = desk.run("notify", file)
    assert said.code == 1
    assert said.sentence.startswith((f"{name} cannot be read: ", f"{name} was refused: "))
    assert held(desk) == 0
    [receipt] = sqlite3.connect(desk.database).execute("select raw, outcome from receipts")
    assert receipt == (None, "refused")


def test_nothing_of_a_refused_row_is_said_back(desk: Desk) -> None:
    canary = "Canary-9c1f"
    bad = a_notice(children=[{"given_name": canary, "date_of_birth": canary, "seen": canary}])
    sheet = f"Occurrence No.,Date/Time of Incident,Child Forename,DOB\n1,{canary},{canary},{canary}"
    files = [desk.write("bad.json", json.dumps(bad)), desk.write("bad.csv", sheet)]
    said = desk.run("notify", *files)
    assert said.code == 1
    assert canary not in said.out + said.err


def test_fields_that_are_not_understood_are_named(desk: Desk) -> None:
    file = desk.write("one.json", json.dumps(a_notice(weather="rain")))
    said = desk.run("notify", file)
    assert said.code == 0
    assert said.out.rstrip().endswith("taken; not understood and kept as it came: $.weather")


def test_a_file_may_be_taken_in_in_a_partners_name(desk: Desk) -> None:
    file = desk.write("one.json", json.dumps(a_notice()))
    unknown = desk.run("notify", "--partner", "North Force", file)
    assert unknown.code == 1
    assert unknown.sentence.startswith("There is no partner North Force; there are: ")
    desk.run("key", "create", "--partner", "North Force")
    assert desk.run("notify", "--partner", "North Force", file).code == 0
    assert outcomes(desk.run("notify", file).lines) == {"already known": 1}, (
        "the desk speaks for it"
    )


def test_yesterdays_sheet_again_undoes_no_correction(desk: Desk) -> None:
    sheet = SAMPLES / "police-daily.csv"
    desk.run("notify", sheet)
    feed = json.loads((SAMPLES / "notifications.json").read_text())
    changed: dict[str, Any] = feed[0] | {"circumstances": "Corrected by telephone."}
    corrected = desk.run("notify", desk.write("corrected.json", json.dumps(changed)))
    assert outcomes(corrected.lines) == {"taken as version 2": 1}
    again = desk.run("notify", sheet)
    assert outcomes(again.lines) == {"already known": 43}


def _sheet(path: Path, rows: int) -> None:
    heading = "Occurrence No.,Date/Time of Incident,Child Forename,Child Surname,DOB,School\n"
    with path.open("w") as lines:
        lines.write(heading)
        for n in range(rows):
            lines.write(f"26{n:08d},01/11/2026 22:40,Synthetic,Pupil{n},01/03/2016,Bryn Celyn\n")


def test_a_sheet_costs_few_statements_however_many_rows_it_has(desk: Desk) -> None:
    """What made ten thousand rows a matter of minutes was a statement or more a row."""
    rows, statements = 2_000, 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    file = desk.folder / "large.csv"
    _sheet(file, rows)
    event.listen(Engine, "before_cursor_execute", count)
    try:
        said = desk.run("notify", file)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert said.code == 0
    assert outcomes(said.lines) == {"taken": rows}
    assert held(desk) == rows
    assert statements < rows / 10
