"""Which ladder an alert has that takes another one while it is under way."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.escalation import Climb, EscalationPolicy, EscalationStep, Tell, Wait, next_action
from bot.domain.ladder_taken import Heard, taken
from bot.domain.people import Role
from tests.builders import at
from tests.domain.drawn import LADDERS
from tests.domain.town import a_ladder

DSP, DEPUTY, HEAD = Role.DSP, Role.DEPUTY_DSP, Role.HEAD_TEACHER
SAFE, COORDINATOR = Role.EDUCATION_SAFEGUARDING, Role.COORDINATOR


def ladder(*tell: tuple[Role, ...]) -> EscalationPolicy:
    return replace(a_ladder(*(EscalationStep(roles) for roles in tell)), settled_by=(DSP, DEPUTY))


def roles(policy: EscalationPolicy) -> list[tuple[Role, ...]]:
    return [step.tell for step in policy.steps]


@pytest.mark.parametrize(
    ("old", "next_step", "heard", "new", "expected"),
    [
        # Nothing was told: it is the new one.
        ([(DSP,), (DEPUTY,)], 0, [], [(HEAD,), (DSP,)], [(HEAD,), (DSP,)]),
        # Whoever was told is not told again, wherever they stand now.
        ([(DSP,), (SAFE,)], 1, [(0, DSP)], [(DEPUTY,), (DSP,)], [(DSP,), (DEPUTY,)]),
        # A step that nobody stood on told nobody: the new one asks again.
        ([(DSP,), (DEPUTY,), (SAFE,)], 2, [(0, DSP)], [(DSP,), (DEPUTY,)],
         [(DSP,), (DEPUTY,), (DEPUTY,)]),
        # Of a step with two roles one was told.
        ([(DSP, DEPUTY)], 1, [(0, DSP)], [(DSP, DEPUTY, SAFE)], [(DSP, DEPUTY), (DEPUTY, SAFE)]),
        # Who stood in for a role has another of their own.
        ([(DSP,)], 1, [(0, HEAD)], [(DSP,), (SAFE,)], [(DSP,), (SAFE,)]),
        # A second telling of one role is still to come.
        ([(DSP,)], 1, [(0, DSP)], [(DSP,), (DSP,), (SAFE,)], [(DSP,), (DSP,), (SAFE,)]),
        # Two reminders at the end were steps of their own; whom they told has heard of it.
        ([(DSP,)], 3, [(0, DSP), (1, COORDINATOR), (2, COORDINATOR)], [(DSP,), (COORDINATOR, SAFE)],
         [(DSP,), (), (), (SAFE,)]),
    ],
)  # fmt: skip
def test_what_was_told_stays_and_what_was_not_is_to_come(
    old: list[tuple[Role, ...]],
    next_step: int,
    heard: list[tuple[int, Role]],
    new: list[tuple[Role, ...]],
    expected: list[tuple[Role, ...]],
) -> None:
    before = replace(ladder(*old), end_tell=(COORDINATOR,))
    told = [Heard(step, role, with_card=True) for step, role in heard]
    assert roles(taken(before, ladder(*new), next_step, told)) == expected


def test_whoever_may_settle_it_by_the_new_ladder_alone_gets_the_card() -> None:
    old, new = ladder((SAFE,)), replace(ladder((SAFE,), (HEAD,)), settled_by=(SAFE,))
    told = [Heard(0, SAFE, with_card=False)]
    assert roles(taken(old, new, 1, told)) == [(SAFE,), (SAFE,), (HEAD,)]
    assert roles(taken(old, ladder((SAFE,), (HEAD,)), 1, told)) == [(SAFE,), (HEAD,)]


@given(LADDERS, LADDERS, st.integers(0, 9))
def test_nobody_is_told_twice_nobody_is_left_out_and_it_never_comes_to_rest(
    old: EscalationPolicy, new: EscalationPolicy, next_step: int
) -> None:
    told = [
        Heard(number, role, with_card=True)
        for number in range(next_step)
        for role in (old.steps[number].tell if number < len(old.steps) else old.end_tell)
    ]
    found = taken(old, new, next_step, told)
    before = Counter(one.role for one in told)
    to_come = Counter(role for step in found.steps[next_step:] for role in step.tell)
    wanted = Counter(role for step in new.steps for role in step.tell)
    assert to_come == wanted - before
    assert (found.end_tell, found.end_every) == (new.end_tell, new.end_every)
    again = taken(found, new, next_step, told)
    assert again == found, "taking it twice is taking it once"
    climb = Climb(at("07:00"), at("08:50"), next_step, at("07:00") if next_step else None)
    later = at("07:00") + timedelta(days=30)
    match next_action(found, climb, later, someone_unreached=False):
        case Tell(roles=due):
            assert due
        case Wait():
            raise AssertionError("a month later everything is due")
