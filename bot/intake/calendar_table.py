"""Term dates as a table, as an authority publishes them or a spreadsheet saves them.

| column | holds |
|---|---|
| `what` | `term`, `holiday`, `inset`, `half_day`; or as people say it, in either language |
| `first`, `last` | days, such as 2026-09-02 or 02/09/2026; an empty `last` is the same day |
| `name` | what people call it; may be empty |
| `opens_at`, `closes_at` | of a half day alone: the bells that it has of its own |

Comma, semicolon or tab. Every fault is named by its line, and none repeats what stood there.
"""

from collections.abc import Mapping
from datetime import date, time

from bot.domain.calendar_days import Listed
from bot.domain.errors import NotReadableError
from bot.domain.versions import Said
from bot.intake.calendar_entries import Entry, listed, sort_of
from bot.intake.cell_dates import clock, day
from bot.intake.cells import CellError
from bot.intake.csv_text import csv_rows

_COLUMNS = {"what", "first", "last", "name", "opens_at", "closes_at"}
_MOST = 400


def read_table(text: str) -> Listed:
    """Every day of the table, or every fault in it."""
    text = text.removeprefix("\ufeff")
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=heading.count)
    try:
        rows = [(line, cells) for line, _, cells in csv_rows(text, separator) if any(cells)]
    except NotReadableError as error:
        line = int(error.faults[0].where.removeprefix("line "))
        return Listed(faults=(Said("calendar.fault_quotes", {"line": line}),))
    if not rows:
        return Listed(faults=(Said("calendar.fault_empty", {}),))
    head, names = rows[0][0], ["_".join(cell.casefold().split()) for cell in rows[0][1]]
    if not {"what", "first"} <= set(names) or not set(names) - {""} <= _COLUMNS:
        return Listed(faults=(Said("calendar.fault_columns", {"line": head}),))
    if len(rows) > _MOST:
        return Listed(faults=(Said("calendar.fault_too_many", {"line": rows[_MOST][0]}),))
    entries: list[Entry] = []
    faults: list[Said] = []
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
        found = _entry(line, row)
        if isinstance(found, Said) or len(cells) > len(names):
            faults.append(found if isinstance(found, Said) else _said("cells", line))
        else:
            entries.append(found)
    return listed(entries, faults)


def _entry(line: int, row: Mapping[str, str]) -> Entry | Said:
    sort = sort_of(row.get("what", ""))
    if sort is None:
        return _said("what", line)
    try:
        first = _day(row.get("first", ""))
        last = _day(row.get("last", "")) or first
    except CellError:
        first = last = None
    if first is None or last is None:
        return _said("date", line)
    try:
        opens, closes = _clock(row.get("opens_at", "")), _clock(row.get("closes_at", ""))
    except CellError:
        return _said("clock", line)
    return Entry(line, sort, first, last, row.get("name", ""), opens, closes)


def _day(cell: str) -> date | None:
    written = day(cell) if cell else None
    return date.fromisoformat(written) if written else None


def _clock(cell: str) -> time | None:
    written = clock(cell) if cell else None
    return time.fromisoformat(written) if written else None


def _said(what: str, line: int) -> Said:
    return Said(f"calendar.fault_{what}", {"line": line})
