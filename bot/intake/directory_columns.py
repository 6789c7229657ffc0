"""Columns that a file calls otherwise: which is which field is asked once and remembered by the
file's header, so that the next file with the same header is read without asking."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import Fault, RefusedError
from bot.intake import people_csv, schools_csv
from bot.intake.directory_table import Columns, Table

Mappings = Mapping[str, Mapping[str, str]]
"""By the mark of a header: the field that each of its columns is."""
FIELDS = tuple(dict.fromkeys((*schools_csv.COLUMNS, *people_csv.COLUMNS)))


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a file that nobody has said the fields of."""

    file: str
    names: tuple[str, ...]

    @property
    def mark(self) -> str:
        return mark_of(self.names)


class UnknownColumnsError(RefusedError):
    """A file lacks columns that it must have, under the names that it has."""

    def __init__(self, faults: Sequence[Fault], headers: Sequence[Header]) -> None:
        super().__init__(faults)
        self.headers = tuple(headers)


def mark_of(names: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def with_fields(table: Table, mappings: Mappings) -> Table:
    """The table with its columns called what somebody said that they are."""
    said = mappings.get(mark_of(table.names))
    return replace(table, names=[said.get(name, name) for name in table.names]) if said else table


def lacking(names: Iterable[str]) -> tuple[str, ...]:
    """What a file with these columns lacks still, of schools or of people, whichever is nearer;
    empty where it is either."""
    had = set(names)
    return min(
        (
            tuple(n for n, column in columns.items() if column.mandatory and n not in had)
            for columns in (_SCHOOLS, _PEOPLE)
        ),
        key=len,
    )


_SCHOOLS: Columns = schools_csv.COLUMNS
_PEOPLE: Columns = people_csv.COLUMNS
