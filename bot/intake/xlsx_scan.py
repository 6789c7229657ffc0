"""The XML of a workbook looked through before its cells are read (by calamine).

Calamine lays a sheet out as one full grid, so that two cells far apart end the whole process for
want of memory; and it returns an empty text for a formula that was never calculated and for a cell
that holds an error. All three are found here first.
"""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from bot.domain.errors import Fault, NotReadableError

MOST_CELLS = 4_000_000
MOST_COLUMNS = 1_000
MOST_TEXT = 100_000
"""Excel itself holds 32,767 characters in a cell; a shared text counts wherever it is used."""

NOT_XLSX = "must be an Excel workbook (.xlsx), and is not one or is damaged"
NOT_CALCULATED = "must hold a value: its formula was never calculated; open and save it in Excel"
AN_ERROR = "must hold a value: its formula ended in an error"

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_ROW = re.compile(r"[1-9]\d{0,6}", re.ASCII)


def unreadable(says: str) -> NoReturn:
    raise NotReadableError([Fault("", says)]) from None


def unvalued_cells(part: bytes) -> dict[tuple[int, int], str]:
    """Row and column (from 1) of every cell that has no value where one was meant, and why.

    Raises `NotReadableError` for a part that is not well formed or too large to be laid out.
    """
    scan = _Scan()
    each_element(part, scan.start, scan.parser)
    scan.settle()
    return scan.unvalued


class _Scan:
    """Follows a sheet's cells. A cell without a reference stands behind the one before it.

    Called for each of a workbook's half million tags: texts are listened to only where they count.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("UTF-8")
        self.unvalued: dict[tuple[int, int], str] = {}
        self.columns: dict[str, int] = {}
        self.row = self.column = self.last_row = self.last_column = self.length = 0
        self.kind: str | None = None
        self.formula = self.value = self.valued = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            if self.formula or self.kind == "e":
                self.settle()
            self.kind = attributes.get("t")
            self._place(attributes.get("r"))
        elif tag in ("v", "f", "is"):
            if self.row > self.last_row or self.column > self.last_column:
                self._measure()
            if tag == "f":
                self.formula = True
                self.parser.CharacterDataHandler = self.text
            self.value = tag == "v"
            # A formula's text may be empty: then it was calculated all the same.
            self.valued |= self.value and self.kind == "str"
        elif tag == "row":
            self.settle()
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        elif tag == "si":
            self.length = 0
            self.parser.CharacterDataHandler = self.text

    def text(self, characters: str) -> None:
        self.valued |= self.value and not characters.isspace()
        self.length += len(characters)
        if self.length > MOST_TEXT:
            unreadable("must be a workbook whose cells hold at most 32,767 characters each")

    def settle(self) -> None:
        """The cell before is complete: note it, if it lacks its value."""
        if self.kind == "e":
            self.unvalued[self.row, self.column] = AN_ERROR
        elif self.formula and not self.valued:
            self.unvalued[self.row, self.column] = NOT_CALCULATED
        self.kind = None
        self.formula = self.value = self.valued = False
        self.length = 0
        self.parser.CharacterDataHandler = None

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        elif found := _REFERENCE.fullmatch(reference):
            letters, row = found.groups()
            self.row = int(row)
            if letters not in self.columns:
                self.columns[letters] = _column(letters)
            self.column = self.columns[letters]
        else:
            unreadable(NOT_XLSX)

    def _measure(self) -> None:
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_column > MOST_COLUMNS or self.last_row * self.last_column > MOST_CELLS:
            unreadable("must be a workbook whose sheets have no cells far outside their table")


def _number(written: str | None, following: int) -> int:
    if written is None:
        return following
    return int(written) if _ROW.fullmatch(written) else unreadable(NOT_XLSX)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def each_element(
    part: bytes,
    start: Callable[[str, dict[str, str]], None],
    parser: expat.XMLParserType | None = None,
) -> None:
    """Call back for each element by its local name.

    A document type is refused: only an attack needs entities here. UTF-8 only, so that no reader
    after us can understand the bytes otherwise.
    """

    def started(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2] if ":" in name else name, attributes)

    if b"\0" in part:  # UTF-16, which expat would follow whatever it is told
        unreadable(NOT_XLSX)
    parser = parser or expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: unreadable(NOT_XLSX)
    parser.StartElementHandler = started
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        unreadable(NOT_XLSX)
