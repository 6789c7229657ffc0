"""When the bell rings: the deadline of every alert, on that school's own calendar.

A pupil day is a weekday in term on which pupils are in: no bank holiday, no closure and no INSET
day (staff are in then, pupils are not; domain.md). Bells are local times; instants are UTC.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.school import School

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
class HalfDay:
    """A pupil day with bells of its own; what is None is the school's own."""

    on: date
    opens_at: time | None = None
    closes_at: time | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class OwnDays:
    """A school's own days, added to the calendar's."""

    closed: tuple[DayRange, ...] = ()
    inset: frozenset[date] = frozenset()
    half_days: tuple[HalfDay, ...] = ()
    sudden: tuple[DayRange, ...] = ()
    """Closures that nobody planned, such as for snow: pupils are out, and it is no holiday."""


@dataclass(frozen=True, slots=True)
class InDay:
    """The in-day lane: an alert raised within it is due at the closing bell of the same day."""

    enabled: bool = True
    after_opening: timedelta = timedelta()
    """From when on; before the opening it is negative."""
    before_closing: timedelta = timedelta(minutes=30)
    """Raised nearer to the closing bell than this, an alert waits for the next pupil day."""


_NO_DAYS = OwnDays()
IN_DAY = InDay()
"""The lane unless the policy says otherwise."""


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
    half_days: tuple[HalfDay, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def last_day(self) -> date:
        return max(term.last_on for term in self.terms)

    def with_sudden(self, closures: Mapping[str, Collection[DayRange]]) -> "Calendar":
        """The same calendar with these closures, by school's code, laid over it."""
        own = dict(self.schools)
        for code, days in closures.items():
            own[code] = replace(own.get(code, OwnDays()), sudden=tuple(days))
        return replace(self, schools=own)

    def _own(self, school_code: str) -> OwnDays:
        return self.schools.get(school_code, _NO_DAYS)

    def why_not_a_pupil_day(self, day: date, school_code: str) -> str | None:
        """`None` on a pupil day, else the reason in one or two plain words."""
        return self._why_no_term_day(day, school_code) or self._why_sudden(day, school_code)

    def _why_sudden(self, day: date, school_code: str) -> str | None:
        closures = self._own(school_code).sudden
        return next((closure.why or "closed" for closure in closures if day in closure), None)

    def _why_no_term_day(self, day: date, school_code: str) -> str | None:
        """The same as the calendar was planned, whatever closed the school since."""
        own = self._own(school_code)
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

    def half_day(self, day: date, school_code: str) -> HalfDay | None:
        """The half day that this is; a school's own goes before the calendar's."""
        halves = (*self._own(school_code).half_days, *self.half_days)
        return next((half for half in halves if half.on == day), None)

    def pupil_days(self, school_code: str, first: date) -> Iterator[date]:
        """Each pupil day from `first` on, to the end of the last term."""
        day = first
        while day <= self.last_day:
            if self.why_not_a_pupil_day(day, school_code) is None:
                yield day
            day += timedelta(days=1)

    def opening(self, school: School, day: date) -> datetime:
        """When this school opens on a pupil day."""
        half = self.half_day(day, school.code)
        return self.instant(day, (half and half.opens_at) or school.opens_at)

    def closing(self, school: School, day: date) -> datetime:
        """When its closing bell rings on a pupil day."""
        half = self.half_day(day, school.code)
        return self.instant(day, (half and half.closes_at) or school.closes_at)

    def bell(self, school: School, at: datetime, in_day: InDay = IN_DAY) -> Bell:
        """The deadline of an alert raised at `at` (contract: how a ladder is read).

        The opening of the school's next pupil day; within the in-day lane of a pupil day, that
        day's closing bell.
        """
        today = self.local_day(at)
        if in_day.enabled and self.why_not_a_pupil_day(today, school.code) is None:
            closing = self.closing(school, today)
            first = self.opening(school, today) + in_day.after_opening
            if first <= at <= closing - in_day.before_closing:
                return Bell(closing, Lane.IN_DAY)
        if (opening := self.next_opening(school, at)) is not None:
            return Bell(opening, Lane.NEXT_DAY)
        return Bell(self._assumed_opening(school, at), Lane.NEXT_DAY, assumed=True)

    def next_opening(self, school: School, at: datetime) -> datetime | None:
        """The opening of this school's first pupil day to begin after `at`; None when no term of
        the calendar has one."""
        days = self.pupil_days(school.code, self.local_day(at))
        openings = (self.opening(school, day) for day in days)
        return next((opening for opening in openings if opening > at), None)

    def next_closing(self, school: School, at: datetime) -> datetime:
        """The end of the pupil day that is under way or comes next: by then a school that took
        something on says what it plans. Without a pupil day ahead the next weekday's is assumed."""
        for day in self.pupil_days(school.code, self.local_day(at)):
            if (closing := self.closing(school, day)) > at:
                return closing
        opening = self._assumed_opening(school, at)
        return self.instant(self.local_day(opening), school.closes_at)

    def _assumed_opening(self, school: School, at: datetime) -> datetime:
        day = self.local_day(at)
        while True:
            opening = self.instant(day, school.opens_at)
            shut = day in self.bank_holidays or self._why_sudden(day, school.code)
            if opening > at and day.weekday() < 5 and not shut:
                return opening
            day += timedelta(days=1)

    def days_without_pupils(self, school: School, at: datetime, bell: Bell) -> int:
        """How many days in a row, this one among them, the calendar has no pupils in before this
        bell: two on a weekend, none within a school day. What closed a school suddenly counts as
        the school days that it was planned to have. Before the first term, the days ahead alone."""
        if bell.lane is Lane.IN_DAY or bell.assumed:
            return 0
        today = self.local_day(at)
        until = self.local_day(bell.at)
        day = last = today if self.opening(school, today) <= at else today - timedelta(days=1)
        earliest = min(term.first_on for term in self.terms)
        while day >= earliest and self._why_no_term_day(day, school.code) is not None:
            day -= timedelta(days=1)
        day = (day if day >= earliest else last) + timedelta(days=1)
        days = 0
        while day < until and self._why_no_term_day(day, school.code) is not None:
            day, days = day + timedelta(days=1), days + 1
        return days

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


WEEKDAYS = Calendar("", LONDON.key, (DayRange(date.min, date.min),))
"""No terms at all: every bell on it is assumed."""
