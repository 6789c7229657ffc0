"""What nobody covers since somebody went: what is new, and no gap that was there before."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.domain.alert import Leg
from bot.domain.people import Person, Role
from bot.domain.readiness import Gap, gaps_made, roles_left_empty
from bot.domain.routing import InForce
from tests.builders import MONDAY, at
from tests.domain.drawn import BRYN
from tests.domain.town import a_directory, a_person, in_force

NOW = at("07:00")
CODE = BRYN.code
MAIR = a_person("Mair", Role.DSP, CODE)
OWEN = a_person("Owen", Role.DEPUTY_DSP, CODE)
LOWER, UPPER = (
    a_person("Lower", Role.DSP, CODE, years=[7, 8, 9]),
    a_person("Upper", Role.DSP, CODE, years=[10, 11]),
)
DESK, OTHER = (a_person(name, Role.MASH_DESK, everywhere=True) for name in ("Desk", "Other"))


def staffed(*people: Person) -> InForce:
    return in_force(a_directory([BRYN], *people))


def without_account(person: Person) -> Person:
    return replace(person, contacts=())


def made(before: Iterable[Person], after: Iterable[Person], gone: Person) -> list[Gap]:
    """The gaps of the school's leg."""
    found = gaps_made(staffed(*before), staffed(*after), [gone], NOW)
    return [gap for gap in found if gap.leg is Leg.SCHOOL]


def test_the_last_who_settles_leaves_a_gap_and_one_of_two_does_not() -> None:
    [gap] = made([MAIR], [], MAIR)
    assert (gap.school.code, gap.years) == (CODE, ())
    assert made([MAIR, OWEN], [OWEN], MAIR) == []


def test_a_gap_that_was_there_before_is_nobodys_news() -> None:
    unreached = without_account(MAIR)
    assert made([unreached], [], unreached) == []


def test_who_is_away_when_they_leave_is_missed_all_the_same() -> None:
    away = a_person("Mair", Role.DSP, CODE, away=[MONDAY, MONDAY + timedelta(days=1)])
    assert len(made([away], [], away)) == 1


def test_who_loses_their_account_leaves_a_gap_while_they_stay() -> None:
    assert len(made([MAIR], [without_account(MAIR)], MAIR)) == 1


def test_the_years_that_only_the_leaver_had_are_named_though_nobody_names_them_now() -> None:
    [gap] = made([LOWER, UPPER], [UPPER], LOWER)
    assert gap.years == (7, 8, 9)


def test_of_a_gap_that_grows_only_what_is_new_is_named() -> None:
    sixth = without_account(a_person("Sixth", Role.DSP, CODE, years=[12]))
    [gap] = made([LOWER, UPPER, sixth], [UPPER, sixth], LOWER)
    assert gap.years == (7, 8, 9)


def test_a_role_of_the_authority_that_nobody_holds_any_more_is_named() -> None:
    assert roles_left_empty(staffed(), [DESK], NOW) == (Role.MASH_DESK,)
    assert roles_left_empty(staffed(OTHER), [DESK], NOW) == ()
    assert roles_left_empty(staffed(), [MAIR], NOW) == ()
