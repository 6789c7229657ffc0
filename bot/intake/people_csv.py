"""people.csv (contract: directory files): one person in one role a line."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from bot.domain.people import Person, Role, Scope
from bot.intake.cell_dates import day
from bot.intake.cells import FIRST_YEARS, CellError
from bot.intake.directory_table import Column, Table, inert, listed, written

TEAM = "team:"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CODE = re.compile(r"\d{7}", re.ASCII)
_ORDER = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_YEARS = re.compile(r"(N|R|-1|\d{1,2})(?:-(N|R|\d{1,2}))?", re.ASCII | re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,29}", re.ASCII)


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise CellError("must be 1 to 64 letters, digits, dots, dashes or underscores")
    return text


def _role(text: str) -> Role:
    if text not in set(Role):
        raise CellError(f"must be one of {', '.join(Role)}")
    return Role(text)


def _scope(text: str) -> Scope:
    """`*`, or codes and teams in any mixture."""
    parts = listed(text)
    if parts == ["*"]:
        return Scope(everywhere=True)
    teams = [part.removeprefix(TEAM).strip() for part in parts if part.startswith(TEAM)]
    codes = [part for part in parts if not part.startswith(TEAM)]
    if not (parts and all(teams) and all(map(_CODE.fullmatch, codes))):
        raise CellError("must be school codes of 7 digits set apart by |, team:NAME, or *")
    return Scope(schools=frozenset(codes), teams=frozenset(teams))


def _years(text: str) -> frozenset[int]:
    years: set[int] = set()
    for part in listed(text):
        if not (found := _YEARS.fullmatch(part)):
            raise CellError("must be year groups such as 7-9|12 (R for reception, N for nursery)")
        first, last = _year(found[1]), _year(found[2] or found[1])
        if not first <= last <= 14:
            raise CellError("must have each range from the lower year to the higher, up to 14")
        years.update(range(first, last + 1))
    return frozenset(years)


def _year(text: str) -> int:
    letter = text.casefold()
    return FIRST_YEARS[letter] if letter in FIRST_YEARS else int(text)


def _language(text: str) -> str:
    if text.casefold() not in ("en", "cy"):
        raise CellError("must be en or cy")
    return text.casefold()


def _order(text: str) -> int:
    if not _ORDER.fullmatch(text):
        raise CellError("must be a whole number from 1 on, or empty")
    return int(text)


def _flag(text: str) -> bool:
    if text.casefold() not in ("yes", "no"):
        raise CellError("must be yes or no, or empty")
    return text.casefold() == "yes"


def _day(text: str) -> date:
    if not (found := day(text)):
        raise CellError("must be a date, such as 2026-09-01, or empty")
    return date.fromisoformat(found)


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise CellError("must be an e-mail address, or empty")
    return text


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise CellError("must be a telephone number such as +44 29 2018 0000, or empty")
    return text


COLUMNS = {
    "id": Column(_id, mandatory=True),
    "name": Column(mandatory=True),
    "role": Column(_role, mandatory=True),
    "schools": Column(_scope, mandatory=True),
    "year_groups": Column(_years, empty=frozenset()),
    "language": Column(_language, empty="en"),
    "order": Column(_order, empty=1),
    "eligible_from": Column(_day),
    "email": Column(_email, empty=""),
    "phone": Column(_phone, empty=""),
    "holidays": Column(_flag, empty=False),
}


def people_of(table: Table) -> list[Person]:
    """Every person of the file, or `RefusedError` with every fault in it.

    How each can be reached, and when they are away, is not in a file: contacts and absences are
    left empty.
    """
    people: list[Person] = []
    for _, values in table.records(COLUMNS, key="id"):
        scope, years = values.pop("schools"), values.pop("year_groups")
        if scope and years is not None:  # else the file is refused once all of it is read
            people.append(Person(scope=replace(scope, years=years), **values))
    return people


def people_csv(people: Iterable[Person]) -> str:
    """The canonical file: `people_of` reads the same people back from it. Where nobody is on the
    holiday list, there is no column for it."""
    people = list(people)
    rows, names = [_cells(person) for person in people], list(COLUMNS)
    if not any(person.holidays for person in people):
        rows, names = [row[:-1] for row in rows], names[:-1]
    return written(names, rows)


def record(person: Person) -> str:
    """One person as one text, the same for the same person."""
    return "\x1f".join(_cells(person))


def _cells(person: Person) -> list[str]:
    return [
        inert(person.id),
        inert(person.name),
        person.role.value,
        _scope_cell(person.scope),
        _years_cell(person.scope.years),
        person.language,
        str(person.order),
        person.eligible_from.isoformat() if person.eligible_from else "",
        inert(person.email),
        person.phone,  # +44 … is a number, and stays one that can be dialled
        "yes" if person.holidays else "",
    ]


def _scope_cell(scope: Scope) -> str:
    if scope.everywhere:
        return "*"
    return "|".join([*sorted(scope.schools), *(TEAM + team for team in sorted(scope.teams))])


def _years_cell(years: Collection[int]) -> str:
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "|".join(
        _year_text(run[0]) + (f"-{_year_text(run[-1])}" if len(run) > 1 else "") for run in runs
    )


def _year_text(year: int) -> str:
    """-1 is written N: a cell that begins with a minus is a formula to a spreadsheet."""
    return "N" if year == -1 else str(year)
