"""The days of a calendar that count for every school on it: what a form changes, what a list of
term dates brings. A school's own days, bank holidays and the time zone are no part of it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from bot.domain.calendar import Calendar, DayRange, HalfDay
from bot.domain.versions import Said

_NAME = re.compile(r"[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*", re.ASCII)
_MOST_NAME = 40


@dataclass(frozen=True, slots=True)
class Days:
    """In order of time."""

    terms: tuple[DayRange, ...] = ()
    closed: tuple[DayRange, ...] = ()
    inset: tuple[date, ...] = ()
    half_days: tuple[HalfDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of dates as it was read: nothing of it counts where anything of it is at fault."""

    days: Days = Days()
    faults: tuple[Said, ...] = field(default=())
    """Each with the number of its line; none repeats what stood there."""


def is_calendar_name(name: str) -> bool:
    """Whether a calendar may be called so: it is the name of a file too, and schools write it."""
    return len(name) <= _MOST_NAME and _NAME.fullmatch(name) is not None


def days_of(calendar: Calendar) -> Days:
    return in_order(
        Days(calendar.terms, calendar.closed, tuple(calendar.inset), calendar.half_days)
    )


def in_order(days: Days) -> Days:
    return Days(
        tuple(sorted(days.terms, key=_first)),
        tuple(sorted(days.closed, key=_first)),
        tuple(sorted(set(days.inset))),
        tuple(sorted(days.half_days, key=lambda half: half.on)),
    )


def taken_over(days: Days, listed: Days) -> Days:
    """What a list says takes the place of whatever of the same sort lies on the same days; all else
    stays. Taking one list twice is taking it once."""
    on = {half.on for half in listed.half_days}
    return in_order(
        Days(
            _in_place(days.terms, listed.terms),
            _in_place(days.closed, listed.closed),
            (*days.inset, *listed.inset),
            (*(half for half in days.half_days if half.on not in on), *listed.half_days),
        )
    )


def _first(days: DayRange) -> date:
    return days.first_on


def _in_place(old: Iterable[DayRange], new: tuple[DayRange, ...]) -> tuple[DayRange, ...]:
    return (*(one for one in old if not any(_overlap(one, other) for other in new)), *new)


def _overlap(one: DayRange, other: DayRange) -> bool:
    return one.first_on <= other.last_on and other.first_on <= one.last_on
