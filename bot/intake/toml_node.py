"""A table of a TOML file under reading: each key is asked for once, each fault has its key path."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from bot.domain.errors import Fault, NotReadableError, RefusedError
from bot.domain.people import Role

_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}(?:\[\d+\])?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_LINE = re.compile(r"\(at line (\d+)")


@dataclass(slots=True)
class Node:
    values: dict[str, Any]
    path: str
    faults: list[Fault]
    asked: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        """`policies.school`, `schools."Ysgol Bryn"`."""
        step = key if _BARE.fullmatch(key) else f'"{key[:60]}"'
        return f"{self.path}.{step}" if self.path else step

    def fault(self, key: str, says: str) -> None:
        self.faults.append(Fault(self.at(key) if key else self.path, says))

    def get(self, key: str) -> Any:
        self.asked.add(key)
        return self.values.get(key)

    def text(self, key: str, *, optional: bool = False) -> str:
        """A text that is not empty; a version may be written as a date or a number as well."""
        value = self.get(key)
        if value is None and optional:
            return ""
        if key == "version" and isinstance(value, int | date) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            self.fault(key, "must be given, as a text that is not empty")
            return ""
        return value.strip()

    def roles(self, key: str, *, optional: bool = False) -> tuple[Role, ...]:
        value = self.get(key)
        if value is None and optional:
            return ()
        if not isinstance(value, list) or not value:
            self.fault(key, "must be a list of at least one role")
            return ()
        if unknown := [i for i, name in enumerate(value) if name not in list(Role)]:
            valid = ", ".join(Role)
            for index in unknown:
                self.fault(f"{key}[{index}]", f"must be one of the roles {valid}")
            return ()
        return tuple(dict.fromkeys(Role(name) for name in value))

    def table(self, key: str) -> "Node":
        """The table under this key; an empty one, and a fault, if there is none."""
        value = self.get(key)
        if not isinstance(value, dict):
            self.fault(key, "must be a table, and is missing or something else")
            value = {}
        return Node(value, self.at(key), self.faults)

    def tables(self, key: str) -> list["Node"]:
        """Each table of a list of them; an absent list is an empty one."""
        value = self.get(key) if self.get(key) is not None else []
        if not isinstance(value, list) or not all(isinstance(inner, dict) for inner in value):
            self.fault(key, "must be a list of tables")
            return []
        return [Node(v, f"{self.at(key)}[{i}]", self.faults) for i, v in enumerate(value)]

    def each(self) -> Iterator[tuple[str, "Node"]]:
        """Every key of this table, with the table that it holds."""
        return ((key, self.table(key)) for key in self.values)

    def day(self, key: str) -> date | None:
        value = self.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.fault(key, "must be a date without quotation marks, such as 2026-11-22")
        return None

    def days(self, key: str) -> frozenset[date]:
        value = self.get(key) if self.get(key) is not None else []
        if not isinstance(value, list):
            self.fault(key, "must be a list of dates, such as [2026-11-27]")
            return frozenset()
        each = Node({f"{key}[{i}]": v for i, v in enumerate(value)}, self.path, self.faults)
        return frozenset(day for name in each.values if (day := each.day(name)))

    def clock(self, key: str) -> time | None:
        """A local time, as a text or as TOML has times; None, without a fault, if there is none."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, time):
            return value
        if isinstance(value, str) and _CLOCK.fullmatch(value):
            return time.fromisoformat(value)
        self.fault(key, 'must be a time of day such as "12:30"')
        return None

    def refuse_unasked(self, known: str) -> None:
        """A key that nobody asked for is a slip of the pen: it would be obeyed by nobody."""
        for key in self.values:
            if key not in self.asked:
                self.fault(key, f"must be one of {known}")


def root(file: str, data: bytes) -> Node:
    """The whole file, or a `NotReadableError` with the file and the line."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotReadableError([Fault(f"{file} line {line}", "must be text in UTF-8")]) from None
    except (ValueError, RecursionError) as error:
        found = _LINE.search(str(error))
        where = f"{file} line {found[1]}" if found else f"{file}, at its end"
        says = (
            "must be TOML, and here it is not: a quotation mark or a bracket is missing, "
            "or a key stands twice"
        )
        raise NotReadableError([Fault(where, says)]) from None
    return Node(values, "", [])


def refuse_faults(node: Node) -> None:
    if node.faults:
        raise RefusedError(node.faults)
