"""schools.csv and people.csv: read, checked, and written back out."""

from contextlib import suppress
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Fault, NotReadableError, RefusedError
from bot.domain.people import Person, Role, Scope
from bot.domain.school import Phase, School
from bot.intake.directory_csv import DirectoryFile, check_references, read_directory_file
from bot.intake.people_csv import people_csv
from bot.intake.schools_csv import schools_csv

LEAK = "Zyxwv"
SCHOOLS = "code,name,name_cy,aliases,phase,opens_at,closes_at,calendar,nurse_team,authority"
SCHOOL = "9994002,Glan yr Afon,,,secondary,08:30,15:20,porth-awel,East base,Porth Awel"
PEOPLE = "id,name,role,schools,year_groups,language,order,eligible_from,email,phone"
PERSON = "p001,Synthetic Person,dsp,9994002,7-9|12,cy,1,2026-09-01,p@x.example,+447700900001"


def read(name: str, *lines: str) -> DirectoryFile:
    return read_directory_file(name, "\r\n".join(lines).encode())


def schools(*lines: str) -> list[School]:
    return read("schools.csv", SCHOOLS, *lines).schools or []


def people(*lines: str) -> list[Person]:
    return read("people.csv", PEOPLE, *lines).people or []


def refused(name: str, *lines: str) -> list[str]:
    with pytest.raises(RefusedError) as error:
        read(name, *lines)
    assert LEAK not in str(error.value)
    return [str(fault) for fault in error.value.faults]


def with_cell(row: str, header: str, column: str, cell: str) -> str:
    cells = row.split(",")
    cells[header.split(",").index(column)] = cell
    return ",".join(cells)


def test_the_sample_directory_is_read_wholly_and_written_back_as_it_was(data: Path) -> None:
    known = read_directory_file("schools.csv", (data / "schools.csv").read_bytes())
    staff = read_directory_file("people.csv", (data / "people.csv").read_bytes())
    assert known.schools
    assert staff.people
    assert (len(known.schools), len(staff.people)) == (14, 58)
    assert check_references(known.schools, staff.people, {"porth-awel"}) == []
    assert schools_csv(known.schools).split() == (data / "schools.csv").read_text().split()
    assert people_csv(staff.people).split() == (data / "people.csv").read_text().split()


def test_every_column_of_a_school_is_read() -> None:
    row = SCHOOL.replace("Glan yr Afon,,", "Glan yr Afon,Ysgol Glan yr Afon,YGGA|Glan")
    assert schools(row) == [
        School(
            "9994002", "Glan yr Afon", time(8, 30), time(15, 20), "porth-awel",
            "Ysgol Glan yr Afon", ("YGGA", "Glan"), Phase.SECONDARY, "East base", "Porth Awel",
        )
    ]  # fmt: skip


def test_every_column_of_a_person_is_read() -> None:
    assert people(PERSON) == [
        Person(
            "p001", "Synthetic Person", Role.DSP,
            Scope(schools=frozenset({"9994002"}), years=frozenset({7, 8, 9, 12})),
            "cy", 1, date(2026, 9, 1), "p@x.example", "+447700900001",
        )
    ]  # fmt: skip


def test_what_may_be_left_empty_has_its_default() -> None:
    (person,) = read("p.csv", "id,name,role,schools", "p1,A,coordinator,*").people or []
    assert person == Person("p1", "A", Role.COORDINATOR, Scope(everywhere=True))
    (school,) = (
        read(
            "s.csv", "code,name,opens_at,closes_at,calendar", "9994002,A,8:30,15:20,porth-awel"
        ).schools
        or []
    )
    assert school == School("9994002", "A", time(8, 30), time(15, 20), "porth-awel")


@pytest.mark.parametrize(
    ("cell", "scope"),
    [
        ("*", Scope(everywhere=True)),
        ("9994002|9992001", Scope(schools=frozenset({"9994002", "9992001"}))),
        ("team:North base", Scope(teams=frozenset({"North base"}))),
        ("9994002 | team:North base",
         Scope(schools=frozenset({"9994002"}), teams=frozenset({"North base"}))),
    ],
)  # fmt: skip
def test_a_scope_is_schools_teams_or_everything(cell: str, scope: Scope) -> None:
    assert people(with_cell(PERSON, PEOPLE, "schools", cell))[0].scope == Scope(
        scope.everywhere, scope.schools, scope.teams, frozenset({7, 8, 9, 12})
    )


@pytest.mark.parametrize(
    ("cell", "years"),
    [("", set()), ("7", {7}), ("N-2", {-1, 0, 1, 2}), ("R|12-13", {0, 12, 13}), ("-1", {-1})],
)
def test_year_groups_are_years_and_ranges(cell: str, years: set[int]) -> None:
    person = people(with_cell(PERSON, PEOPLE, "year_groups", cell))[0]
    assert person.scope.years == frozenset(years)


