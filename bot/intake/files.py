"""A file of notifications, read by the kind that its name gives (contract: `notify`)."""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath

from bot.domain.errors import Fault, NotReadableError
from bot.intake.csv_notices import read_csv
from bot.intake.document import read_json_file
from bot.intake.entry import Entry
from bot.intake.xlsx_notices import read_xlsx

MOST_BYTES = 50 * 1024 * 1024

SHEETS: dict[str, Callable[[bytes, datetime], list[Entry]]] = {
    ".csv": read_csv,
    ".xlsx": read_xlsx,
}
READERS = {".json": read_json_file, **SHEETS}


def read_file(name: str, data: bytes, now: datetime) -> list[Entry]:
    """Each notification of the file, in order, with what became of it.

    Raises `NotReadableError` or `RefusedError` when the file as a whole cannot be used.
    """
    return _read(READERS, name, data, now)


def read_sheet(data: bytes, filename: str, now: datetime) -> list[Entry]:
    """The same for a police sheet alone: CSV or XLSX."""
    return _read(SHEETS, filename, data, now)


def _read(
    readers: dict[str, Callable[[bytes, datetime], list[Entry]]],
    name: str,
    data: bytes,
    now: datetime,
) -> list[Entry]:
    reader = readers.get(PurePath(name).suffix.casefold())
    if reader is None:
        accepted = ", ".join(readers)
        raise NotReadableError([Fault("", f"must be a file whose name ends in one of {accepted}")])
    if len(data) > MOST_BYTES:
        raise NotReadableError([Fault("", "must be a file of at most 50 MiB")])
    return reader(data, now)
