"""Everybody who covers a school is told, or there is a reason why not."""

from datetime import timedelta

import pytest

from bot.domain.cover import SkipReason
from bot.domain.forecast import forecast
from bot.domain.left_out import NOT_THIS_ROLE, OTHER_YEARS, left_out
from bot.domain.people import ContactState, Person, Role
from tests.builders import MONDAY, at
from tests.domain.town import a_directory, a_person, a_school, in_force

BRYN = a_school()
MAIR = a_person("Mair", Role.DSP, BRYN.code)
END = a_person("Coordinator", Role.COORDINATOR, everywhere=True)
EXAMPLES = {
    "no step tells the role": (a_person("Head", Role.HEAD_TEACHER, BRYN.code), NOT_THIS_ROLE),
    "other years": (a_person("Upper", Role.DSP, BRYN.code, years=[10]), OTHER_YEARS),
    "never enrolled": (
        a_person("Owen", Role.DEPUTY_DSP, BRYN.code, contact=None), SkipReason.NOT_ENROLLED,
    ),
    "blocked": (
        a_person("Owen", Role.DEPUTY_DSP, BRYN.code, contact=ContactState.BLOCKED),
        SkipReason.CONTACT_BLOCKED,
    ),
    "away": (a_person("Owen", Role.DEPUTY_DSP, BRYN.code, away=[MONDAY]), SkipReason.AWAY),
    "not yet": (
        a_person("Owen", Role.DEPUTY_DSP, BRYN.code, eligible_from=MONDAY + timedelta(days=9)),
        SkipReason.NOT_YET_ELIGIBLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("person", "why"), EXAMPLES.values(), ids=EXAMPLES)
def test_whoever_is_left_out_is_left_out_for_a_reason(person: Person, why: str) -> None:
    known = in_force(a_directory([BRYN], MAIR, person, END))
    leg = next(iter(forecast(known, BRYN.code, at("07:00"), 7)))
    found = [out for out in left_out(known, leg, BRYN.code, 7) if out.person.id == person.id]
    assert [out.why for out in found] == [why]


def test_who_is_told_is_not_left_out_and_nobody_of_another_school_is_named() -> None:
    other = a_person("Elsewhere", Role.DSP, "9992010")
    known = in_force(a_directory([BRYN, a_school("Ysgol Mor", "9992010")], MAIR, other, END))
    leg = next(iter(forecast(known, BRYN.code, at("07:00"), 7)))
    assert list(left_out(known, leg, BRYN.code, 7)) == []
