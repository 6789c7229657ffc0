"""The document as the test has it: the cast, the words that it knows, and the situations. Pure.

What cannot be read is refused with the file's name and the line (NotUnderstoodError).
"""

import re
from dataclasses import dataclass

FILE = "docs/situations.md"
COLUMNS = ("when", "who", "what happens")
_SPLIT = re.compile(r", | and ")


class NotUnderstoodError(Exception):
    """A line of the document that means nothing, in words for whoever wrote it."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"{FILE}, line {line}: {why}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, by its cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def when(self) -> str:
        return self.cells[0]

    @property
    def who(self) -> tuple[str, ...]:
        """`Mair, Nia and Eira` are three."""
        return tuple(_SPLIT.split(self.cells[1]))

    @property
    def what(self) -> str:
        return self.cells[2]


@dataclass(frozen=True, slots=True)
class Situation:
    heading: str
    line: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Book:
    schools: tuple[Row, ...]
    people: tuple[Row, ...]
    words: tuple[Row, ...]
    situations: tuple[Situation, ...]


@dataclass(slots=True)
class _Table:
    heading: str
    level: int
    line: int
    header: tuple[str, ...] | None
    rows: list[Row]


def read(text: str) -> Book:
    """The whole document."""
    tables = _tables(text)
    situations = tuple(_situation(table) for table in tables if table.level == 3)
    seen = dict[str, int]()
    for one in situations:
        if one.heading in seen:
            first = seen[one.heading]
            raise NotUnderstoodError(one.line, f"“{one.heading}” stands in line {first} already")
        seen[one.heading] = one.line
    named = {t.header: tuple(t.rows) for t in tables if t.level == 2 and t.header}
    return Book(
        schools=_named(named, "school"),
        people=_named(named, "person"),
        words=tuple(
            row
            for table in tables
            if table.level == 2 and table.header and table.header[:2] == COLUMNS[1:]
            for row in table.rows
        ),
        situations=situations,
    )


def _named(tables: dict[tuple[str, ...], tuple[Row, ...]], first: str) -> tuple[Row, ...]:
    found = [rows for header, rows in tables.items() if header[0] == first]
    if len(found) != 1:
        raise NotUnderstoodError(1, f"there is no table of the cast that begins with “{first}”")
    return found[0]


def _situation(table: _Table) -> Situation:
    if table.header != COLUMNS:
        raise NotUnderstoodError(
            table.line, f"“{table.heading}” has no table with the columns {', '.join(COLUMNS)}"
        )
    if not table.rows:
        raise NotUnderstoodError(table.line, f"in “{table.heading}” nothing happens")
    return Situation(table.heading, table.line, tuple(table.rows))


def _tables(text: str) -> list[_Table]:
    """Each heading with each table below it; a situation without a table is there without one."""
    found: list[_Table] = []
    heading, inside = _Table("", 1, 1, None, []), False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            marks, _, title = line.partition(" ")
            heading, inside = _Table(title.strip(), len(marks), number, None, []), False
            if heading.level == 3:
                found.append(heading)
        elif not line.startswith("|"):
            inside = False
        else:
            cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            if not inside:
                inside = True
                if heading.level == 3 and heading.header is None:
                    heading.header = cells
                elif heading.level == 3:
                    raise NotUnderstoodError(number, f"“{heading.heading}” has a second table")
                else:
                    found.append(_Table(heading.heading, heading.level, number, cells, []))
            elif not set("".join(cells)) <= set("-: "):
                table = heading if heading.level == 3 else found[-1]
                if len(cells) != len(table.header or ()):
                    raise NotUnderstoodError(
                        number, f"this row has {len(cells)} columns, not {len(table.header or ())}"
                    )
                table.rows.append(Row(number, cells))
    return found
