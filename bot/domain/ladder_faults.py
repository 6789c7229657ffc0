"""What is wrong with a ladder as a whole: contradictions, which are refused when a file is taken
in, and gaps, which `check` names and nothing refuses.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.escalation import EscalationPolicy, EscalationStep
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.school import School

_NOTHING = timedelta(0)


def contradictions(policies: Mapping[Leg, EscalationPolicy]) -> Iterator[tuple[str, str]]:
    """Key path and what must be otherwise, of every step whose own time can never come."""
    for leg, policy in policies.items():
        for number, behind, (key, says) in _all_overtaken(policy):
            path = f"policies.{leg.value}.steps[{number}].{key}"
            yield path, says.format(step=f"steps[{behind}]")


def overtaken(policy: EscalationPolicy) -> Iterator[tuple[int, int]]:
    """The same of one ladder: the number of each such step, and of the one behind it that comes
    sooner, both from 1."""
    return ((number + 1, behind + 1) for number, behind, _ in _all_overtaken(policy))


def _all_overtaken(policy: EscalationPolicy) -> Iterator[tuple[int, int, tuple[str, str]]]:
    for number, step in enumerate(policy.steps):
        for behind, other in enumerate(policy.steps[number + 1 :], number + 1):
            if fault := _overtaken(step, other):
                yield number, behind, fault
                break


def _overtaken(step: EscalationStep, behind: EscalationStep) -> tuple[str, str] | None:
    """A step is never later than one behind it: so this one's own time would count for nothing."""
    if not step.is_before_the_bell and behind.is_before_the_bell:
        return "not_before", "must not be at the bell or behind it: {step} behind it comes before"
    after, next_after = step.after or _NOTHING, behind.after or _NOTHING
    if after < next_after:
        return None
    if step.not_before is None:
        sooner = behind.not_before is None and after > next_after
        return ("after", "can never be reached: {step} behind it comes sooner") if sooner else None
    if behind.not_before is None:
        return "not_before", "can never be reached: {step} behind it comes sooner"
    if step.not_before > behind.not_before:
        return "not_before", "can never be reached: {step} behind it comes sooner"
    if step.not_before == behind.not_before and after > next_after:
        return "after", "can never be reached: {step} behind it comes sooner"
    return None


def nobody_stands(known: InForce) -> Iterator[tuple[School, Leg, int, tuple[Role, ...]]]:
    """Each step, from 1, on which nobody in the directory stands for a school."""
    for school in known.directory.schools.values():
        for leg in (Leg.SCHOOL, Leg.NURSE):
            policy = known.policies[leg]
            for number, step in enumerate(policy.steps if policy.enabled else (), 1):
                holders = (
                    known.directory.covering(role, school.code, [None], None) for role in step.tell
                )
                if not any(holders):
                    yield school, leg, number, step.tell


def told_too_late(policies: Mapping[Leg, EscalationPolicy]) -> Iterator[Leg]:
    """Ladders that end after the deadline for whoever could settle them: all of their steps come
    at the bell or behind it."""
    for leg, policy in policies.items():
        settling = [s for s in policy.steps if not set(s.tell).isdisjoint(policy.settled_by)]
        if policy.enabled and settling and not any(s.is_before_the_bell for s in settling):
            yield leg


def quiet_past_the_bell(known: InForce) -> Iterator[tuple[School, Leg]]:
    """Schools that open within the quiet hours of a ladder: before their bell nothing waits."""
    for school in known.directory.schools.values():
        zone = known.calendar_of(school).zone
        for leg in (Leg.SCHOOL, Leg.NURSE):
            quiet = known.policies[leg].quiet
            if quiet is None or zone != LONDON:
                continue
            first, last, opens = quiet.first, quiet.last, school.opens_at
            within = first < opens <= last if first < last else opens > first or opens <= last
            if within:
                yield school, leg
