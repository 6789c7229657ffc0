"""Workbooks, and the lists that governments publish, are imported as they come."""

from collections.abc import Sequence
from datetime import time
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cli.desk import Desk
from tests.cli.test_directory import count

GIVEN = ("--opens-at", "08:50", "--closes-at", "15:20", "--calendar", "porth-awel")
WELSH = [
    ["School Number", "School Name", "LA Code", "Local Authority", "Sector",
     "Governance - see notes", "WM Code", "Welsh Medium Type - see notes", "School Type",
     "Religious Character", "Address 1", "Postcode", "Phone Number", "Pupils - see notes"],
    ["9982130", "Ysgol Gynradd Porth Dychmygol", "998", "Invented", "Primary", "Community", "WM",
     "Welsh medium", "Nursery, Infants & Juniors", "---", "1 Ffordd", "ZZ1 1ZZ", "", "52"],
    ["9984001", "Imaginary High School", "998", "Invented", "Secondary", "Community", "EM",
     "English medium", "Secondary (ages 11-19)", "---", "2 Road", "ZZ1 1ZZ", "", "800"],
    ["9974001", "Elsewhere High School", "997", "Elsewhere", "Secondary", "Community", "EM",
     "English medium", "Secondary (ages 11-19)", "---", "3 Road", "ZZ1 1ZZ", "", "700"],
]  # fmt: skip
ENGLISH = (
    'URN,"LA (code)","LA (name)",EstablishmentNumber,EstablishmentName,'
    '"TypeOfEstablishment (name)","EstablishmentStatus (name)","PhaseOfEducation (name)",Postcode\n'
    "900001,996,Invented,2001,“Imaginary” Infants’ School,Community school,Open,Primary,ZZ1 1ZZ\n"
    "900002,996,Invented,2002,Gone Primary School,Community school,Closed,Primary,ZZ1 1ZZ\n"
    "900003,996,Invented,4003,Old High School,Community school,Closed,Secondary,ZZ1 1ZZ\n"
    "900004,996,Invented,4003,New Academy,Academy converter,Open,Secondary,ZZ1 1ZZ\n"
    "900005,996,Invented,,Children's Centre,Children's centre,Open,Not applicable,ZZ1 1ZZ\n"
    "900006,996,Invented,1100,The Bridge,Pupil referral unit,Open,Not applicable,ZZ1 1ZZ\n"
)


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if not number else book.create_sheet(f"S{number}")
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def fresh(bare: Desk) -> Desk:
    assert bare.run("migrate").code == 0
    return bare


def test_a_workbook_says_what_a_text_would(fresh: Desk) -> None:
    heading = ["code", "name", "opens_at", "closes_at", "calendar"]
    row = [9982001, "Ysgol Glân", time(8, 50), "15:20", "porth-awel"]
    file = fresh.write("schools.xlsx", workbook([["notes"], ["of nothing"]], [heading, row]))
    assert fresh.run("directory", "plan", file).lines[0] == "+ school 9982001 Ysgol Glân"
    assert fresh.run("directory", "import", file).lines[-1] == "1 changed."


def test_a_workbooks_fault_is_told_by_its_row_and_column(fresh: Desk) -> None:
    heading = ["code", "name", "opens_at", "closes_at", "calendar"]
    rows: list[list[Any]] = [
        heading,
        ["9982001", "A", "late", "15:20", "porth-awel"],
        [1, "B", "09:00", "15:00", "x"],
    ]
    said = fresh.run("directory", "import", fresh.write("schools.xlsx", workbook(rows)))
    assert said.code == 1
    assert "schools.xlsx row 2, opens_at: must be a time, HH:MM" in said.sentence
    assert "schools.xlsx row 3, code: must be 7 digits" in said.sentence
    assert count(fresh, "schools") == 0


def test_the_welsh_list_is_taken_as_published_for_one_authority(fresh: Desk) -> None:
    file = fresh.write("list.xlsx", workbook([["Mynegai"]], WELSH))
    said = fresh.run("directory", "import", file, "--authority", "998", *GIVEN)
    assert (said.code, said.lines) == (
        0,
        [
            "+ school 9982130 Ysgol Gynradd Porth Dychmygol",
            "+ school 9984001 Imaginary High School",
            "2 changed.",
        ],
    )
    assert "2 open schools; 2 of them are new" in said.err
    assert "1 of other authorities" in said.err
    fresh.run("directory", "export", "out")
    schools = (fresh.folder / "out" / "schools.csv").read_text()
    assert "Porth Dychmygol,,,primary,08:50,15:20,porth-awel,,Invented" in schools


def test_what_a_list_does_not_carry_is_asked_for_by_name(fresh: Desk) -> None:
    file = fresh.write("list.xlsx", workbook(WELSH))
    said = fresh.run("directory", "import", file, "--opens-at", "08:50")
    assert said.code == 1
    assert "--closes-at: must be given: the list does not say it" in said.sentence
    assert "--calendar: must be given" in said.sentence
    assert "--opens-at" not in said.sentence


def test_a_later_list_overwrites_nothing_that_it_does_not_carry(fresh: Desk) -> None:
    file = fresh.write("list.xlsx", workbook(WELSH))
    fresh.run("directory", "import", file, *GIVEN)
    fresh.run("directory", "export", "out")
    schools = fresh.folder / "out" / "schools.csv"
    schools.write_text(
        schools.read_text().replace(
            "High School,,,secondary,08:50", "High School,Ysgol Ddychmygol,IHS,secondary,08:30"
        )
    )
    fresh.run("directory", "import", schools)
    renamed = [
        WELSH[0],
        *([cell.replace("Imaginary", "Fictional") for cell in row] for row in WELSH[1:]),
    ]
    said = fresh.run("directory", "import", fresh.write("later.xlsx", workbook(renamed)))
    assert said.lines == ["~ school 9984001 Fictional High School", "1 changed."]
    fresh.run("directory", "export", "out")
    line = next(line for line in schools.read_text().splitlines() if line.startswith("9984001"))
    assert line.startswith(
        "9984001,Fictional High School,Ysgol Ddychmygol,IHS,secondary,08:30,15:20"
    )


def test_the_english_register_is_read_in_its_encoding_without_the_closed(fresh: Desk) -> None:
    file = fresh.write("edubasealldata.csv", ENGLISH.encode("cp1252"))
    said = fresh.run("directory", "import", file, *GIVEN)
    assert said.lines == [
        "+ school 9962001 “Imaginary” Infants’ School",
        "+ school 9964003 New Academy",
        "+ school 9961100 The Bridge",
        "3 changed.",
    ]
    assert "Left out: 1 closed" in said.err


def test_a_school_that_a_list_calls_closed_goes(fresh: Desk) -> None:
    file = fresh.write("edubasealldata.csv", ENGLISH.encode("cp1252"))
    fresh.run("directory", "import", file, *GIVEN)
    later = ENGLISH.replace("Pupil referral unit,Open", "Pupil referral unit,Closed")
    said = fresh.run("directory", "plan", fresh.write("later.csv", later.encode("cp1252")))
    assert said.lines == ["- school 9961100", "1 would change."]
