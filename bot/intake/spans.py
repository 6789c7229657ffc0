"""Spans of time as the configuration writes them: `10m`, `1h30m`, `bell-60m`, `opening+1h`."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from bot.intake.toml_node import Node

_SPAN = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.ASCII)
_FROM = re.compile(r"([a-z]+)(?:([+-])(\w+))?", re.ASCII)

T = TypeVar("T")


def read(table: Node, key: str, read: Callable[[str], T | None], says: str) -> T | None:
    """What stands under this key, read so; None, and a fault, if it cannot be."""
    value = table.get(key)
    if value is None:
        return None
    found = read(value) if isinstance(value, str) else None
    if found is None:
        table.fault(key, says)
    return found


def span(written: str) -> timedelta | None:
    """`45s`, `10m`, `2h`, `1h30m`."""
    found = _SPAN.fullmatch(written)
    if not found or not written:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def from_bell(written: str) -> timedelta | None:
    """`bell`, `bell-60m`, `bell+4h`: how long after the bell; before it is negative."""
    return from_edge(written, "bell")


def from_edge(written: str, edge: str) -> timedelta | None:
    """The same from any edge of the day by its name."""
    if not (found := _FROM.fullmatch(written)) or found[1] != edge:
        return None
    _, sign, written_span = found.groups()
    if sign is None:
        return timedelta()
    away = span(written_span)
    return -away if away and sign == "-" else away
