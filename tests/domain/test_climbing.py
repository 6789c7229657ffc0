"""A climb tells each step once, skips nobody silently, and leaves no child without anybody."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.cover import SkipReason
from bot.domain.directory import Directory
from bot.domain.escalation import Climb, EscalationPolicy
from bot.domain.people import ContactState, Person, Role
from bot.domain.routing import Climbed, LadderState, climb
from tests.builders import at
from tests.domain.drawn import BRYN, LADDERS, MOMENTS, SPANS, TOWNS, YEARS
from tests.domain.town import a_directory, a_person, a_school, a_state, ladders

SCHOOL_LADDER = ladders()[Leg.SCHOOL]
MAIR = a_person("Mair", Role.DSP, BRYN.code)
OWEN = a_person("Owen", Role.DEPUTY_DSP, BRYN.code)
SAFEGUARDING = a_person("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True)
COORDINATOR = a_person("Coordinator", Role.COORDINATOR, everywhere=True)
AUTHORITY = (SAFEGUARDING, COORDINATOR)
FRIDAY = date(2026, 11, 20)


def climbed(
    state: LadderState, clock: str, *people: Person, on: date = date(2026, 11, 16)
) -> Climbed:
    return climb(state, a_directory([BRYN], *people), at(clock, on))


def told(found: Climbed) -> list[str]:
    return [reached.person.name for step in found.steps for reached in step.reached]


def raised_at_seven(**more: object) -> LadderState:
    state = a_state(SCHOOL_LADDER, raised=at("07:00"), bell=at("08:50"))
    return replace(state, **more)  # type: ignore[arg-type]


def under_way(step: int, *so_far: str, **more: object) -> LadderState:
    """An alert of seven o'clock whose ladder has told these people up to this step."""
    return raised_at_seven(
        climb=Climb(at("07:00"), at("08:50"), step, at("07:00")), told=frozenset(so_far), **more
    )


def test_the_first_step_tells_everyone_in_the_role_in_their_order() -> None:
    first = a_person("Zena", Role.DSP, BRYN.code, order=1)
    second = a_person("Anwen", Role.DSP, BRYN.code, order=2)
    found = climbed(raised_at_seven(), "07:00", second, first, OWEN, *AUTHORITY)
    assert told(found) == ["Zena", "Anwen"]
    assert (found.next_step, found.next_step_at) == (1, at("07:50"))


def test_a_step_with_nobody_on_it_is_passed_at_once() -> None:
    found = climbed(raised_at_seven(), "07:00", OWEN, *AUTHORITY)
    assert told(found) == ["Owen"]
    assert [bool(step.reached) for step in found.steps] == [False, True]


def test_whoever_is_not_told_is_named_with_the_reason() -> None:
    people = (
        a_person("Away", Role.DSP, BRYN.code, away=[date(2026, 11, 16)]),
        a_person("Blocked", Role.DSP, BRYN.code, contact=ContactState.BLOCKED),
        a_person("New", Role.DSP, BRYN.code, contact=None),
        a_person("Untrained", Role.DSP, BRYN.code, eligible_from=date(2026, 11, 17)),
        a_person("Excluded", Role.DSP, BRYN.code),
    )
    state = raised_at_seven(excluded=frozenset({"excluded"}))
    found = climbed(state, "07:00", *people, OWEN, *AUTHORITY)
    skipped = {skip.person.name: skip.reason for skip in found.steps[0].skipped}
    assert skipped == {
        "Away": SkipReason.AWAY,
        "Blocked": SkipReason.CONTACT_BLOCKED,
        "New": SkipReason.NOT_ENROLLED,
        "Untrained": SkipReason.NOT_YET_ELIGIBLE,
        "Excluded": SkipReason.EXCLUDED,
    }
    assert told(found) == ["Owen"]


