"""Dates and times in a cell of a police spreadsheet: day first, local time, or as Excel keeps them.

Local is Europe/London; of the hour that October has twice, the first is meant.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.calendar import LONDON
from bot.intake.cells import UNKNOWN, Cell, CellError, folded, text

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel counts local days from here
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})", re.ASCII)
_MONTH_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/., ]*([a-z]{3,9})[-/., ]*(\d{4}|\d{2})", re.ASCII
)
_CLOCK = re.compile(r"(\d{1,2})[:.]?(\d\d)(?:[:.](\d\d)(?:\.\d+)?)?\s*(am|pm)?", re.ASCII)
_OFFSET_AT_END = re.compile(r"(?:z|[+-]\d\d:?\d\d)$", re.ASCII)


def day(cell: Cell) -> str | None:
    """A date without a time; a time of midnight is what an export adds to one."""
    match _from_workbook(cell):
        case datetime() as at if at.time() != time():
            raise CellError("must be a date without a time, such as 22/06/2016")
        case date() as found:
            return date(found.year, found.month, found.day).isoformat()
        case str() as written:
            if folded(written) in UNKNOWN:
                return None
            return _date_of(re.sub(r"[T ]+00:00(:00(\.0+)?)?$", "", written)).isoformat()
        case None:
            return None
        case _:
            raise CellError("must be a date, such as 22/06/2016")


def clock(cell: Cell) -> str | None:
    match cell:
        case time():
            return cell.isoformat()
        case datetime():
            return cell.time().isoformat()
        case timedelta() if timedelta() <= cell < timedelta(days=1):
            return (_DAY_ZERO + cell).time().isoformat()
        case float() | int() if not isinstance(cell, bool) and 0 <= cell < 1:
            return (_DAY_ZERO + timedelta(seconds=round(cell * 86400))).time().isoformat()
    written = text(cell)
    return None if written is None else _time_of(written).isoformat()


def instant(cell: Cell) -> str | None:
    """A date and a time: local (Europe/London, the first of two in October) unless an offset
    is written behind it."""
    match _from_workbook(cell):
        case datetime() as at:
            return local_instant(at.date(), at.time())
        case date() as found:  # a workbook does not tell midnight from no time at all
            return local_instant(found, time())
        case str() as written:
            return _written_instant(written)
        case None:
            return None
        case _:
            raise CellError("must be a date and a time, such as 15/11/2026 14:26")


def day_with_or_without_time(cell: Cell) -> str | None:
    """The date of an incident, whose time may stand in a column of its own."""
    try:
        return day(cell)
    except CellError:
        return instant(cell)


def day_or_instant(cell: Cell) -> str | None:
    """When a notice was sent: on some sheets only the day is known; it counts from midnight."""
    try:
        return instant(cell)
    except CellError:
        found = day(cell)
        return found and local_instant(date.fromisoformat(found), time())


def local_instant(on: date, at: time) -> str:
    return datetime.combine(on, at, LONDON).astimezone(UTC).isoformat()


def _from_workbook(cell: Cell) -> Cell | None:
    """Dates as they are; a bare number in a column of dates is Excel's count of days."""
    if isinstance(cell, bool | time | timedelta | date):
        return cell
    if isinstance(cell, float | int):
        if not 20_000 <= cell < 80_000:
            raise CellError("must be a date, such as 22/06/2016")
        return _DAY_ZERO + timedelta(seconds=round(cell * 86400))
    return text(cell)


def _written_instant(written: str) -> str:
    lowered = " ".join(written.casefold().replace(",", " ").split())
    for pattern in (_ISO, _DAY_FIRST, _MONTH_NAME):
        if found := pattern.match(lowered):
            on = _date_of(found[0])
            rest = re.sub(r"^(t|at|@|-| )+", "", lowered[found.end() :])
            offset = _OFFSET_AT_END.search(rest) if pattern is _ISO else None
            at = _time_of((rest[: offset.start()] if offset else rest).strip())
            if offset:
                return f"{on.isoformat()}T{at.isoformat()}{offset[0].upper()}"
            return local_instant(on, at)
    raise CellError("must be a date and a time, such as 15/11/2026 14:26")


def _date_of(written: str) -> date:
    lowered = written.casefold().strip()
    if found := _ISO.fullmatch(lowered):
        year, month, day_of_month = found.groups()
    elif found := _DAY_FIRST.fullmatch(lowered):
        day_of_month, month, year = found.groups()
    elif (found := _MONTH_NAME.fullmatch(lowered)) and found[2][:3] in _MONTHS:
        day_of_month, month, year = found[1], str(_MONTHS.index(found[2][:3]) + 1), found[3]
    else:
        raise CellError("must be a date, day first, such as 22/06/2016")
    century = 2000 if len(year) == 2 else 0
    try:
        found_on = date(century + int(year), int(month), int(day_of_month))
    except ValueError:
        raise CellError("must be a date that exists, day first") from None
    if not 1900 <= found_on.year <= 2100:
        raise CellError("must be a date of this century or the last")
    return found_on


def _time_of(written: str) -> time:
    lowered = re.sub(r"\s*h(ou)?rs?\.?$", "", written.casefold())
    if not (found := _CLOCK.fullmatch(lowered)):
        raise CellError("must have a time as well as a date, such as 14:26")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4] == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise CellError("must be a time that exists, such as 14:26") from None
