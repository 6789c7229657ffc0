"""Who would be told, when, by what, and why: the real functions with a moved clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.alert import AlertChild, Leg
from bot.domain.calendar import Bell
from bot.domain.escalation import Climb
from bot.domain.people import Person
from bot.domain.routing import InForce, LadderState, StepTold, climb

_CHILD = 1


@dataclass(frozen=True, slots=True)
class LegForecast:
    """What becomes of one duty if nobody ever answers: each step once, then one reminder."""

    leg: Leg
    bell: Bell
    steps: tuple[tuple[datetime, StepTold], ...]
    settlers: tuple[Person, ...]
    """Those told who could settle it; without any the duty would end with nobody."""


def forecast(
    known: InForce, school_code: str, at: datetime, year: int | None = None
) -> Iterator[LegForecast]:
    """Each leg that is switched on, for one child of this school and year, raised at `at`."""
    for leg in (Leg.SCHOOL, Leg.NURSE):
        policy = known.policies[leg]
        if not policy.enabled:
            continue
        bell = known.bell(school_code, at)
        children = (AlertChild(_CHILD, year),)
        told: list[tuple[datetime, StepTold]] = []
        climb_at, now = Climb(at, bell.at, 0, None), at
        while climb_at.next_step <= len(policy.steps):
            state = LadderState(
                policy=policy,
                school_code=school_code,
                children=children,
                uncovered=frozenset({_CHILD}),
                excluded=frozenset(),
                climb=climb_at,
                told=frozenset(r.person.id for _, s in told for r in s.reached),
            )
            climbed = climb(state, known.directory, now)
            told += [(now, step) for step in climbed.steps]
            now = climbed.next_step_at
            climb_at = Climb(at, bell.at, climbed.next_step, climbed.last_told_at)
        settlers = tuple(
            reached.person
            for _, step in told
            for reached in step.reached
            if reached.person.role in policy.settled_by and reached.person.answering_contact
        )
        yield LegForecast(leg, bell, tuple(told), settlers)
