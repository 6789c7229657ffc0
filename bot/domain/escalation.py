"""The ladder: who is told, step by step, until every child is covered (contract: escalation.toml).

A ladder is copied into its alert when the alert is raised, so an edited policy never changes one
under way. All of its reading is here; `flow/escalate` only writes down what these functions say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.alert import Leg
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung: told at the later of `after` (since raised) and `not_before` (from the bell)."""

    tell: tuple[Role, ...]
    after: timedelta | None = None
    not_before: timedelta | None = None


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """A whole ladder; `at_the_end` keeps telling until somebody settles or closes (I11)."""

    leg: Leg
    settled_by: tuple[Role, ...]
    steps: tuple[EscalationStep, ...]
    end_tell: tuple[Role, ...]
    end_every: timedelta
    enabled: bool = True
    version: str = ""
    answer_within: timedelta | None = None
    """How long the desk has for a question, whose bell this makes; no other leg has it."""

    @property
    def roles(self) -> frozenset[Role]:
        """Everyone whom this ladder tells, or whose answer settles it."""
        told = (role for step in self.steps for role in step.tell)
        return frozenset((*self.settled_by, *told, *self.end_tell))

    def plain(self) -> dict[str, Any]:
        """JSON types only, seconds for spans: the copy that an alert keeps."""
        return {
            "leg": self.leg.value,
            "settled_by": [role.value for role in self.settled_by],
            "steps": [
                {
                    "tell": [role.value for role in step.tell],
                    **_span("after", step.after),
                    **_span("not_before", step.not_before),
                }
                for step in self.steps
            ],
            "end_tell": [role.value for role in self.end_tell],
            "end_every": self.end_every.total_seconds(),
            "version": self.version,
        }


DEFAULT_FOR_QUESTIONS = EscalationPolicy(
    leg=Leg.QUESTION,
    settled_by=(Role.MASH_DESK,),
    steps=(
        EscalationStep((Role.MASH_DESK,)),
        EscalationStep((Role.MASH_DESK,), not_before=timedelta(minutes=-30)),
        EscalationStep((Role.COORDINATOR,), not_before=timedelta()),
    ),
    end_tell=(Role.COORDINATOR,),
    end_every=timedelta(hours=1),
    answer_within=timedelta(hours=4),
)
"""The ladder of a question where a file from before there were any says nothing of it."""


def _span(name: str, span: timedelta | None) -> dict[str, float]:
    return {} if span is None else {name: span.total_seconds()}


def _timedelta(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def policy_of(plain: Mapping[str, Any]) -> EscalationPolicy:
    """The ladder that `EscalationPolicy.plain` wrote down."""
    return EscalationPolicy(
        leg=Leg(plain["leg"]),
        settled_by=tuple(Role(role) for role in plain["settled_by"]),
        steps=tuple(
            EscalationStep(
                tuple(Role(role) for role in step["tell"]),
                _timedelta(step.get("after")),
                _timedelta(step.get("not_before")),
            )
            for step in plain["steps"]
        ),
        end_tell=tuple(Role(role) for role in plain["end_tell"]),
        end_every=timedelta(seconds=plain["end_every"]),
        version=plain["version"],
    )


def due_times(
    policy: EscalationPolicy, raised_at: datetime, bell_at: datetime
) -> tuple[datetime, ...]:
    """When each step is due: the later of its two times, and never later than a step behind it."""
    due: list[datetime] = []
    for step in reversed(policy.steps):
        own = max(
            raised_at + (step.after or timedelta(0)),
            bell_at + step.not_before if step.not_before is not None else raised_at,
        )
        due.append(min(own, due[-1]) if due else own)
    return tuple(reversed(due))


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a ladder stands. `next_step` counts from 0; past the last step it counts reminders."""

    raised_at: datetime
    bell_at: datetime
    next_step: int
    last_told_at: datetime | None
    """When the last step, or the last reminder after it, was told or skipped."""


@dataclass(frozen=True, slots=True)
class Tell:
    """This step is due now; `due_at` was its time. `reminder` is 0 for a rung, then 1, 2, … at the
    ladder's end, while `step` counts on."""

    roles: tuple[Role, ...]
    step: int
    due_at: datetime
    reminder: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    until: datetime


def next_action(
    policy: EscalationPolicy, climb: Climb, now: datetime, *, someone_unreached: bool
) -> Tell | Wait:
    """What an unsettled alert's ladder does now: always a step or a later instant, never nothing.

    `someone_unreached`: a child not yet covered has no reachable told person. Then the next step
    is due now, whatever its `not_before`.
    """
    steps = len(policy.steps)
    if climb.next_step < steps:
        due = due_times(policy, climb.raised_at, climb.bell_at)[climb.next_step]
        if due <= now or someone_unreached:
            return Tell(policy.steps[climb.next_step].tell, climb.next_step, due)
        return Wait(due)
    due = (climb.last_told_at or climb.raised_at) + policy.end_every
    if due <= now:
        return Tell(policy.end_tell, climb.next_step, due, climb.next_step - steps + 1)
    return Wait(due)
