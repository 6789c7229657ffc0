"""Who stands in for somebody who is away: what they have then, and that it is no more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert import Acknowledgement, AlertChild, Leg, uncovered
from bot.domain.covers import answer_due, candidates
from bot.domain.evening import lines_of
from bot.domain.forecast import forecast
from bot.domain.people import Absence, Person, Role
from bot.domain.readiness import missing
from bot.domain.spoken_days import days_of
from tests.builders import MONDAY, at
from tests.domain.drawn import TOWNS
from tests.domain.town import a_directory, a_person, a_school, in_force, ladders

BRYN, PARC = a_school("Ysgol Bryn", "9992002"), a_school("Ysgol Parc", "9992003")
TUESDAY = MONDAY + timedelta(days=1)
SETTLING = (Role.DSP, Role.DEPUTY_DSP)


def away(
    name: str, role: Role, *codes: str, cover: str = "", years: tuple[int, ...] = ()
) -> Person:
    person = a_person(name, role, *codes, years=years)
    return replace(person, absences=(Absence(MONDAY, MONDAY, cover=cover),))


MAIR = away("Mair", Role.DSP, BRYN.code, cover="owen", years=(7, 8))
OWEN = a_person("Owen", Role.DEPUTY_DSP, PARC.code)


def test_a_cover_stands_in_on_those_days_at_that_school_for_those_years_and_nowhere_else() -> None:
    town = a_directory([BRYN, PARC], MAIR, OWEN)

    def covers(code: str, year: int | None, on: date, role: Role = Role.DSP) -> bool:
        return "owen" in [p.id for p in town.covering(role, code, [year], on)]

    assert covers(BRYN.code, 7, MONDAY)
    assert covers(BRYN.code, None, MONDAY)
    assert not covers(BRYN.code, 9, MONDAY)
    assert not covers(BRYN.code, 7, TUESDAY)
    assert not covers(PARC.code, 7, MONDAY)
    assert not covers(BRYN.code, 7, MONDAY, Role.DEPUTY_DSP)
    assert covers(PARC.code, 7, MONDAY, Role.DEPUTY_DSP)


def test_who_is_excluded_lends_their_place_to_nobody() -> None:
    town = a_directory([BRYN, PARC], MAIR, OWEN)
    assert town.standing_for(OWEN, SETTLING, BRYN.code, MONDAY, ["mair"]) is None
    assert town.standing_for(OWEN, SETTLING, BRYN.code, MONDAY) is not None


def test_there_is_no_chain_and_no_circle() -> None:
    """Mair's cover is Owen, Owen's is Rhys and Rhys's is Mair: each has one place and no more."""
    owen = away("Owen", Role.DEPUTY_DSP, PARC.code, cover="rhys")
    other = a_school("Ysgol Môr", "9992004")
    rhys = away("Rhys", Role.DSP, other.code, cover="mair")
    town = a_directory([BRYN, PARC, other], MAIR, owen, rhys)

    def places(person: Person) -> list[str]:
        return [
            school.name
            for school in (BRYN, PARC, other)
            if town.standing_for(person, SETTLING, school.code, MONDAY)
        ]

    assert places(MAIR) == ["Ysgol Bryn", "Ysgol Môr"]
    assert places(owen) == ["Ysgol Bryn", "Ysgol Parc"]
    assert places(rhys) == ["Ysgol Parc", "Ysgol Môr"]


def test_who_holds_some_years_and_stands_in_for_others_has_both_and_no_third() -> None:
    low = a_person("Low", Role.DSP, BRYN.code, years=[9])
    mair = away("Mair", Role.DSP, BRYN.code, cover="low", years=(7, 8))
    stands = a_directory([BRYN], mair, low).standing_for(low, SETTLING, BRYN.code, MONDAY)
    assert stands is not None
    assert stands.scope.years == {7, 8, 9}
    assert stands.in_place_of == {"mair"}


@given(TOWNS, st.sampled_from(Role), st.lists(st.none() | st.integers(7, 11), min_size=1))
def test_without_anybody_standing_in_every_day_is_alike(
    town: object, role: Role, years: list[int | None]
) -> None:
    covering = town.covering  # type: ignore[attr-defined]
    assert covering(role, "9992009", years, MONDAY) == covering(role, "9992009", years, None)


def test_an_answer_given_in_somebodys_place_stands_when_they_are_back() -> None:
    seven = AlertChild(1, 7)
    given_by = Acknowledgement("other", Role.DSP, frozenset({1}), at("07:10"))
    other = a_person("Other", Role.DSP, BRYN.code, years=[10])
    people = {"mair": MAIR, "other": other}
    assert uncovered([seven], [given_by], SETTLING, (), people) == {1}
    in_her_place = replace(given_by, in_place_of=frozenset({"mair"}))
    assert uncovered([seven], [in_her_place], SETTLING, (), people) == frozenset()


# --- who can be asked ----------------------------------------------------------------------------

ABSENCE = Absence(MONDAY, TUESDAY)


