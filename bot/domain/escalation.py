"""The ladder: who is told, step by step, until every child is covered (contract: escalation.toml).

A ladder is copied into its alert when the alert is raised, so an edited policy never changes one
under way. All of its reading is here; `flow/escalate` only writes down what these functions say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from typing import Any

from bot.domain.alert import Leg
from bot.domain.calendar import IN_DAY, InDay
from bot.domain.people import Role
from bot.domain.quiet import NEVER_HELD, Holiday, QuietHours, Send, Waited


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung: told at the later of `after` (since raised) and `not_before` (from the bell)."""

    tell: tuple[Role, ...]
    after: timedelta | None = None
    not_before: timedelta | None = None

    @property
    def is_before_the_bell(self) -> bool:
        """Whether it is meant to be told before the deadline, and not at it or behind it."""
        return self.not_before is None or self.not_before < timedelta(0)


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
    in_day: InDay = IN_DAY
    """Of the school's ladder; a nurse's alert has the same bell."""
    quiet: QuietHours | None = None
    holiday: Holiday = NEVER_HELD

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
            **_span("answer_within", self.answer_within),
            **_waits(self),
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


def _waits(policy: EscalationPolicy) -> dict[str, Any]:
    """Lane, quiet hours and holds, where they are not as they are by themselves."""
    found: dict[str, Any] = {}
    if (lane := policy.in_day) != IN_DAY:
        found["in_day"] = [
            lane.enabled,
            lane.after_opening.total_seconds(),
            lane.before_closing.total_seconds(),
        ]
    if policy.quiet:
        found["quiet"] = [policy.quiet.first.isoformat(), policy.quiet.last.isoformat()]
    if (holiday := policy.holiday) != NEVER_HELD:
        found["holiday"] = [holiday.send.value, holiday.longer_than, holiday.at.isoformat()]
    return found


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
        answer_within=_timedelta(plain.get("answer_within")),
        in_day=_in_day(plain),
        quiet=_quiet(plain),
        holiday=_holiday(plain),
    )


def _in_day(plain: Mapping[str, Any]) -> InDay:
    if "in_day" not in plain:
        return IN_DAY
    enabled, after, before = plain["in_day"]
    return InDay(enabled, timedelta(seconds=after), timedelta(seconds=before))


def _quiet(plain: Mapping[str, Any]) -> QuietHours | None:
    return QuietHours(*map(time.fromisoformat, plain["quiet"])) if "quiet" in plain else None


def _holiday(plain: Mapping[str, Any]) -> Holiday:
    if "holiday" not in plain:
        return NEVER_HELD
    send, longer_than, at = plain["holiday"]
    return Holiday(Send(send), longer_than, time.fromisoformat(at))


# --- when each step is due -----------------------------------------------------------------------


def due_times(
    policy: EscalationPolicy, raised_at: datetime, bell_at: datetime
) -> tuple[datetime, ...]:
    """When each step is due: the later of its two times, and never later than a step behind it.

    A step that is meant to come before the deadline, and by its own time would not, is pulled
    together with the others like it, so that each is told before the deadline if there is any time
    at all (`compressed`).
    """
    due = _own_times(policy, raised_at, bell_at)
    late = _late_steps(policy, due, raised_at, bell_at)
    begins = max([raised_at, *(at for at in due if at < bell_at)])
    for number, step in enumerate(late, 1):
        due[step] = begins + (bell_at - begins) * number / (len(late) + 1)
    return tuple(_none_behind_the_next(due))


def compressed(policy: EscalationPolicy, raised_at: datetime, bell_at: datetime) -> bool:
    """Whether the deadline is nearer than the ladder's own spans, so that steps are pulled up."""
    due = _own_times(policy, raised_at, bell_at)
    return bool(_late_steps(policy, due, raised_at, bell_at))


def _own_times(policy: EscalationPolicy, raised_at: datetime, bell_at: datetime) -> list[datetime]:
    return _none_behind_the_next(
        [
            max(
                raised_at + (step.after or timedelta(0)),
                bell_at + step.not_before if step.not_before is not None else raised_at,
            )
            for step in policy.steps
        ]
    )


def _none_behind_the_next(times: list[datetime]) -> list[datetime]:
    return list(accumulate(reversed(times), min))[::-1]


def _late_steps(
    policy: EscalationPolicy, due: list[datetime], raised_at: datetime, bell_at: datetime
) -> list[int]:
    """The steps that ought to come before the deadline, and would not."""
    if raised_at >= bell_at:
        return []
    steps = enumerate(policy.steps)
    return [number for number, step in steps if step.is_before_the_bell and due[number] >= bell_at]


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a ladder stands. `next_step` counts from 0; past the last step it counts reminders."""

    raised_at: datetime
    bell_at: datetime
    next_step: int
    last_told_at: datetime | None
    """When the last step, or the last reminder after it, was told or skipped."""
    urgent: bool = False
    """It waits for no quiet hours."""
    held_until: datetime | None = None
    """The ladder begins then, and not when the alert was raised."""

    @property
    def begins_at(self) -> datetime:
        return self.held_until or self.raised_at


@dataclass(frozen=True, slots=True)
class Due:
    """When a step, or a reminder, is told; `planned_at` was its time before it had to wait."""

    at: datetime
    planned_at: datetime
    waited: Waited | None = None


def plan(policy: EscalationPolicy, climb: Climb) -> tuple[Due, ...]:
    """When each step is told, quiet hours and holds counted in."""
    due = due_times(policy, climb.begins_at, climb.bell_at)
    if climb.held_until is None and policy.quiet is None:  # nothing waits
        return tuple(Due(at, at) for at in due)
    before = due_times(policy, climb.raised_at, climb.bell_at)
    held = Waited.HOLIDAY if climb.held_until else None
    waits = [Due(at, was, held) for at, was in zip(due[:1], before, strict=False)]
    # The first step is told without sound; those behind it wait.
    return (*waits, *(_after_quiet_hours(policy, climb, Due(at, at)) for at in due[1:]))


def _after_quiet_hours(policy: EscalationPolicy, climb: Climb, due: Due) -> Due:
    """No wait goes past the deadline: quiet hours that end behind it hold nothing up before it."""
    if policy.quiet is None or climb.urgent:
        return due
    ends = policy.quiet.until(due.at)
    if ends is None or due.at < climb.bell_at <= ends:
        return due
    return Due(ends, due.planned_at, due.waited or Waited.QUIET)


@dataclass(frozen=True, slots=True)
class Tell:
    """This step is due now; `due_at` was its time. `reminder` is 0 for a rung, then 1, 2, … at the
    ladder's end, while `step` counts on."""

    roles: tuple[Role, ...]
    step: int
    due_at: datetime
    reminder: int = 0
    waited: Waited | None = None
    planned_at: datetime | None = None
    """When it would have been told, had it not waited."""


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
        due = plan(policy, climb)[climb.next_step]
        if due.at <= now or someone_unreached:
            roles = policy.steps[climb.next_step].tell
            return Tell(roles, climb.next_step, due.at, 0, due.waited, _waited_since(due))
        return Wait(due.at)
    at = (climb.last_told_at or climb.begins_at) + policy.end_every
    due = _after_quiet_hours(policy, climb, Due(at, at))
    if due.at <= now:
        reminder = climb.next_step - steps + 1
        return Tell(
            policy.end_tell, climb.next_step, due.at, reminder, due.waited, _waited_since(due)
        )
    return Wait(due.at)


def _waited_since(due: Due) -> datetime | None:
    return due.planned_at if due.waited else None