ROLES = (
    "dsp, deputy_dsp, head_teacher, school_nurse, nurse_lead, education_safeguarding, mash_desk, "
    "coordinator"
)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("code", LEAK, "must be 7 digits, authority and establishment"),
        ("code", "", "must not be empty"),
        ("name", " ", "must not be empty"),
        ("opens_at", "8.30", "must be a time, HH:MM"),
        ("closes_at", "24:00", "must be a time, HH:MM"),
        ("closes_at", "08:30", "must be more than 30 minutes after opens_at"),
        ("closes_at", "09:00", "must be more than 30 minutes after opens_at"),
        ("calendar", f"../{LEAK}", "must name a file in config/calendars, without its .toml"),
        ("phase", LEAK, "must be one of primary, secondary, all_through, special, nursery, pru, "
         "ehe, other, or empty"),
        ("name", LEAK + "\x07",
         "must not hold control characters other than tab and line breaks"),
        ("name", f'"{LEAK}\n"x', "must stand on one line"),
        ("name", LEAK * 201, "must be at most 1000 characters long"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_school_is_told_by_file_line_and_column(
    column: str, cell: str, says: str
) -> None:
    if "\n" in cell:
        cell = f'"{LEAK}\nx"'
    lines = (SCHOOLS, "", with_cell(SCHOOL, SCHOOLS, column, cell))
    assert refused("schools.csv", *lines) == [f"schools.csv line 3, {column}: {says}"]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("id", f"{LEAK} {LEAK}", "must be 1 to 64 letters, digits, dots, dashes or underscores"),
        ("id", "a" * 65, "must be 1 to 64 letters, digits, dots, dashes or underscores"),
        ("role", LEAK, f"must be one of {ROLES}"),
        ("schools", "", "must not be empty"),
        ("schools", LEAK, "must be school codes of 7 digits set apart by |, team:NAME, or *"),
        ("schools", "*|9994002",
         "must be school codes of 7 digits set apart by |, team:NAME, or *"),
        ("schools", "team:", "must be school codes of 7 digits set apart by |, team:NAME, or *"),
        ("year_groups", LEAK,
         "must be year groups such as 7-9|12 (R for reception, N for nursery)"),
        ("year_groups", "9-7",
         "must have each range from the lower year to the higher, up to 14"),
        ("year_groups", "7-15",
         "must have each range from the lower year to the higher, up to 14"),
        ("language", LEAK, "must be en or cy"),
        ("order", "0", "must be a whole number from 1 on, or empty"),
        ("order", "1.5", "must be a whole number from 1 on, or empty"),
        ("eligible_from", LEAK, "must be a date, day first, such as 22/06/2016"),
        ("eligible_from", "31/02/2026", "must be a date that exists, day first"),
        ("eligible_from", "unknown", "must be a date, such as 2026-09-01, or empty"),
        ("email", LEAK, "must be an e-mail address, or empty"),
        ("phone", LEAK, "must be a telephone number such as +44 29 2018 0000, or empty"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_person_is_told_by_file_line_and_column(
    column: str, cell: str, says: str
) -> None:
    lines = (PEOPLE, with_cell(PERSON, PEOPLE, column, cell))
    assert refused("people.csv", *lines) == [f"people.csv line 2, {column}: {says}"]


def test_every_fault_of_a_file_is_told_at_once() -> None:
    assert refused("people.csv", PEOPLE, "p 1,,x,,,,,,,") == [
        "people.csv line 2, id: must be 1 to 64 letters, digits, dots, dashes or underscores",
        "people.csv line 2, name: must not be empty",
        f"people.csv line 2, role: must be one of {ROLES}",
        "people.csv line 2, schools: must not be empty",
    ]


def test_no_two_lines_are_the_same_school_or_person() -> None:
    assert refused("schools.csv", SCHOOLS, SCHOOL, "", SCHOOL) == [
        "schools.csv line 4, code: must be unique, and line 2 has the same"
    ]
    assert refused("people.csv", PEOPLE, PERSON, PERSON) == [
        "people.csv line 3, id: must be unique, and line 2 has the same"
    ]


def test_a_missing_column_is_named() -> None:
    assert refused("s.csv", "code,name,phase", "9994002,A,primary") == [
        "s.csv line 1: must have a column for opens_at, closes_at, calendar"
    ]
    assert refused("p.csv", "id,name,role", "p1,A,dsp") == [
        "p.csv line 1: must have a column for schools"
    ]
    assert refused("x.csv", "a,b", "1,2") == [
        "x.csv line 1: must have the columns of schools (code, name, opens_at, closes_at, "
        "calendar) or of people (id, name, role, schools)"
    ]


def test_unknown_columns_are_reported_and_not_refused() -> None:
    found = read("people.csv", PEOPLE + ",Shoe size", PERSON + ",3")
    assert found.ignored == ("people.csv, shoe_size",)


def test_cells_beyond_the_header_are_refused() -> None:
    assert refused("schools.csv", SCHOOLS, SCHOOL + "," + LEAK) == [
        "schools.csv line 2: must have at most 10 cells"
    ]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_comma_or_semicolon_with_or_without_bom(bom: bytes, separator: str) -> None:
    text = f"{PEOPLE}\n{PERSON}".replace(",", separator)
    assert read_directory_file("p.csv", bom + text.encode()).people == people(PERSON)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "p.csv: must have a row of column names"),
        (b"id,name\n\xe9", "p.csv line 2: must be text in UTF-8"),
        (b'id,name\np1,"Zyxwv', "p.csv line 2: the quotation marks of this row must match"),
    ],
)
def test_what_is_no_table_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(NotReadableError) as error:
        read_directory_file("p.csv", body)
    assert str(error.value).startswith(says)
    assert LEAK not in str(error.value)


def test_names_that_are_nowhere_are_found() -> None:
    school, person = schools(SCHOOL)[0], people(PERSON)[0]
    stray = Person("p2", "B", Role.DSP, Scope(schools=frozenset({"1"}), teams=frozenset({"T"})))
    assert check_references([school], [person, stray], set()) == [
        Fault("schools.csv 9994002, calendar", "must name a calendar that is in config/calendars"),
        Fault("people.csv p2, schools", "must name only schools that are in schools.csv"),
        Fault(
            "people.csv p2, schools",
            "must name only nurse teams that a school in schools.csv has",
        ),
    ]


@given(
    st.sampled_from(["", SCHOOLS, PEOPLE]),
    st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")),
)
def test_any_bytes_are_read_or_refused(header: str, body: bytes) -> None:
    with suppress(RefusedError):
        read_directory_file("x.csv", header.encode() + b"\n" + body)
