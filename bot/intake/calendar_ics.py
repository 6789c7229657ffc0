"""Term dates as a calendar file (iCalendar, RFC 5545): events of whole days, each with a summary.

| line of an event | read as |
|---|---|
| `DTSTART;VALUE=DATE` | the first day |
| `DTEND;VALUE=DATE` | the day behind the last (RFC 5545, 3.6.1); without it, one day |
| `SUMMARY` | what it is called, and by its words what it is: a term, a holiday, an INSET day |
| `STATUS:CANCELLED` | an event that no longer stands: it counts for nothing |

Read by hand and strictly, since a library reads what it can and drops the rest: a term that was
left out without a word would be a school with no bell. What repeats or has a time of day is a
fault, by the number of the line on which it stands; other lines say nothing of the days.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.domain.calendar_days import Listed
from bot.domain.versions import Said
from bot.intake.calendar_entries import Entry, listed, sort_of

_LINE = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:]*))*):(.*)", re.DOTALL)
_DAY = re.compile(r"\d{8}", re.ASCII)
_REPEATS = {"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "DURATION"}
_ESCAPED = re.compile(r"\\([\\;,nN])")
_MOST = 400


@dataclass(slots=True)
class _Event:
    """An event under reading; `faults` name the lines that it cannot be read by."""

    line: int
    values: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Said] = field(default_factory=list)


def is_ics(text: str) -> bool:
    """Whether this is a calendar file and not a table."""
    return text.removeprefix("\ufeff").lstrip()[:15].upper() == "BEGIN:VCALENDAR"


def read_ics(text: str) -> Listed:
    """Every day of the calendar, or every fault in it."""
    if not is_ics(text):
        return Listed(faults=(_said("no_calendar", 1),))
    entries: list[Entry] = []
    faults: list[Said] = []
    inside: list[str] = []
    event: _Event | None = None
    line = 0
    for line, written in _unfolded(text.removeprefix("\ufeff")):
        found = _LINE.fullmatch(written)
        if found is None:
            faults.append(_said("no_line", line))
            continue
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                event = _Event(line)
        elif name == "END":
            if not inside or inside.pop() != value.strip().upper():
                return Listed(faults=(*faults, _said("no_end", line)))
            if value.strip().upper() == "VEVENT" and event is not None:
                _end(event, entries, faults)
                event = None
        elif event is not None and inside[-1] == "VEVENT":
            _take(event, line, name, value)
        if len(entries) > _MOST:
            return Listed(faults=(_said("too_many", line),))
    if inside:
        faults.append(_said("no_end", line))
    return listed(entries, faults)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the number on which it begins: one that begins with a blank goes on from the
    line before it, and is put to it without that blank."""
    began, held = 0, ""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in (" ", "\t") and began:
            held += line[1:]
        else:
            if held.strip():
                yield began, held
            began, held = number, line
    if held.strip():
        yield began, held


def _take(event: _Event, line: int, name: str, value: str) -> None:
    if name in _REPEATS:
        event.faults.append(_said("repeats", line))
    elif name in ("DTSTART", "DTEND") and not _DAY.fullmatch(value.strip()):
        event.faults.append(_said("whole_days", line))
    elif name in ("DTSTART", "DTEND", "SUMMARY", "STATUS"):
        if name in event.values:
            event.faults.append(_said("twice", line))
        event.values[name] = (line, value.strip())


def _end(event: _Event, entries: list[Entry], faults: list[Said]) -> None:
    status = event.values.get("STATUS", (0, ""))[1]
    if status.upper() == "CANCELLED":
        return
    if event.faults:
        faults += event.faults
        return
    line, summary = event.values.get("SUMMARY", (event.line, ""))
    name = " ".join(_ESCAPED.sub(_plain, summary).split())
    sort = sort_of(name)
    if sort is None:
        faults.append(_said("what", line))
        return
    line, written = event.values.get("DTSTART", (event.line, ""))
    first, behind = _day(written), _day(event.values.get("DTEND", (0, ""))[1])
    if first is None or (behind is None and "DTEND" in event.values):
        faults.append(_said("date", line))
        return
    last = behind - timedelta(days=1) if behind is not None and behind > first else first
    if behind is not None and behind < first:
        last = behind
    entries.append(Entry(line, sort, first, last, name))


def _plain(escaped: re.Match[str]) -> str:
    return " " if escaped[1] in "nN" else escaped[1]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(f"{written[:4]}-{written[4:6]}-{written[6:]}")
    except ValueError:
        return None


def _said(what: str, line: int) -> Said:
    return Said(f"calendar.fault_{what}", {"line": line})
