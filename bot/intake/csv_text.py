"""Comma-separated text to rows, each with the number of the line on which it begins."""

import csv
import io
from collections.abc import Iterator

from bot.domain.errors import Fault, NotReadableError


def csv_rows(text: str, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each row.

    Quotation marks that do not match are refused: read leniently, one of them would swallow every
    row to the end of the file without a word.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            says = (
                "the quotation marks of this row must match (and be doubled inside a text), "
                f"and no cell may be longer than {csv.field_size_limit():,} characters"
            )
            raise NotReadableError([Fault(f"line {first}", says)]) from None
        yield first, reader.line_num, cells
