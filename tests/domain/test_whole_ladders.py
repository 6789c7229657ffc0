"""A ladder is read as a whole: a step that one behind it always overtakes is named."""

from datetime import timedelta

import pytest

from bot.domain.alert import Leg
from bot.domain.escalation import EscalationStep
from bot.domain.ladder_faults import contradictions
from bot.domain.people import Role
from tests.domain.town import a_ladder, ladders

MINUTE = timedelta(minutes=1)


def step(**when: timedelta) -> EscalationStep:
    return EscalationStep((Role.DSP,), **when)


AT_BELL, HOUR = timedelta(0), timedelta(hours=1)


@pytest.mark.parametrize(
    ("steps", "key"),
    [
        ([step(after=HOUR), step(after=10 * MINUTE)], "steps[0].after"),
        ([step(), step(not_before=HOUR), step(not_before=-HOUR)], "steps[1].not_before"),
        ([step(not_before=AT_BELL), step(after=10 * MINUTE)], "steps[0].not_before"),
        ([step(not_before=-10 * MINUTE), step(not_before=-HOUR)], "steps[0].not_before"),
        ([step(not_before=-HOUR), step()], "steps[0].not_before"),
    ],
)
def test_a_step_that_one_behind_it_always_overtakes_is_named(
    steps: list[EscalationStep], key: str
) -> None:
    [(path, _)] = contradictions({Leg.SCHOOL: a_ladder(*steps)})
    assert path == f"policies.school.{key}"


@pytest.mark.parametrize(
    "steps",
    [
        [step(), step(after=10 * MINUTE), step(not_before=AT_BELL)],
        [step(after=HOUR), step(not_before=-HOUR)],
        [step(), step()],
    ],
)
def test_a_ladder_that_runs_as_it_is_written_is_not_found_fault_with(
    steps: list[EscalationStep],
) -> None:
    assert list(contradictions({Leg.SCHOOL: a_ladder(*steps)})) == []


def test_the_shipped_ladders_do_not_contradict_themselves() -> None:
    assert list(contradictions(ladders())) == []