def test_with_nobody_at_all_every_rung_is_passed_and_the_ladder_still_has_a_next_time() -> None:
    found = climbed(raised_at_seven(), "07:00")
    assert [step.step for step in found.steps] == [0, 1, 2]
    assert told(found) == []
    assert found.next_step_at == at("07:30")


def test_a_told_person_who_can_no_longer_be_reached_makes_the_next_step_due_now() -> None:
    blocked = replace(MAIR, contacts=(replace(MAIR.contacts[0], state=ContactState.BLOCKED),))
    found = climbed(under_way(1, "mair"), "07:05", blocked, OWEN, *AUTHORITY)
    assert told(found) == ["Owen"]
    gone = climbed(under_way(1, "mair"), "07:05", OWEN, *AUTHORITY)
    assert told(gone) == ["Owen"]
    excluded = under_way(1, "mair", excluded=frozenset({"mair"}))
    assert told(climbed(excluded, "07:05", MAIR, OWEN, *AUTHORITY)) == ["Owen"]


def test_a_told_person_who_is_there_leaves_the_next_step_to_its_time() -> None:
    found = climbed(under_way(1, "mair"), "07:05", MAIR, OWEN, *AUTHORITY)
    assert (told(found), found.next_step_at) == ([], at("07:50"))


def test_who_has_moved_to_another_school_no_longer_stands_for_a_child() -> None:
    elsewhere = a_school("Roath Primary School", "9992001")
    moved = a_person("Mair", Role.DSP, elsewhere.code)
    directory = a_directory([BRYN, elsewhere], moved, OWEN, *AUTHORITY)
    assert told(climb(under_way(1, "mair"), directory, at("07:05"))) == ["Owen"]


def test_who_has_taken_a_role_outside_the_ladder_no_longer_stands_for_a_child() -> None:
    promoted = replace(MAIR, role=Role.HEAD_TEACHER)
    found = climbed(under_way(1, "mair"), "07:05", promoted, OWEN, *AUTHORITY)
    assert told(found) == ["Owen"]


def test_an_absence_that_begins_while_the_alert_waits_is_noticed_when_it_begins() -> None:
    """Told on Friday night, away from Saturday: the deputy's step must not wait for Monday."""
    friday_night, monday = at("20:00", FRIDAY), at("08:50", date(2026, 11, 23))
    mair = replace(
        MAIR,
        absences=a_person("x", Role.DSP, away=[date(2026, 11, 21), date(2026, 11, 27)]).absences,
    )
    directory = a_directory([BRYN], mair, OWEN, *AUTHORITY)
    state = a_state(SCHOOL_LADDER, raised=friday_night, bell=monday)
    first = climb(state, directory, friday_night)
    assert told(first) == ["Mair"]
    midnight = at("00:00", date(2026, 11, 21))
    assert first.next_step_at == midnight
    later = replace(
        state,
        climb=Climb(friday_night, monday, first.next_step, first.last_told_at),
        told=frozenset({"mair"}),
    )
    assert told(climb(later, directory, midnight)) == ["Owen"]


def test_one_child_without_anybody_is_enough_and_children_of_others_do_not_help() -> None:
    """Year 7's DSP was told; year 10's is away: the deputies are due now, for year 10's sake."""
    seven = a_person("Seven", Role.DSP, BRYN.code, years=[7])
    ten = a_person("Ten", Role.DSP, BRYN.code, years=[10], away=[date(2026, 11, 16)])
    state = a_state(SCHOOL_LADDER, raised=at("07:00"), bell=at("08:50"), years=[7, 10])
    found = climbed(state, "07:00", seven, ten, OWEN, *AUTHORITY)
    assert told(found) == ["Seven", "Owen"]


def test_a_child_that_is_covered_already_needs_nobody_more() -> None:
    seven = a_person("Seven", Role.DSP, BRYN.code, years=[7])
    ten = a_person("Ten", Role.DSP, BRYN.code, years=[10], contact=ContactState.BLOCKED)
    state = a_state(
        SCHOOL_LADDER,
        raised=at("07:00"),
        bell=at("08:50"),
        years=[7, 10],
        uncovered={1},
        next_step=1,
        told={"seven", "ten"},
    )
    assert told(climbed(state, "07:05", seven, ten, OWEN, *AUTHORITY)) == []


