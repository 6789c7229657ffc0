"""Who would be told, when, by what, and why: the real functions with a moved clock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.alert import AlertChild, Leg
from bot.domain.begin import begin
from bot.domain.calendar import Bell
from bot.domain.escalation import Climb, compressed
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
    held_until: datetime | None = None
    """Whoever is not on the holiday list waits until then."""
    hold_lifted: bool = False
    compressed: bool = False
    """The deadline is nearer than the ladder's own spans: its steps are pulled together."""
    silent: frozenset[datetime] = frozenset()
    """Of the instants at which somebody is told, those within quiet hours."""


def forecast(
    known: InForce,
    school_code: str,
    at: datetime,
    year: int | None = None,
    *,
    urgent: bool = False,
) -> Iterator[LegForecast]:
    """Each leg that is switched on, for one child of this school and year, raised at `at`."""
    for leg in (Leg.SCHOOL, Leg.NURSE):
        policy = known.policies[leg]
        if not policy.enabled:
            continue
        bell = known.bell(school_code, at)
        held_until = None if urgent else known.hold(policy, school_code, at)
        lifted = False
        told: list[tuple[datetime, StepTold]] = []
        climb_at, now = Climb(at, bell.at, 0, None, urgent, held_until), at
        while climb_at.next_step <= len(policy.steps):
            state = LadderState(
                policy=policy,
                school_code=school_code,
                children=(AlertChild(_CHILD, year),),
                uncovered=frozenset({_CHILD}),
                excluded=frozenset(),
                climb=climb_at,
                told=frozenset(r.person.id for _, s in told for r in s.reached),
            )
            climbed = (climb if told else begin)(state, known.directory, now)
            told += [(now, step) for step in climbed.steps]
            if climbed.hold_lifted:
                held_until, lifted = None, True
            now = climbed.next_step_at
            climb_at = replace(
                climb_at,
                next_step=climbed.next_step,
                last_told_at=climbed.last_told_at,
                held_until=held_until,
            )
        settlers = tuple(
            reached.person
            for _, step in told
            for reached in step.reached
            if reached.person.role in policy.settled_by and reached.person.answering_contact
        )
        quiet = policy.quiet
        yield LegForecast(
            leg,
            bell,
            tuple(told),
            settlers,
            held_until,
            lifted,
            compressed(policy, climb_at.begins_at, bell.at),
            frozenset(w for w, _ in told if quiet and not urgent and quiet.until(w)),
        )
