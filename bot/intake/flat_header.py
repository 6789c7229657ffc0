"""The row of headings of a police sheet: found under whatever titles stand above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.errors import Fault, RefusedError
from bot.domain.incident import Carried
from bot.intake.cells import Cell, folded
from bot.intake.flat import CHILD_COLUMNS, INCIDENT_COLUMNS, KNOWN, NEEDED, Column

HEADER_WITHIN = 30
"""The headings stand in one of the first rows; titles and dates may stand above them."""
_HEADING_LENGTH = 60


@dataclass(frozen=True)
class Header:
    """A row of headings, understood: which field stands in which column."""

    headings: tuple[str, ...]
    columns: dict[str, int]
    doubled: tuple[str, ...] = ()

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        used = set(self.columns.values())
        return tuple(h for i, h in enumerate(self.headings) if i not in used and h)

    @cached_property
    def carried(self) -> Carried:
        """Exactly what these columns have a place for: the rest keeps its value in a merge."""
        incident = {column.carries or column.field for column, _ in self.of_incident}
        child = {column.carries or column.field for column, _ in self.of_child}
        return Carried(
            incident=frozenset(incident | {"children"}) - {"risk.scale"},
            child=frozenset(child | {"given_name", "family_name"}) - {"full_name"},
        )

    @cached_property
    def of_incident(self) -> list[tuple[Column, int]]:
        return [(c, self.columns[c.field]) for c in INCIDENT_COLUMNS if c.field in self.columns]

    @cached_property
    def of_child(self) -> list[tuple[Column, int]]:
        return [(c, self.columns[c.field]) for c in CHILD_COLUMNS if c.field in self.columns]

    @property
    def missing(self) -> list[str]:
        return [
            what for what, ways in NEEDED if not any(way <= self.columns.keys() for way in ways)
        ]

    def heading(self, field: str) -> str:
        """What stands over the field's column, as the sender wrote it; nothing without one."""
        return self.headings[self.columns[field]] if field in self.columns else ""


def header_of(row: Sequence[Cell]) -> Header:
    """Where two columns say the same field, the likelier heading is read, the other ignored."""
    headings = tuple(_shown(str(cell)) for cell in row)
    columns: dict[str, int] = {}
    ranks: dict[str, int] = {}
    doubled: list[str] = []
    for index, heading in enumerate(headings):
        plain = folded(heading)
        field, rank = KNOWN.get(plain) or KNOWN.get(plain.removesuffix("yn")) or ("", 0)
        if field and ranks.get(field) == rank:
            doubled.append(heading)
        elif field and rank < ranks.get(field, rank + 1):
            columns[field], ranks[field] = index, rank
    return Header(headings, columns, tuple(doubled))


def _shown(heading: str) -> str:
    """A heading that may stand in a sentence: on one line, not too long."""
    one_line = " ".join(heading.split())
    return "".join(char for char in one_line if char.isprintable())[:_HEADING_LENGTH]


def found_header(rows: Sequence[tuple[str, Sequence[Cell]]]) -> tuple[int, Header]:
    """The first of these rows that has a column for everything needed, and where it stands.

    If there is none, one fault says what the likeliest row of headings lacks.
    """
    likeliest = ("", Header((), {}))
    for index, (where, row) in enumerate(rows[:HEADER_WITHIN]):
        header = header_of(row)
        if header.missing:
            likeliest = max(likeliest, (where, header), key=lambda found: len(found[1].columns))
        elif header.doubled:
            places = [f"{where}, {heading}" for heading in header.doubled]
            raise RefusedError([Fault(p, "must stand over one column only") for p in places])
        else:
            return index, header
    where, header = likeliest
    lacking = "; ".join(header.missing)
    raise RefusedError([Fault(where or "line 1", f"must have a column for {lacking}")])
