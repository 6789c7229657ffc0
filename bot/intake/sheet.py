"""A sheet of any format: numbered rows of cells, and how a place in it is named to its sender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.intake.cells import Cell, text


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: Sequence[Cell]
    broken: Mapping[int | None, str] = field(default_factory=dict)
    """What the format itself could not read, by column; under None what spoils the whole row."""

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: Sequence[Row]
    word: str
    before_heading: str = ""

    def place(self, row: Row, heading: str = "") -> str:
        """`line 7, DOB` in a text, `row 7, column DOB` in a workbook."""
        return f"{self.word} {row.number}" + (f", {self.before_heading}{heading}" * bool(heading))

    def places(self, rows: Sequence[Row]) -> str:
        numbers = ", ".join(str(row.number) for row in rows)
        return f"{self.word}{'s' * (len(rows) > 1)} {numbers}"


def is_filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or text(cell) is not None
