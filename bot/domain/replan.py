"""The deadline of an open alert when its school is closed, or open after all."""

from datetime import datetime

from bot.domain.calendar import Bell
from bot.domain.escalation import EscalationPolicy
from bot.domain.routing import InForce


def replanned(
    known: InForce,
    policy: EscalationPolicy,
    school_code: str,
    raised_at: datetime,
    bell_at: datetime,
    now: datetime,
) -> Bell | None:
    """The deadline that an open alert has by the calendar as it is now, if it is another one.

    No deadline moves into the past: a school that opens after all once its bell has rung gives the
    next one from now on.
    """
    bell = known.bell(school_code, raised_at, policy.in_day)
    if bell.at <= now:
        bell = known.bell(school_code, now, policy.in_day) if bell_at > now else bell
    if bell.at == bell_at or bell.at <= now:
        return None
    return bell
