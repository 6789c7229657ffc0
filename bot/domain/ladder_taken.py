"""An alert under way takes another ladder: what it has told stays told, and what the other ladder
would tell beyond that is still to come.

The alert's copy keeps the steps that were told, as they were, and behind them the other ladder's
that were not: so its steps keep their numbers, nobody is told the same twice, and the other
ladder's end waits behind them (I11). A step whose time has gone by is due at once.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.domain.escalation import EscalationPolicy, EscalationStep
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class Heard:
    """A telling of a step of the ladder that somebody had heard: `role` is theirs."""

    step: int
    role: Role
    with_card: bool
    """They were told as somebody who could settle it."""


def taken(
    old: EscalationPolicy, new: EscalationPolicy, next_step: int, heard: Collection[Heard]
) -> EscalationPolicy:
    """The ladder that an alert has which stood at `next_step` of the old one."""
    before = old.steps[:next_step]
    # Each reminder at the old end was one step on; nobody who comes in later is owed it.
    reminders = (EscalationStep(()),) * (next_step - len(before))
    told = _told(old, new, next_step, heard)
    to_come = []
    for step in new.steps:
        still = tuple(role for role in step.tell if not told[role])
        told.subtract(role for role in step.tell if told[role])
        if still:
            to_come.append(replace(step, tell=still))
    return replace(new, steps=(*before, *reminders, *to_come))


def _told(
    old: EscalationPolicy, new: EscalationPolicy, next_step: int, heard: Collection[Heard]
) -> Counter[Role]:
    """How often each role was told by a step. A step that nobody stood on told nobody; who may
    settle it by the new ladder alone has had no card yet, and is told by it."""
    told: Counter[Role] = Counter()
    for number in range(next_step):
        of_it = [one for one in heard if one.step == number]
        theirs = {one.role for one in of_it}
        roles = old.steps[number].tell if number < len(old.steps) else old.end_tell
        roles = roles or tuple(theirs)  # it was a reminder before another ladder was taken
        for role in roles:
            # Somebody who stood in for another has a role of their own that the step may not name.
            as_what = [one for one in of_it if one.role is role or not theirs <= set(roles)]
            if any(one.with_card or role not in new.settled_by for one in as_what):
                told[role] += 1
    return told
