"""A containment record: something was shown at a school that it was not meant for.

UK GDPR gives 72 hours from knowing of a personal data breach to telling the regulator, where it has
to be told at all. That is for people to decide; here the clock is kept, and nobody forgets it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

REPORT_WITHIN = timedelta(hours=72)
_FIRST_REMINDER = timedelta(hours=48)
_THEN_EVERY = timedelta(hours=24)


class Outcome(StrEnum):
    """How a record ends."""

    REPORTED = "reported"
    """The regulator was told."""
    NOT_REPORTABLE = "not_reportable"
    """Somebody decided that it need not be."""


def next_reminder(sealed_at: datetime, now: datetime) -> datetime:
    """When the coordinators hear of an open record next: after 48 hours, at 72, when the report is
    due, and from then on each day: a record that nobody ends never falls silent."""
    at = sealed_at + _FIRST_REMINDER
    while at <= now:
        at += _THEN_EVERY
    return at
