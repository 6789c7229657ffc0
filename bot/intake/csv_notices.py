"""The police's daily sheet as CSV: whatever the export made of separators and encodings.

A cell that begins with `=`, `+`, `-` or `@` is plain data here: nothing ever evaluates it.
"""

import codecs
from datetime import datetime
from itertools import islice

from bot.domain.errors import Fault, NotReadableError
from bot.intake.csv_text import csv_rows
from bot.intake.entry import Entry
from bot.intake.flat_header import HEADER_WITHIN, header_of
from bot.intake.flat_rows import read_rows
from bot.intake.sheet import Row, Sheet

SEPARATORS = (",", ";", "\t")
_UNDECODABLE = "must be text in UTF-8 or Windows-1252, and a byte of it is neither"


def read_csv(data: bytes, now: datetime) -> list[Entry]:
    """Each incident of the sheet, or what is wrong with it by line and heading."""
    text, undecodable = _decoded(data)
    rows = [
        Row(first, cells, {None: _UNDECODABLE} if undecodable & {*range(first, last + 1)} else {})
        for first, last, cells in csv_rows(text, _separator(text))
    ]
    return read_rows(Sheet(rows, "line"), now)


def _decoded(data: bytes) -> tuple[str, set[int]]:
    """The text, and the numbers of the lines of which a byte means nothing.

    Line by line, since a sheet put together from several systems mixes its encodings.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), set()
        except UnicodeDecodeError:
            says = "the text begins as UTF-16 and must be UTF-16 to its end"
            raise NotReadableError([Fault("", says)]) from None
    lines: list[str] = []
    undecodable: set[int] = set()
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).splitlines(True), 1):
        for encoding in ("utf-8", "cp1252"):
            try:
                lines.append(line.decode(encoding))
                break
            except UnicodeDecodeError:
                continue
        else:
            lines.append(line.decode("cp1252", errors="replace"))
            undecodable.add(number)
    return "".join(lines), undecodable


def _separator(text: str) -> str:
    """The one under which some row near the top holds the most known headings."""
    return max(SEPARATORS, key=lambda separator: _headings_known(text, separator))


def _headings_known(text: str, separator: str) -> int:
    most = 0
    try:
        for _, _, cells in islice(csv_rows(text, separator), HEADER_WITHIN):
            most = max(most, len(header_of(cells).columns))
    except NotReadableError:  # it may be well formed under another separator
        pass
    return most
