"""Rows of a sheet to notifications: rows of one reference are one incident (contract: flat form).

They need not stand together. One bad incident spoils no other.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from bot.domain.errors import Fault, RefusedError
from bot.intake.cells import Cell, CellError, text
from bot.intake.entry import Entry, outcome_of
from bot.intake.flat_header import Header, found_header
from bot.intake.flat_incident import read_incident
from bot.intake.sheet import Row, Sheet, is_filled


def read_rows(sheet: Sheet, now: datetime) -> list[Entry]:
    """Each incident of the sheet, in the order of its first row.

    Raises `RefusedError` when no row of headings has a column for everything needed.
    """
    start, header = found_header([(sheet.place(row), row.cells) for row in sheet.rows])
    if says := sheet.rows[start].broken.get(None):
        raise RefusedError([Fault(sheet.place(sheet.rows[start]), says)])
    return [_entry(rows, header, sheet, now) for rows in _grouped(sheet.rows[start + 1 :], header)]


def _grouped(rows: Iterable[Row], header: Header) -> Iterable[list[Row]]:
    """Rows of one reference together; a row without a reference alone, to be refused."""
    groups: dict[str | int, list[Row]] = {}
    used = {None, *header.columns.values()}
    for row in rows:
        if not used.isdisjoint(row.broken) or any(map(is_filled, row.cells)):
            reference = row.cell(header.columns["source_reference"])
            key = _key(reference) if is_filled(reference) else row.number
            groups.setdefault(key, []).append(row)
    return groups.values()


def _key(reference: Cell) -> str:
    try:
        return text(reference) or ""
    except CellError:
        return str(reference)


def _entry(rows: list[Row], header: Header, sheet: Sheet, now: datetime) -> Entry:
    raw = {"headings": header.headings, "rows": [list(row.cells) for row in rows]}
    return Entry(
        where=sheet.places(rows),
        outcome=outcome_of(lambda: read_incident(rows, header, sheet, now)),
        raw=json.dumps(raw, default=str).encode(),
        lines=tuple(row.number for row in rows),
    )