def test_a_child_of_unknown_year_is_in_the_scope_of_every_dsp() -> None:
    seven = a_person("Seven", Role.DSP, BRYN.code, years=[7])
    ten = a_person("Ten", Role.DSP, BRYN.code, years=[10])
    state = a_state(SCHOOL_LADDER, raised=at("07:00"), bell=at("08:50"), years=[None])
    assert told(climbed(state, "07:00", seven, ten, OWEN)) == ["Seven", "Ten"]


def test_a_deputy_of_other_years_is_not_told() -> None:
    deputy = a_person("Deputy", Role.DEPUTY_DSP, BRYN.code, years=[12, 13])
    state = a_state(SCHOOL_LADDER, raised=at("08:45"), bell=at("08:50"), years=[7])
    assert told(climbed(state, "08:50", MAIR, deputy, *AUTHORITY)) == ["Mair", "Safeguarding"]


def test_doubt_about_what_was_sent_pulls_one_step_forward_and_no_more() -> None:
    found = climbed(under_way(1, "mair", hurry=True), "07:05", MAIR, OWEN, *AUTHORITY)
    assert told(found) == ["Owen"]
    assert (found.next_step, found.next_step_at) == (2, at("08:50"))


def test_after_an_outage_every_step_overdue_is_told_once_in_order_with_its_due_time() -> None:
    found = climbed(raised_at_seven(), "09:30", MAIR, OWEN, *AUTHORITY)
    assert told(found) == ["Mair", "Owen", "Safeguarding"]
    assert [step.due_at for step in found.steps] == [at("07:00"), at("07:50"), at("08:50")]
    assert found.next_step_at == at("10:00")


@given(LADDERS, TOWNS, YEARS, MOMENTS, SPANS, st.lists(SPANS, max_size=4))
def test_a_ladder_watched_at_any_moments_tells_each_rung_once_and_always_goes_on(
    policy: EscalationPolicy,
    town: Directory,
    years: list[int | None],
    raised: datetime,
    to_bell: timedelta,
    looks: list[timedelta],
) -> None:
    state = a_state(policy, raised=raised, bell=raised + to_bell, years=years)
    rungs: list[int] = []
    now = raised
    for pause in (timedelta(0), *looks):
        now += pause
        found = climb(state, town, now)
        assert found.next_step_at > now
        rungs += [step.step for step in found.steps]
        for step in found.steps:
            assert {r.person.id for r in step.reached}.isdisjoint(s.person.id for s in step.skipped)
            assert all(reached.person.role in step.roles for reached in step.reached)
        state = replace(
            state,
            climb=Climb(raised, raised + to_bell, found.next_step, found.last_told_at),
            told=state.told | {r.person.id for s in found.steps for r in s.reached},
        )
    assert rungs == list(range(len(rungs)))
    assert state.climb.next_step == len(rungs)


@given(LADDERS, TOWNS, YEARS, MOMENTS, SPANS)
def test_when_a_ladder_waits_between_rungs_every_child_has_somebody_reachable(
    policy: EscalationPolicy,
    town: Directory,
    years: list[int | None],
    raised: datetime,
    to_bell: timedelta,
) -> None:
    state = a_state(policy, raised=raised, bell=raised + to_bell, years=years)
    found = climb(state, town, raised)
    if 0 < found.next_step < len(policy.steps):
        reached = [r.person for step in found.steps for r in step.reached]
        for year in years:
            assert any(person.scope.covers_year(year) for person in reached)


def test_every_instant_is_aware_and_in_utc() -> None:
    assert climbed(raised_at_seven(), "07:00", MAIR).next_step_at.tzinfo is UTC
