"""A school or a person is found by what is typed: words in any order, beginnings, no accents."""

from datetime import time

import pytest

from bot.domain.directory import Directory
from bot.domain.finding import MOST, Finder
from bot.domain.people import Person, Role, Scope
from bot.domain.school import School


def school(code: str, name: str, name_cy: str = "", *aliases: str) -> School:
    return School(code, name, time(8, 50), time(15, 20), "c", name_cy, aliases, nurse_team="East")


TOWN = Directory(
    {
        s.code: s
        for s in (
            school("9992001", "Ysgol Gynradd Pen-y-Waun"),
            school("9992002", "St Illtyd's Primary School", "Ysgol Gynradd Sant Illtud"),
            school("9992003", "Kingsway High School", "Ysgol Tŷ Glas", "KHS"),
            school("9992004", "Kingsway Primary School"),
        )
    },
    {
        p.id: p
        for p in (
            Person("p001", "Siân O'Neill", Role.DSP, Scope(schools=frozenset({"9992003"}))),
            Person("n001", "Noah Price", Role.SCHOOL_NURSE, Scope(teams=frozenset({"East"}))),
            Person("c001", "Carys Price", Role.COORDINATOR, Scope(everywhere=True)),
        )
    },
)

SCHOOLS = {
    "its name": ("Kingsway High School", ["9992003"]),
    "words in any order": ("school kingsway high", ["9992003"]),
    "beginnings": ("king prim", ["9992004"]),
    "its Welsh name, without the accent": ("ty glas", ["9992003"]),
    "and with it": ("TŶ GLAS", ["9992003"]),
    "an alias": ("khs", ["9992003"]),
    "its code": ("9992001", ["9992001"]),
    "an apostrophe more or less": ("st illtyds", ["9992002"]),
    "hyphens": ("pen y waun", ["9992001"]),
    "several, the shorter name first": ("kingsway", ["9992003", "9992004"]),
    "every word has to be there": ("kingsway atlantis", []),
    "nothing typed": ("  ", []),
    "no words at all": ("*%_'", []),
}


@pytest.mark.parametrize(("typed", "codes"), SCHOOLS.values(), ids=SCHOOLS)
def test_a_school_is_found(typed: str, codes: list[str]) -> None:
    assert [s.code for s in Finder(TOWN).find(typed, people=False).schools] == codes


PEOPLE = {
    "by a name without accents": ("sian oneill", ["p001"]),
    "by family name": ("price", ["c001", "n001"]),
    "by id": ("p001", ["p001"]),
    "by the code of a school that they cover": ("9992003", ["n001", "p001"]),
}


@pytest.mark.parametrize(("typed", "ids"), PEOPLE.values(), ids=PEOPLE)
def test_a_person_is_found_by_those_who_may_look(typed: str, ids: list[str]) -> None:
    finder = Finder(TOWN)
    assert [p.id for p in finder.find(typed, people=True).people] == ids
    assert finder.find(typed, people=False).people == ()


def test_what_is_not_shown_is_counted() -> None:
    codes = [f"{number:07d}" for number in range(3 * MOST)]
    many = Directory({code: school(code, f"Oak {code}") for code in codes}, {})
    found = Finder(many).find("oak", people=True)
    assert (len(found.schools), found.of_schools) == (MOST, 3 * MOST)
