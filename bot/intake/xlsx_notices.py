"""The police's daily sheet as an Excel workbook: the first sheet that holds what is needed."""

from collections.abc import Iterator
from datetime import datetime

import python_calamine as calamine

from bot.domain.errors import RefusedError
from bot.intake.cells import Cell
from bot.intake.entry import Entry
from bot.intake.flat_header import found_header
from bot.intake.flat_rows import read_rows
from bot.intake.sheet import Row, Sheet
from bot.intake.xlsx_parts import opened
from bot.intake.xlsx_scan import NOT_XLSX, unreadable

MOST_CHARACTERS = 200_000_000


def read_xlsx(data: bytes, now: datetime) -> list[Entry]:
    """Each incident of the sheet, or what is wrong with it by row and heading.

    A formula counts by the value that was stored with it; one without is a fault of its cell.
    """
    refused: RefusedError | None = None
    for sheet in sheets(data):
        try:
            found_header([(sheet.place(row), row.cells) for row in sheet.rows])
        except RefusedError as error:
            refused = refused or error
        else:
            return read_rows(sheet, now)
    raise refused or unreadable("must be a workbook with a sheet of rows in it")


def sheets(data: bytes) -> Iterator[Sheet]:
    """Each sheet of the workbook that has rows."""
    workbook = opened(data)
    try:
        reader = calamine.CalamineWorkbook.from_filelike(workbook.packed)
        for name, unvalued in workbook.unvalued.items():
            if rows := _rows(reader.get_sheet_by_name(name), unvalued):
                yield Sheet(rows, "row", "column ")
    except RefusedError:
        raise
    except Exception:  # whatever a damaged part makes the library raise
        unreadable(NOT_XLSX)
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # what a panic of its Rust becomes
            unreadable(NOT_XLSX)
        raise


def _rows(sheet: calamine.CalamineSheet, unvalued: dict[tuple[int, int], str]) -> list[Row]:
    """The rows by the numbers that the spreadsheet shows. They are counted from the end, which is
    given: what the library leaves out before the first cell differs between rows and columns."""
    if sheet.end is None:
        return []
    last_row, last_column = sheet.end
    broken: dict[int, dict[int | None, str]] = {}
    for (row, column), says in unvalued.items():
        broken.setdefault(row, {})[column - 1] = says
    found: list[list[Cell]] = []
    characters = 0
    for cells in sheet.iter_rows():
        characters += sum(len(cell) for cell in cells if isinstance(cell, str))
        if characters > MOST_CHARACTERS:  # a shared text is stored once and may be used anywhere
            unreadable("must be a sheet of at most 200 million characters")
        found.append([*[""] * (last_column + 1 - len(cells)), *cells])
    first = last_row + 2 - len(found)
    rows = [Row(number, cells, broken.get(number, {})) for number, cells in enumerate(found, first)]
    below = sorted(number for number in broken if number > last_row + 1)
    return rows + [Row(number, [], broken[number]) for number in below]
