"""When the bell rings: the deadline of every alert, on that school's own calendar.

A pupil day is a weekday in term on which pupils are in: no bank holiday, no closure and no INSET
day (staff are in then, pupils are not; domain.md). Bells are local times; instants are UTC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.school import School

IN_DAY_EDGE = timedelta(minutes=30)
"""An alert raised later than this before the closing bell waits for the next pupil day."""

LONDON = ZoneInfo("Europe/London")


def local_day(at: datetime) -> date:
    """The day on which absences and eligibility are read, and which people mean by "today"."""
    return at.astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class DayRange:
    first_on: date
    last_on: date
    why: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class OwnDays:
    """A school's own days, added to the calendar's."""

    closed: tuple[DayRange, ...] = ()
    inset: frozenset[date] = frozenset()


class Lane(StrEnum):
    NEXT_DAY = "next_day"
    IN_DAY = "in_day"


@dataclass(frozen=True, slots=True)
class Bell:
    at: datetime
    lane: Lane
    assumed: bool = False
    """No term lies ahead in the calendar: the next weekday was assumed, so that the duty keeps a
    deadline; the gap is reported by `check` and to the coordinators."""


@dataclass(frozen=True, slots=True)
class Calendar:
    name: str
    timezone: str
    terms: tuple[DayRange, ...]
    closed: tuple[DayRange, ...] = ()
    inset: frozenset[date] = frozenset()
    bank_holidays: frozenset[date] = frozenset()
    schools: Mapping[str, OwnDays] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def last_day(self) -> date:
        return max(term.last_on for term in self.terms)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def why_not_a_pupil_day(self, day: date, school_code: str) -> str | None:
        """`None` on a pupil day, else the reason in one or two plain words."""
        own = self.schools.get(school_code, OwnDays())
        if day.weekday() >= 5:
            return "weekend"
        if day in self.bank_holidays:
            return "bank holiday"
        if day in self.inset or day in own.inset:
            return "INSET"
        for closure in (*self.closed, *own.closed):
            if day in closure:
                return closure.why or "closed"
        if not any(day in term for term in self.terms):
            return "out of term"
        return None

    def pupil_days(self, school_code: str, first: date) -> Iterator[date]:
        """Each pupil day from `first` on, to the end of the last term."""
        day = first
        while day <= self.last_day:
            if self.why_not_a_pupil_day(day, school_code) is None:
                yield day
            day += timedelta(days=1)

    def bell(self, school: School, at: datetime) -> Bell:
        """The deadline of an alert raised at `at` (contract: how a ladder is read).

        The opening of the school's next pupil day; from the opening on and up to 30 minutes
        before the closing bell of a pupil day, that closing bell (the in-day lane).
        """
        today = self._day(at)
        if self.why_not_a_pupil_day(today, school.code) is None:
            closing = self._instant(today, school.closes_at)
            if self._instant(today, school.opens_at) <= at <= closing - IN_DAY_EDGE:
                return Bell(closing, Lane.IN_DAY)
        for day in self.pupil_days(school.code, today):
            if (opening := self._instant(day, school.opens_at)) > at:
                return Bell(opening, Lane.NEXT_DAY)
        return Bell(self._assumed_opening(school, at), Lane.NEXT_DAY, assumed=True)

    def next_opening(self, school: School, at: datetime) -> datetime | None:
        """The opening of this school's first pupil day to begin after `at`; None when no term of
        the calendar has one."""
        openings = (
            self._instant(day, school.opens_at)
            for day in self.pupil_days(school.code, self._day(at))
        )
        return next((opening for opening in openings if opening > at), None)

    def closing(self, school: School, at: datetime) -> datetime:
        """The end of the pupil day that is under way or comes next: by then a school that took
        something on says what it plans. Without a pupil day ahead the next weekday's is assumed."""
        for day in self.pupil_days(school.code, self._day(at)):
            if (closing := self._instant(day, school.closes_at)) > at:
                return closing
        opening = self._assumed_opening(school, at)
        return self._instant(self._day(opening), school.closes_at)

    def _assumed_opening(self, school: School, at: datetime) -> datetime:
        day = self._day(at)
        while True:
            opening = self._instant(day, school.opens_at)
            if opening > at and day.weekday() < 5 and day not in self.bank_holidays:
                return opening
            day += timedelta(days=1)

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


WEEKDAYS = Calendar("", LONDON.key, (DayRange(date.min, date.min),))
"""No terms at all: every bell on it is assumed."""
