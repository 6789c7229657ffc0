"""What a correction or an update changed of what one reader has already been shown.

Only what they see now and saw then is compared: nothing is shown here that the role's view would
not show, nor of a child whom they were not shown before.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.disclosure import OF_THE_SENDING, Field, RoleView, is_recorded


@dataclass(frozen=True, slots=True)
class Change:
    """One field that says something else now. `child` is the child's number, None for a field of
    the incident."""

    field: Field
    child: int | None
    before: object
    now: object


@dataclass(frozen=True, slots=True)
class Difference:
    """What is another since this reader was last shown an earlier version, and when that was."""

    since: datetime
    changes: tuple[Change, ...]
    children_new: tuple[int, ...] = ()
    """The numbers of the children whom they were not shown then."""


def changes(
    before: RoleView, now: RoleView, fields: Collection[str], children: Collection[int]
) -> tuple[tuple[Change, ...], tuple[int, ...]]:
    """What `now` says otherwise than `before`, and the children that are new to the reader, who was
    shown these fields of these children then."""
    found = list(_changed(None, before.incident, now.incident, fields))
    then = {child.number: child for child in before.children if child.number in children}
    for child in now.children:
        if (old := then.get(child.number)) is not None:
            found += _changed(child.number, old.values, child.values, fields)
    fresh = tuple(child.number for child in now.children if child.number not in then)
    return tuple(found), fresh


def _changed(
    child: int | None,
    before: Mapping[Field, object],
    now: Mapping[Field, object],
    fields: Collection[str],
) -> list[Change]:
    seen = [f for f in Field if f in now and f in before and f.value in fields]
    return [
        Change(f, child, before[f], now[f])
        for f in seen
        if f not in OF_THE_SENDING and _said(before[f]) != _said(now[f])
    ]


def _said(value: object) -> object:
    """Nothing, an empty text and *not recorded* say the same."""
    return value if is_recorded(value) else None
