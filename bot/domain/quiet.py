"""What makes a ladder wait: quiet hours, and a hold over the holidays. Each wait has an end, which
is a due time like any other (contract: how a ladder is read).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.calendar import LONDON, Bell, Calendar
from bot.domain.school import School


class Waited(StrEnum):
    """What a step was put off by."""

    QUIET = "quiet"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one local time to another, the next day's if it is the earlier one."""

    first: time
    last: time

    def until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours in which this instant lies; None outside them.

        Each night is reckoned from its own two instants, so that of an hour that comes twice no
        moment is quiet that lies behind the end.
        """
        today = at.astimezone(LONDON).date()
        for day in (today - timedelta(days=1), today):
            begins = _instant(day, self.first)
            ends = _instant(day if self.first < self.last else day + timedelta(days=1), self.last)
            if begins <= at < ends:
                return ends
        return None


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


class Send(StrEnum):
    """What happens to an alert raised in the holidays."""

    AT_ONCE = "at_once"
    HOLIDAY_LIST = "holiday_list"
    """To whoever is on the holiday list at once, to the others from the hold's end on."""
    HOLD = "hold"
    """To nobody before the day before the first pupil day."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """`longer_than` days without pupils in a row are a holiday; `at` is the local time at which a
    hold ends, on the day before the first pupil day."""

    send: Send = Send.AT_ONCE
    longer_than: int = 4
    at: time = time(12)


NEVER_HELD = Holiday()


def hold_until(
    holiday: Holiday, calendar: Calendar, school: School, at: datetime, bell: Bell
) -> datetime | None:
    """Until when an alert raised now waits; None outside the holidays, or when that has passed."""
    if holiday.send is Send.AT_ONCE:
        return None
    if calendar.days_without_pupils(school, at, bell) <= holiday.longer_than:
        return None
    ends = end_of_hold(holiday, calendar, bell)
    return ends if ends > at else None


def end_of_hold(holiday: Holiday, calendar: Calendar, bell: Bell) -> datetime:
    """The hold's end for an alert that is due at this bell."""
    return calendar.instant(calendar.local_day(bell.at) - timedelta(days=1), holiday.at)
