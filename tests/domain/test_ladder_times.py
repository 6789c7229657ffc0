"""When each step of a ladder is due, and that a ladder never comes to rest."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.escalation import (
    Climb,
    EscalationPolicy,
    EscalationStep,
    Tell,
    Wait,
    compressed,
    due_times,
    next_action,
    policy_of,
)
from bot.domain.people import Role
from tests.builders import at
from tests.domain.drawn import LADDERS, MOMENTS, SPANS
from tests.domain.town import a_ladder, ladders, local

MINUTE = timedelta(minutes=1)


def step(**when: timedelta) -> EscalationStep:
    return EscalationStep((Role.DSP,), **when)


def due(policy: EscalationPolicy, raised: str, bell: str) -> list[str]:
    return [local(instant)[-5:] for instant in due_times(policy, at(raised), at(bell))]


def test_the_shipped_ladder_of_a_school_is_planned_backwards_from_its_bell() -> None:
    assert due(ladders()[Leg.SCHOOL], "05:00", "08:50") == ["05:00", "07:50", "08:50"]


@pytest.mark.parametrize(
    ("raised", "second_step"), [("07:30", "07:50"), ("07:45", "07:55"), ("08:30", "08:40")]
)
def test_a_step_is_due_at_the_later_of_after_and_not_before(raised: str, second_step: str) -> None:
    assert due(ladders()[Leg.SCHOOL], raised, "08:50")[1] == second_step


def test_a_step_is_never_later_than_a_step_behind_it() -> None:
    held = a_ladder(step(), step(not_before=timedelta(0)), step(after=5 * MINUTE))
    assert due(held, "07:00", "08:50") == ["07:00", "07:05", "07:05"]
    late_first = a_ladder(step(after=60 * MINUTE), step(after=10 * MINUTE))
    assert due(late_first, "07:00", "08:50") == ["07:10", "07:10"]


def test_the_in_day_lane_plans_from_the_closing_bell() -> None:
    assert due(ladders()[Leg.SCHOOL], "10:00", "15:20") == ["10:00", "14:20", "15:20"]


def test_a_weekends_ladder_waits_for_the_bell_and_not_for_ten_minutes() -> None:
    friday_night, monday = at("22:00"), at("08:50") + timedelta(days=3)
    times = due_times(ladders()[Leg.SCHOOL], friday_night, monday)
    assert times[1:] == (monday - 60 * MINUTE, monday)


@given(LADDERS, MOMENTS, SPANS)
def test_due_times_never_fall_behind_one_another_nor_before_the_raising(
    policy: EscalationPolicy, raised: datetime, to_bell: timedelta
) -> None:
    times = due_times(policy, raised, raised + to_bell)
    assert len(times) == len(policy.steps)
    assert list(times) == sorted(times)
    assert all(instant >= raised for instant in times)


@given(LADDERS, MOMENTS, SPANS)
def test_a_step_is_due_at_its_own_time_or_at_one_behind_it(
    policy: EscalationPolicy, raised: datetime, to_bell: timedelta
) -> None:
    bell = raised + to_bell
    own = [
        max(
            raised + (step.after or timedelta(0)),
            raised if step.not_before is None else bell + step.not_before,
        )
        for step in policy.steps
    ]
    times = due_times(policy, raised, bell)
    for number, instant in enumerate(times):
        assert instant <= min(own[number:])
        assert instant == min(own[number:]) or compressed(policy, raised, bell)


@given(LADDERS)
def test_a_ladder_that_was_written_down_reads_the_same(policy: EscalationPolicy) -> None:
    assert policy_of(policy.plain()) == policy


def test_the_shipped_ladders_survive_being_written_down() -> None:
    for policy in ladders().values():
        assert policy_of(policy.plain()) == policy


CLIMBS: Any = st.builds(
    lambda raised, to_bell, step, ago: Climb(raised, raised + to_bell, step, ago and raised + ago),
    MOMENTS,
    SPANS,
    st.integers(0, 12),
    st.none() | SPANS,
)


@given(LADDERS, CLIMBS, SPANS, st.booleans())
def test_a_ladder_never_comes_to_rest(
    policy: EscalationPolicy, climb: Climb, since: timedelta, unreached: bool
) -> None:
    """At any step, at any moment: somebody is told now, or there is a later instant."""
    now = climb.raised_at + since
    match next_action(policy, climb, now, someone_unreached=unreached):
        case Tell() as told:
            assert told.roles
            assert told.step == climb.next_step
            assert told.reminder == max(0, climb.next_step - len(policy.steps) + 1)
        case Wait(until):
            assert until > now


@given(LADDERS, CLIMBS, SPANS)
def test_a_child_nobody_was_reached_for_makes_the_next_step_due_now(
    policy: EscalationPolicy, climb: Climb, since: timedelta
) -> None:
    now = climb.raised_at + since
    action = next_action(policy, climb, now, someone_unreached=True)
    if climb.next_step < len(policy.steps):
        assert isinstance(action, Tell)
        assert action.roles == policy.steps[climb.next_step].tell


def test_reminders_come_first_one_every_after_the_last_step_and_then_at_each() -> None:
    policy = a_ladder(step())
    told_at = at("07:00")
    climb = Climb(told_at, at("08:50"), 1, told_at)
    assert next_action(policy, climb, at("07:29"), someone_unreached=True) == Wait(at("07:30"))
    first = next_action(policy, climb, at("07:30"), someone_unreached=False)
    assert first == Tell((Role.COORDINATOR,), 1, at("07:30"), reminder=1)
    second = next_action(
        policy, Climb(told_at, at("08:50"), 2, at("07:30")), at("08:00"), someone_unreached=False
    )
    assert second == Tell((Role.COORDINATOR,), 2, at("08:00"), reminder=2)
