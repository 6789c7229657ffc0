"""Whose scope touches a child, and who can be told now."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Acknowledgement, AlertChild, children_in_scope, uncovered
from bot.domain.cover import Reachable, Skipped, SkipReason, standing
from bot.domain.directory import Directory
from bot.domain.people import Absence, ContactState, Person, Role, Scope
from tests.builders import MONDAY, at
from tests.domain.drawn import TOWNS
from tests.domain.town import a_directory, a_person, a_school

BRYN = a_school("Ysgol Bryn", "9992002", nurse_team="East")
ROATH = a_school("Roath Primary School", "9992001", nurse_team="East")
PARC = a_school("Ysgol Parc", "9992003", nurse_team="West")
TOWN = [BRYN, ROATH, PARC]


def names(people: tuple[Person, ...]) -> list[str]:
    return [person.name for person in people]


def test_a_role_covers_a_school_by_its_code_its_team_or_everywhere() -> None:
    by_code = a_person("Code", Role.SCHOOL_NURSE, BRYN.code)
    by_team = a_person("Team", Role.SCHOOL_NURSE, teams=["East"])
    everywhere = a_person("All", Role.SCHOOL_NURSE, everywhere=True)
    other = a_person("Other", Role.SCHOOL_NURSE, PARC.code, teams=["West"])
    town = a_directory(TOWN, by_code, by_team, everywhere, other)
    assert set(names(town.covering(Role.SCHOOL_NURSE, BRYN.code, [3], MONDAY))) == {
        "Code",
        "Team",
        "All",
    }
    assert set(names(town.covering(Role.SCHOOL_NURSE, ROATH.code, [3], MONDAY))) == {"Team", "All"}
    assert names(town.covering(Role.NURSE_LEAD, BRYN.code, [3], MONDAY)) == []


def test_who_is_asked_first_goes_by_order_and_then_by_id() -> None:
    people = [a_person(n, Role.DSP, BRYN.code, order=o) for n, o in (("B", 2), ("C", 1), ("A", 2))]
    assert names(a_directory(TOWN, *people).covering(Role.DSP, BRYN.code, [None], MONDAY)) == [
        "C",
        "A",
        "B",
    ]


def test_years_split_a_school_and_an_unknown_year_is_everyones() -> None:
    lower = a_person("Lower", Role.DSP, BRYN.code, years=[7, 8, 9])
    upper = a_person("Upper", Role.DSP, BRYN.code, years=[10, 11])
    both = a_person("Both", Role.DSP, BRYN.code)
    town = a_directory(TOWN, lower, upper, both)
    assert names(town.covering(Role.DSP, BRYN.code, [8], MONDAY)) == ["Both", "Lower"]
    assert names(town.covering(Role.DSP, BRYN.code, [8, 11], MONDAY)) == ["Both", "Lower", "Upper"]
    assert names(town.covering(Role.DSP, BRYN.code, [None], MONDAY)) == ["Both", "Lower", "Upper"]
    assert names(town.covering(Role.DSP, BRYN.code, [13], MONDAY)) == ["Both"]


def test_a_duty_without_a_school_is_for_whoever_covers_everything_or_else_the_whole_role() -> None:
    desk = a_person("Desk", Role.MASH_DESK, everywhere=True)
    part = a_person("Part", Role.MASH_DESK, BRYN.code)
    assert names(a_directory(TOWN, desk, part).covering(Role.MASH_DESK, None, [None], MONDAY)) == [
        "Desk"
    ]
    assert names(a_directory(TOWN, part).covering(Role.MASH_DESK, None, [None], MONDAY)) == ["Part"]


@pytest.mark.parametrize(
    ("person", "several"),
    [
        (a_person("P", Role.DSP, BRYN.code), False),
        (a_person("P", Role.DSP, BRYN.code, ROATH.code), True),
        (a_person("P", Role.COORDINATOR, everywhere=True), True),
        (a_person("P", Role.SCHOOL_NURSE, teams=["West"]), False),
        (a_person("P", Role.SCHOOL_NURSE, teams=["East"]), True),
        (a_person("P", Role.SCHOOL_NURSE, PARC.code, teams=["West"]), False),
        (a_person("P", Role.SCHOOL_NURSE, BRYN.code, teams=["West"]), True),
    ],
)
def test_only_who_covers_several_schools_has_to_be_told_which_one(
    person: Person, several: bool
) -> None:
    assert a_directory(TOWN, person).covers_several(person) is several


@given(TOWNS, st.sampled_from(Role), st.lists(st.none() | st.integers(7, 11), min_size=1))
def test_everyone_who_covers_a_child_is_found_and_nobody_else(
    town: Directory, role: Role, years: list[int | None]
) -> None:
    found = town.covering(role, "9992009", years, MONDAY)
    for person in town.people.values():
        touches = any(person.scope.covers_year(year) for year in years)
        assert (person in found) == (person.role is role and touches)


# --- standing -------------------------------------------------------------------------------------

MAIR = a_person("Mair", Role.DSP, BRYN.code)


def why_not(person: Person, on: date = MONDAY, excluded: tuple[str, ...] = ()) -> SkipReason | None:
    stands = standing(person, on, excluded)
    return stands.reason if isinstance(stands, Skipped) else None


def test_who_is_enrolled_there_and_eligible_can_be_told() -> None:
    assert standing(MAIR, MONDAY) == Reachable(MAIR, MAIR.contacts[0])


def test_each_reason_not_to_tell_somebody_has_its_name() -> None:
    blocked = a_person("B", Role.DSP, contact=ContactState.BLOCKED)
    assert why_not(replace(MAIR, contacts=())) is SkipReason.NOT_ENROLLED
    assert why_not(blocked) is SkipReason.CONTACT_BLOCKED
    assert why_not(MAIR, excluded=("mair",)) is SkipReason.EXCLUDED


def test_eligibility_begins_on_its_day() -> None:
    person = replace(MAIR, eligible_from=date(2026, 11, 17))
    assert why_not(person, date(2026, 11, 16)) is SkipReason.NOT_YET_ELIGIBLE
    assert why_not(person, date(2026, 11, 17)) is None


@pytest.mark.parametrize(("day", "away"), [(15, False), (16, True), (18, True), (19, False)])
def test_an_absence_holds_from_its_first_day_to_its_last(day: int, away: bool) -> None:
    person = replace(MAIR, absences=(Absence(date(2026, 11, 16), date(2026, 11, 18)),))
    assert (why_not(person, date(2026, 11, day)) is SkipReason.AWAY) is away


def test_a_second_working_contact_method_is_enough() -> None:
    dead = replace(MAIR.contacts[0], id=2, state=ContactState.BLOCKED)
    stands = standing(replace(MAIR, contacts=(dead, *MAIR.contacts)), MONDAY)
    assert isinstance(stands, Reachable)
    assert stands.contact == MAIR.contacts[0]


# --- what an answer covers ------------------------------------------------------------------------

SETTLING = (Role.DSP, Role.DEPUTY_DSP)
SEVEN, TEN, UNKNOWN = AlertChild(1, 7), AlertChild(2, 10), AlertChild(3, None)


def answer(person: Person, *children: AlertChild) -> Acknowledgement:
    given = children_in_scope(person, children)
    return Acknowledgement(person.id, person.role, given, at("07:10"))


def test_an_alert_is_settled_when_every_child_is_covered_and_not_before() -> None:
    children = (SEVEN, TEN, UNKNOWN)
    lower = answer(a_person("Lower", Role.DSP, years=[7]), *children)
    upper = answer(a_person("Upper", Role.DSP, years=[10]), *children)
    assert lower.children == {1, 3}
    assert uncovered(children, [], SETTLING) == {1, 2, 3}
    assert uncovered(children, [lower], SETTLING) == {2}
    assert uncovered(children, [lower, upper], SETTLING) == set()


def test_only_an_answer_of_a_settling_role_covers_a_child() -> None:
    nurse = answer(a_person("Nia", Role.SCHOOL_NURSE), SEVEN)
    head = answer(a_person("Head", Role.HEAD_TEACHER), SEVEN)
    assert uncovered([SEVEN], [nurse, head], SETTLING) == {1}


YEARS = st.none() | st.integers(-1, 13)
SCOPES = st.builds(Scope, years=st.frozensets(st.integers(-1, 13), max_size=4))


@given(st.lists(YEARS, max_size=6), st.lists(st.tuples(SCOPES, st.sampled_from(Role)), max_size=5))
def test_answers_cover_exactly_what_lies_in_the_scopes_of_the_settling(
    years: list[int | None], answerers: list[tuple[Scope, Role]]
) -> None:
    children = [AlertChild(number, year) for number, year in enumerate(years, 1)]
    people = [Person(str(n), str(n), role, scope) for n, (scope, role) in enumerate(answerers)]
    owing = uncovered(children, [answer(p, *children) for p in people], SETTLING)
    for child in children:
        taken = any(
            p.role in SETTLING
            and (child.year_group is None or not p.scope.years or child.year_group in p.scope.years)
            for p in people
        )
        assert (child.number in owing) is not taken
