"""Where a change would leave a duty with nobody who is told of it and can settle it (I11)."""

from dataclasses import replace
from datetime import date

from bot.domain.alert import Leg
from bot.domain.nobody_to_tell import left_with_nobody
from bot.domain.people import Channel, ContactMethod, ContactState, Role
from tests.domain.town import a_directory, a_person, a_school, in_force, ladders

BRYN = a_school()
OWEN = a_person("Owen", Role.DEPUTY_DSP, BRYN.code)
LOW = a_person("Low", Role.DSP, BRYN.code, years=[7, 8])
HIGH = a_person("High", Role.DSP, BRYN.code, years=[10])


def test_a_step_that_is_dropped_takes_its_school_the_only_one_whom_it_told() -> None:
    before = in_force(a_directory([BRYN], OWEN))
    school = ladders()[Leg.SCHOOL]
    told = tuple(step for step in school.steps if Role.DEPUTY_DSP not in step.tell)
    after = replace(before, policies={**before.policies, Leg.SCHOOL: replace(school, steps=told)})
    [lost] = left_with_nobody(before, after)
    assert (lost.leg, lost.school_code, lost.roles) == (Leg.SCHOOL, BRYN.code, (Role.DSP,))


def test_a_year_group_that_somebody_stood_for_by_name_is_missed() -> None:
    before = in_force(a_directory([BRYN], LOW, HIGH))
    after = in_force(a_directory([BRYN], LOW))
    [lost] = left_with_nobody(before, after)
    assert (lost.school_code, lost.years) == (BRYN.code, (10,))
    covered = in_force(a_directory([BRYN], LOW, OWEN))
    assert left_with_nobody(before, covered) == ()


def test_whom_only_an_e_mail_reaches_settles_nothing() -> None:
    by_post = replace(
        OWEN, contacts=(ContactMethod(1, Channel.EMAIL, "o@x.example", ContactState.WORKING),)
    )
    before, after = (in_force(a_directory([BRYN], one)) for one in (OWEN, by_post))
    assert left_with_nobody(before, after) == ()
    [lost] = left_with_nobody(before, after, date(2026, 11, 16))
    assert lost.school_code == BRYN.code
