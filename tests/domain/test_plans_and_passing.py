"""When a plan is asked for, and whom a nurse may pass an alert on to: tables of examples."""

from datetime import date, datetime, time

import pytest

from bot.domain.calendar import WEEKDAYS
from bot.domain.directory import Directory
from bot.domain.passing import targets
from bot.domain.people import Absence, Channel, ContactMethod, Person, Role, Scope
from bot.domain.school import School
from bot.intake.calendar_toml import read_calendar
from tests.builders import at
from tests.meta.tree import ROOT

MONDAY, FRIDAY, SATURDAY = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 21)
NEXT_MONDAY, INSET, AFTER = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30)
BRYN = School("9992001", "Ysgol Bryn", time(8, 50), time(15, 20), "porth-awel", nurse_team="East")
PLANNED_BY = [
    ("before the opening, that day", at("07:05", MONDAY), at("15:20", MONDAY)),
    ("in the day, that day", at("11:00", MONDAY), at("15:20", MONDAY)),
    ("a minute before the closing bell, still that day", at("15:19", MONDAY), at("15:20", MONDAY)),
    ("at the closing bell, the next", at("15:20", MONDAY), at("15:20", date(2026, 11, 17))),
    ("on a Friday evening, on Monday", at("18:00", FRIDAY), at("15:20", NEXT_MONDAY)),
    ("at the weekend, on Monday", at("12:00", SATURDAY), at("15:20", NEXT_MONDAY)),
    ("on an INSET day, on the next pupil day", at("10:00", INSET), at("15:20", AFTER)),
]


@pytest.mark.parametrize(("why", "said", "by"), PLANNED_BY)
def test_a_plan_is_asked_for_by_the_end_of_the_pupil_day(
    why: str, said: datetime, by: datetime
) -> None:
    path = ROOT / "config" / "calendars" / "porth-awel.toml"
    calendar = read_calendar(path.read_bytes(), "porth-awel")
    assert calendar.next_closing(BRYN, said) == by, why


def test_without_a_term_ahead_the_next_weekdays_end_is_assumed() -> None:
    assert WEEKDAYS.next_closing(BRYN, at("18:00", FRIDAY)) == at("15:20", NEXT_MONDAY)


# --- whom it may be passed to ------------------------------------------------------------------

NURSES = (Role.SCHOOL_NURSE, Role.NURSE_LEAD)


def nurse(name: str, team: str, role: Role = Role.SCHOOL_NURSE, **more: object) -> Person:
    contact = ContactMethod(1, Channel.TELEGRAM, name)
    scope = more.pop("scope", Scope(teams=frozenset({team})))
    fields = {"contacts": (contact,)} | more
    return Person(name.lower(), name, role, scope, **fields)  # type: ignore[arg-type]


def town(*people: Person) -> Directory:
    return Directory({BRYN.code: BRYN}, {person.id: person for person in people})


def names(directory: Directory, **changes: object) -> list[str]:
    asked = {"passed": (), "excluded": (), "me": "nia", "on": MONDAY} | changes
    found = targets(directory, NURSES, BRYN.code, [7], **asked)  # type: ignore[arg-type]
    return [target.name for target in found]


NIA, NON = nurse("Nia", "East"), nurse("Non", "East")
RHODRI = nurse("Rhodri", "West")
DSP = nurse("Mair", "", Role.DSP, scope=Scope(schools=frozenset({BRYN.code})))
AWAY = nurse("Non", "East", absences=(Absence(MONDAY, MONDAY),))
SIXTH = nurse("Rhodri", "West", scope=Scope(teams=frozenset({"West"}), years=frozenset({12})))
WHO = [
    ("a colleague, and another team", (NIA, NON, RHODRI), {}, ["Non", "West"]),
    ("never oneself", (NIA,), {}, []),
    ("nobody who is away", (NIA, AWAY), {}, []),
    ("nobody who is not enrolled", (NIA, nurse("Non", "East", contacts=())), {}, []),
    ("nobody who is excluded", (NIA, NON, RHODRI), {"excluded": ["non", "rhodri"]}, []),
    ("nobody of another role", (NIA, DSP), {}, []),
    ("no team for other years", (NIA, SIXTH), {}, []),
    ("who had it passed on, by name", (NIA, RHODRI), {"passed": ["West"]}, ["Rhodri"]),
    ("and back", (NIA, RHODRI), {"passed": ["West"], "me": "rhodri"}, ["Nia"]),
]


@pytest.mark.parametrize(("why", "people", "changes", "found"), WHO)
def test_it_may_be_passed_to(
    why: str, people: tuple[Person, ...], changes: dict[str, object], found: list[str]
) -> None:
    assert names(town(*people), **changes) == found, why


def test_a_mark_stays_the_same_whoever_comes_and_goes() -> None:
    def marks(*people: Person) -> dict[str, int]:
        found = targets(
            town(*people), NURSES, BRYN.code, [7], passed=(), excluded=(), me="nia", on=MONDAY
        )
        return {target.name: target.mark for target in found}

    few, many = marks(NIA, RHODRI), marks(NIA, NON, RHODRI, nurse("Rhian", "North"))
    assert few["West"] == many["West"]
    assert len(set(many.values())) == len(many) == 3
