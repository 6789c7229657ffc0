"""A directory file's outer form: a table of known columns, its faults told by line and column.

UTF-8 with or without BOM, comma or semicolon (contract: directory files).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from bot.domain.errors import Fault, NotReadableError, RefusedError
from bot.intake.cells import Cell, CellError
from bot.intake.csv_text import csv_rows
from bot.intake.json_text import UNCLEAN, unclean
from bot.intake.sheet import Sheet, is_filled
from bot.intake.xlsx_notices import sheets

_MOST_TEXT = 1000
_GIAS = b'URN,"LA (code)",', b"URN,LA (code),", b'"URN","LA (code)",'
"""How England's register begins, which is published in this encoding."""
_EVALUATED = re.compile(r"'*[=+\-@]")
_SHIELDED = re.compile(r"''*[=+\-@]")


@dataclass(frozen=True, slots=True)
class Column:
    """How a cell is read (`CellError` says what it must be), and what an empty one means."""

    read: Callable[[str], Any] = str
    empty: Any = None
    mandatory: bool = False


Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Table:
    file: str
    names: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    faults: list[Fault] = field(default_factory=list)
    word: str = "line"
    """What a row is called to the person who wrote it: a workbook numbers its rows."""

    def records(self, columns: Columns, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Line number and values of each row; raises `RefusedError` with every fault at the end.

        No two rows may have the same value of `key`.
        """
        self.refuse_missing(columns)
        lines: dict[str, int] = {}
        for number, cells in self.rows:
            if len(cells) > len(self.names):
                self.fault(number, "", f"must have at most {len(self.names)} cells")
            elif any(cell.strip() for cell in cells):
                values = self._values(number, cells, columns)
                name = values.get(key)
                if name and (first := lines.setdefault(name, number)) != number:
                    self.fault(number, key, f"must be unique, and {self.word} {first} has the same")
                yield number, values
        if self.faults:
            raise RefusedError(self.faults)

    def fault(self, number: int, column: str, says: str) -> None:
        where = f"{self.file} {self.word} {number}" + f", {column}" * bool(column)
        self.faults.append(Fault(where, says))

    def ignored(self, columns: Columns) -> tuple[str, ...]:
        return tuple(f"{self.file}, {name}" for name in self.names if name not in columns)

    def refuse_missing(self, columns: Columns) -> None:
        lacking = [n for n, c in columns.items() if c.mandatory and n not in self.names]
        if lacking:
            says = f"must have a column for {', '.join(lacking)}"
            raise RefusedError([Fault(f"{self.file} line 1", says)])

    def _values(self, number: int, cells: Sequence[str], columns: Columns) -> dict[str, Any]:
        written = dict(zip(self.names, cells, strict=False))
        values: dict[str, Any] = {}
        for name, column in columns.items():
            try:
                text = _text(written.get(name, ""))
                if column.mandatory and not text:
                    raise CellError("must not be empty")
                values[name] = column.read(text) if text else column.empty
            except CellError as error:
                values[name] = None
                self.fault(number, name, str(error))
        return values


def _text(cell: str) -> str:
    text = cell.strip()
    if found := UNCLEAN.search(text):
        raise CellError(unclean(found[0]))
    if "\n" in text or "\r" in text:
        raise CellError("must stand on one line")
    if len(text) > _MOST_TEXT:
        raise CellError(f"must be at most {_MOST_TEXT} characters long")
    return text[1:] if _SHIELDED.match(text) else text


def tables(file: str, data: bytes) -> list[Table]:
    """Every table of the file: one of a text, one a sheet of a workbook."""
    if not file.casefold().endswith(".xlsx"):
        return [table(file, data)]
    try:
        found = [_of_sheet(file, sheet) for sheet in sheets(data)]
    except RefusedError as refused:  # whose places do not name the file
        faults = [Fault(f"{file} {fault.where}".strip(), fault.says) for fault in refused.faults]
        raise NotReadableError(faults) from None
    if not found:
        raise NotReadableError([Fault(file, "must have a row of column names")])
    return found


def _of_sheet(file: str, sheet: Sheet) -> Table:
    rows = [
        (row.number, [_written(cell) for cell in row.cells])
        for row in sheet.rows
        if any(is_filled(cell) for cell in row.cells)
    ]
    broken = [
        Fault(f"{file} {sheet.place(row)}" + f", column {(at or 0) + 1}" * (at is not None), says)
        for row in sheet.rows
        for at, says in row.broken.items()
    ]
    names = [_name(name) for name in rows[0][1]] if rows else []
    return Table(file, names, rows[1:], broken, "row")


def _written(cell: Cell) -> str:
    """A cell as it would stand in a text: a code that a spreadsheet took for a number is none."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return str(cell)


def _name(written: str) -> str:
    return "_".join(written.casefold().split())[:60]


def table(file: str, data: bytes) -> Table:
    """The file's rows; the first that is not blank names the columns."""
    try:
        text = data.decode("cp1252" if data.startswith(_GIAS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotReadableError([Fault(f"{file} line {line}", "must be text in UTF-8")]) from None
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = ";" if heading.count(";") > heading.count(",") else ","
    try:
        rows = [(first, cells) for first, _, cells in csv_rows(text, separator)]
    except NotReadableError as error:
        faults = [Fault(f"{file} {fault.where}", fault.says) for fault in error.faults]
        raise NotReadableError(faults) from None
    while rows and not any(cell.strip() for cell in rows[0][1]):
        rows.pop(0)
    if not rows:
        raise NotReadableError([Fault(file, "must have a row of column names")])
    return Table(file, [_name(name) for name in rows[0][1]], rows[1:])


def listed(written: str) -> list[str]:
    """The parts of a cell between its `|`."""
    return [part.strip() for part in written.split("|") if part.strip()]


def written(names: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """The canonical form of a file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([tuple(names), *rows])
    return out.getvalue()


def inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula; reading takes the apostrophe off again."""
    return f"'{text}" if _EVALUATED.match(text) else text
