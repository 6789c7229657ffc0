"""Times as the table has them: `Mon 16 Nov 2026 07:10`, `Mon 07:10`, `07:10`, local to Porth Awel.

A time is never before the row above it. Of a night on which the clocks go back, `01:30 again` is
the second half past one.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from tests.builders import LONDON

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)}) ?)?(?:(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)})(?: (?P<year>\d{{4}}))?)?"  # noqa: E501
_DAYS = re.compile(_DAY)
_WHEN = re.compile(rf"(?:(?P<whole>{_DAY}) )?(?P<clock>\d\d:\d\d)(?P<again> again)?")
_WEEK = timedelta(days=7)


def read_when(text: str, since: datetime | None) -> datetime:
    """The instant that is meant, seen from `since`; ValueError with a sentence if there is none."""
    found = _WHEN.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is no time; one is written Mon 07:10 or Mon 16 Nov 2026 07:10")
    first = since.astimezone(LONDON).date() if since else None
    on = read_day(found["whole"], first) if found["whole"] else first
    if on is None:
        raise ValueError(f"“{text}” needs a whole date: no time stands before it")
    at = datetime.combine(on, time.fromisoformat(found["clock"]), LONDON)
    return at.replace(fold=1 if found["again"] else 0).astimezone(UTC)


def read_day(text: str, first: date | None) -> date:
    """The day that is meant, not before `first`; ValueError with a sentence if there is none."""
    found = _DAYS.fullmatch(text.strip())
    if found is None or not text.strip():
        raise ValueError(f"“{text}” is no day; one is written Mon or Mon 16 Nov 2026")
    if not found["day"]:
        if first is None:
            raise ValueError(f"“{text}” needs a whole date: no time stands before it")
        return first + timedelta(days=(WEEKDAYS.index(found["weekday"]) - first.weekday()) % 7)
    month, day = MONTHS.index(found["month"]) + 1, int(found["day"])
    if found["year"]:
        on = date(int(found["year"]), month, day)
    elif first is None:
        raise ValueError(f"“{text}” needs a year: no time stands before it")
    else:
        on = date(first.year, month, day)
        on = on if on >= first else date(first.year + 1, month, day)
    if found["weekday"] and WEEKDAYS[on.weekday()] != found["weekday"]:
        raise ValueError(f"“{text}”: that day is a {WEEKDAYS[on.weekday()]}")
    return on


def say_when(at: datetime, seen: datetime) -> str:
    """As short as it can be said by somebody who hears it at `seen`: `Mon 08:50` for the six days
    that follow, the date for any other."""
    local, today = at.astimezone(LONDON), seen.astimezone(LONDON).date()
    weekday = WEEKDAYS[local.weekday()]
    near = timedelta(0) <= local.date() - today < _WEEK
    on = weekday if near else f"{weekday} {local.day} {MONTHS[local.month - 1]}"
    return f"{on} {local:%H:%M}"


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
