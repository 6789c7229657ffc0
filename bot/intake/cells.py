"""One cell of a police spreadsheet, to the plain value that the notification's JSON has for it.

Written by people in a hurry: dates day first, Y and N, `N/K`, a lone apostrophe for nothing.
A cell that says nothing is None; one that cannot be understood is a `CellError`.
"""

import re
from datetime import date, datetime, time, timedelta

from bot.domain.incident import RELEASABLE, Answer

Cell = str | bool | int | float | date | datetime | time | timedelta
"""A CSV has texts only; a workbook has them all."""
Plain = str | bool | int | list[str]

_NOTHING = frozenset({"", "'"})
UNKNOWN = frozenset({"u", "unk", "unknown", "notrecorded", "nk", "notknown", "na", "notstated"})
_YES = frozenset({"y", "yes", "true", "1"})
_NO = frozenset({"n", "no", "false", "0"})
FIRST_YEARS = {
    "r": 0, "reception": 0, "rec": 0, "derbyn": 0,
    "n": -1, "nursery": -1, "nurs": -1, "meithrin": -1,
}  # fmt: skip
_EXACT = 10**15
"""Excel keeps 15 digits of a number; what is longer has lost its end."""

_YEAR_PREFIX = re.compile(r"^(?:years?|yr|y|blwyddyn|bl)(?:group)?[-.:]?")


class CellError(ValueError):
    """What the cell must hold instead, as the end of a sentence; never what it holds."""


def folded(text: str) -> str:
    """Letters and digits only, in lower case: how words and headings are compared."""
    return "".join(filter(str.isalnum, text.casefold()))


def text(cell: Cell) -> str | None:
    """What was written, as it was written but for the white space around it."""
    match cell:
        case str():
            bare = cell.strip()
            return None if bare in _NOTHING else bare
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            if not abs(cell) < _EXACT:
                raise CellError("must be stored as text: as a number it has lost its last digits")
            return str(int(cell)) if cell == int(cell) else str(cell)
        case timedelta():
            return str(cell)
        case _:
            return cell.isoformat()


def answer(cell: Cell) -> str | None:
    word = folded(text(cell) or "")
    if word in _YES:
        return Answer.YES.value
    if word in _NO:
        return Answer.NO.value
    if word in UNKNOWN or not word:
        return None
    raise CellError("must be yes, no or unknown (Y, N or U)")


def flag(cell: Cell) -> bool | None:
    said = answer(cell)
    return None if said is None else said == Answer.YES.value


def year_group(cell: Cell) -> int | None:
    word = "".join((text(cell) or "").casefold().split())
    if folded(word) in UNKNOWN or not word:
        return None
    written = _YEAR_PREFIX.sub("", word)
    if written in FIRST_YEARS:
        return FIRST_YEARS[written]
    if re.fullmatch(r"\d{1,2}|-1", written, re.ASCII):
        return int(written)
    raise CellError("must be a school year, such as 7, Y7, Reception or Nursery")


def names(cell: Cell) -> list[str] | None:
    """Several ids in one cell, set apart by `|`, commas, semicolons or line breaks."""
    listed = [name.strip() for name in re.split(r"[|,;\n\r]+", text(cell) or "")]
    return [name for name in listed if name] or None


def release(cell: Cell) -> list[str] | None:
    """Field names as the contract has them; `all` and `none` stand for the whole list and []."""
    listed = [re.sub(r"[\s_]+", "_", name.casefold()) for name in names(cell) or []]
    if listed == ["all"]:
        return list(RELEASABLE)
    if listed == ["none"]:
        return []
    if not set(listed) <= set(RELEASABLE):
        raise CellError(f"must name only {', '.join(RELEASABLE)}, or be all or none")
    return listed or None
