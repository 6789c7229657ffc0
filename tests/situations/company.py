"""The cast: the schools and people whom the document names, as the directory has them."""

import re
from dataclasses import dataclass
from datetime import time

from bot.domain.people import Person, Role, Scope
from bot.domain.school import School
from tests.situations.reading import Book, NotUnderstoodError, Row

ROLES = {
    "DSP": Role.DSP,
    "deputy DSP": Role.DEPUTY_DSP,
    "head teacher": Role.HEAD_TEACHER,
    "school nurse": Role.SCHOOL_NURSE,
    "lead school nurse": Role.NURSE_LEAD,
    "education safeguarding": Role.EDUCATION_SAFEGUARDING,
    "MASH desk": Role.MASH_DESK,
    "coordinator": Role.COORDINATOR,
}
_YEARS = re.compile(r"(\d+)(?: to (\d+))?")


@dataclass(frozen=True, slots=True)
class Company:
    schools: dict[str, School]
    people: dict[str, Person]


def company(book: Book) -> Company:
    """Everybody by name; NotUnderstoodError for a role or a place that nobody knows."""
    schools = {row.cells[0]: _school(number, row) for number, row in enumerate(book.schools, 8001)}
    teams = {school.nurse_team for school in schools.values()}
    people = {row.cells[0]: _person(row, schools, teams) for row in book.people}
    return Company(schools, people)


def _school(number: int, row: Row) -> School:
    name, opens, closes, team = row.cells
    return School(
        code=f"999{number:04d}",
        name=name,
        opens_at=time.fromisoformat(opens),
        closes_at=time.fromisoformat(closes),
        calendar="porth-awel",
        nurse_team=team,
    )


def _person(row: Row, schools: dict[str, School], teams: set[str]) -> Person:
    name, role, where, years, reads = row.cells
    if role not in ROLES:
        raise NotUnderstoodError(row.line, f"“{role}” is no role; these are: {', '.join(ROLES)}")
    if where not in {"everywhere", *schools, *teams}:
        raise NotUnderstoodError(row.line, f"“{where}” is no school of the cast, nor a team")
    return Person(
        id=name.lower(),
        name=name,
        role=ROLES[role],
        scope=Scope(
            where == "everywhere",
            frozenset({schools[where].code} if where in schools else ()),
            frozenset({where} if where in teams else ()),
            frozenset(_years(years)),
        ),
        language="cy" if reads == "Cymraeg" else "en",
    )


def _years(text: str) -> range:
    """`7 to 9` are three, `all` is none in particular."""
    found = _YEARS.fullmatch(text)
    return range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
