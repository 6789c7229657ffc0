"""What a line of a table and an event of a calendar file have in common: which sort of day it is,
and whether it can be one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import Enum, auto
from itertools import pairwise

from bot.domain.calendar import DayRange, HalfDay
from bot.domain.calendar_days import Days, Listed, in_order
from bot.domain.versions import Said

_YEARS = range(2000, 2100)
_LONGEST = 340
"""Days in a row: no school year is longer, so that a slip of a year is found."""
_MOST_NAME = 100


class Sort(Enum):
    TERM = auto()
    CLOSED = auto()
    INSET = auto()
    HALF_DAY = auto()
    BANK_HOLIDAY = auto()


# In this order: a half term is no term, and a bank holiday no holiday of the school's own.
_SAID = (
    (Sort.BANK_HOLIDAY, r"bank[ _-]?holiday|public holiday|gŵyl y banc|gwyl y banc|gŵyl banc"),
    (Sort.INSET, r"\binset\b|\bhms\b|non[ -]pupil|staff training|training day|staff only"),
    (Sort.HALF_DAY, r"half[ _-]?day|early (?:close|closing|finish)|hanner diwrnod"),
    (Sort.CLOSED, r"half[ _-]?term|hanner tymor|holiday|clos(?:ed|ure)|\bbreak\b|gwyliau|ar gau"),
    (Sort.TERM, r"\bterm\b|\btymor\b"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, or one event: whole days, the last of them too."""

    line: int
    sort: Sort
    first_on: date
    last_on: date
    name: str = ""
    opens_at: time | None = None
    closes_at: time | None = None


def sort_of(said: str) -> Sort | None:
    """By what people call it, in either language; None if it cannot be known."""
    said = " ".join(said.casefold().split())
    return next((sort for sort, words in _SAID if re.search(words, said)), None)


def listed(entries: Sequence[Entry], faults: Iterable[Said]) -> Listed:
    """All of them, or every fault: nothing half done."""
    found = [*faults, *(fault for entry in entries if (fault := _fault(entry)))]
    terms = sorted((e for e in entries if e.sort is Sort.TERM), key=lambda e: e.first_on)
    for before, after in pairwise(terms):
        if after.first_on <= before.last_on:
            found.append(Said("calendar.fault_overlap", {"line": after.line}))
    if not entries and not found:
        found.append(Said("calendar.fault_empty", {}))
    if found:
        return Listed(faults=tuple(sorted(found, key=_line)))
    return Listed(_days(entries))


def _line(said: Said) -> int:
    number = said.values.get("line", 0)
    return number if isinstance(number, int) else 0


def _fault(entry: Entry) -> Said | None:
    first, last = entry.first_on, entry.last_on
    half = entry.sort is Sort.HALF_DAY
    clocks = [at for at in (entry.opens_at, entry.closes_at) if at]
    what = ""
    if last < first:
        what = "order"
    elif first.year not in _YEARS or last.year not in _YEARS:
        what = "century"
    elif (last - first).days > _LONGEST:
        what = "long"
    elif entry.sort is Sort.TERM and first == last:
        what = "one_day_term"
    elif half and (first != last or not clocks or clocks != sorted(set(clocks))):
        what = "half_day"
    elif clocks and not half:
        what = "clock"
    elif len(entry.name) > _MOST_NAME or not entry.name.isprintable():
        what = "name"
    return Said(f"calendar.fault_{what}", {"line": entry.line}) if what else None


def _days(entries: Sequence[Entry]) -> Days:
    """An INSET of several days is each of them; what a bank holiday is called closes the school as
    well, which is no more than it does by itself."""
    closed = (Sort.CLOSED, Sort.BANK_HOLIDAY)
    ranges = [
        (entry.sort, DayRange(entry.first_on, entry.last_on, entry.name)) for entry in entries
    ]
    return in_order(
        Days(
            tuple(days for sort, days in ranges if sort is Sort.TERM),
            tuple(days for sort, days in ranges if sort in closed),
            tuple(
                date.fromordinal(day)
                for entry in entries
                if entry.sort is Sort.INSET
                for day in range(entry.first_on.toordinal(), entry.last_on.toordinal() + 1)
            ),
            tuple(
                HalfDay(entry.first_on, entry.opens_at, entry.closes_at, entry.name)
                for entry in entries
                if entry.sort is Sort.HALF_DAY
            ),
        )
    )
