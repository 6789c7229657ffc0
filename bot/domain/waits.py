"""When messages wait and when notices count together: what a partnership sets beside its ladders'
steps, of every leg at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import InDay
from bot.domain.escalation import EscalationPolicy
from bot.domain.pattern import Patterns
from bot.domain.quiet import Holiday, QuietHours

MAY_BE_OFF = (Leg.SCHOOL, Leg.NURSE)
"""Legs that a partnership may switch off, and that may hold what is raised in the holidays."""


@dataclass(frozen=True, slots=True)
class LegWaits:
    """Of one leg; what a leg cannot have is as it is by itself."""

    enabled: bool
    quiet: QuietHours | None
    holiday: Holiday
    in_day: InDay
    answer_within: timedelta | None


@dataclass(frozen=True, slots=True)
class Waits:
    legs: Mapping[Leg, LegWaits]
    patterns: Patterns
    two_people: bool
    """Whether a change is put in force by somebody else than whoever drafted it."""

    def with_one_lane(self) -> "Waits":
        """A nurse's alert has the school's bell, and with it the school's lane."""
        nurse = replace(self.legs[Leg.NURSE], in_day=self.legs[Leg.SCHOOL].in_day)
        return replace(self, legs={**self.legs, Leg.NURSE: nurse})


def waits_of(
    policies: Mapping[Leg, EscalationPolicy], patterns: Patterns, *, two_people: bool
) -> Waits:
    """What the ladders of a text say of it."""
    legs = {
        leg: LegWaits(one.enabled, one.quiet, one.holiday, one.in_day, one.answer_within)
        for leg, one in policies.items()
    }
    return Waits(legs, patterns, two_people)