@pytest.mark.parametrize(
    ("other", "may"),
    [
        (a_person("Owen", Role.DEPUTY_DSP, BRYN.code), True),
        (a_person("Nest", Role.DSP, BRYN.code, PARC.code), True),
        (a_person("Parc", Role.DSP, PARC.code), False),
        (a_person("Head", Role.HEAD_TEACHER, BRYN.code), False),
        (a_person("Nia", Role.SCHOOL_NURSE, BRYN.code), False),
        (a_person("New", Role.DSP, BRYN.code, contact=None), False),
        (a_person("Late", Role.DSP, BRYN.code, eligible_from=TUESDAY), False),
        (a_person("Gone", Role.DSP, BRYN.code, away=[TUESDAY]), False),
        (a_person("Back", Role.DSP, BRYN.code, away=[MONDAY - timedelta(days=3)]), True),
    ],
)
def test_who_could_do_the_same_at_one_of_the_same_schools_and_is_there_can_be_asked(
    other: Person, may: bool
) -> None:
    mair = a_person("Mair", Role.DSP, BRYN.code)
    town = a_directory([BRYN, PARC], mair, other)
    assert bool(candidates(ladders(), town, mair, ABSENCE)) is may
    assert candidates(ladders(), town, mair, ABSENCE, [other.id]) == ()


def test_eight_at_most_are_offered_in_the_order_asked() -> None:
    mair = a_person("Mair", Role.DSP, BRYN.code)
    others = [a_person(f"P{n}", Role.DSP, BRYN.code, order=20 - n) for n in range(10)]
    found = candidates(ladders(), a_directory([BRYN], mair, *others), mair, ABSENCE)
    assert [person.name for person in found] == [f"P{n}" for n in range(9, 1, -1)]


def test_an_answer_is_due_in_four_hours_or_by_the_evening_before_and_never_at_once() -> None:
    assert answer_due(at("09:00"), TUESDAY + timedelta(days=3)) == at("13:00")
    assert answer_due(at("15:00"), TUESDAY) == at("18:00")
    assert answer_due(at("17:59"), TUESDAY) == at("18:29")
    assert answer_due(at("09:00"), MONDAY) == at("09:30")


# --- one truth -----------------------------------------------------------------------------------


@settings(deadline=None)  # the first reads the configuration that the project ships
@given(TOWNS)
def test_what_is_missing_and_what_route_says_agree(town: object) -> None:
    """Nobody stands for a leg on a day, if and only if `route` finds nobody to settle it."""
    known = in_force(town)  # type: ignore[arg-type]
    [school] = known.directory.schools.values()
    found = missing(known, MONDAY)
    whole = {gap.leg for gap in found.gaps if not gap.years}
    for leg in forecast(known, school.code, at("07:00")):
        assert (leg.leg in whole) == (not leg.settlers)
    said = {line.leg for line in lines_of(known, found) if line.school or line.team}
    assert said == {gap.leg for gap in found.gaps}
    assert Leg.TRIAGE not in said


# --- days as people write them -------------------------------------------------------------------

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("24.11.–28.11.", "11-24", "11-28"),
        ("24.11.-28.11.", "11-24", "11-28"),
        ("24.11. 28.11.", "11-24", "11-28"),
        ("24/11/2026 to 28/11/2026", "11-24", "11-28"),
        ("24-28 November", "11-24", "11-28"),
        ("o 24 Tachwedd hyd 28 Tachwedd", "11-24", "11-28"),
        ("2026-11-24 2026-11-28", "11-24", "11-28"),
        ("24.11.26", "11-24", "11-24"),
        ("today", "11-20", "11-20"),
        ("yfory", "11-21", "11-21"),
        ("dydd Llun", "11-23", "11-23"),
        ("Monday to Friday", "11-23", "11-27"),
        ("Monday 23 November", "11-23", "11-23"),
        ("18.11.-25.11.", "11-18", "11-25"),
    ],
)
def test_days_are_read_day_first_in_both_languages(said: str, first: str, last: str) -> None:
    found = date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}")
    assert days_of(said, FRIDAY) == found


def test_a_day_that_has_gone_by_this_year_is_meant_of_the_next() -> None:
    assert days_of("28 December - 3rd January", FRIDAY) == (date(2026, 12, 28), date(2027, 1, 3))


@pytest.mark.parametrize(
    "said",
    ["", "x", "31.2.", "19.11.", "28.11.-24.11.", "99999999999", "mair 24.11.", "24.11.-",
     "2026-11-28 2026-11-24", "1.1.2030", "🙂", "'; drop table people", "24 24 24"],
)  # fmt: skip
def test_what_says_no_clear_day_to_come_is_not_understood(said: str) -> None:
    assert days_of(said, FRIDAY) is None


@given(st.text(max_size=40))
def test_nothing_that_somebody_writes_is_a_fault(said: str) -> None:
    found = days_of(said, FRIDAY)
    assert found is None or found[0] <= found[1]
