"""The chat's screens: which there are, who may look at each, and how a long list is turned.

A button's data is all that a screen needs: its name and the numbers of rows. So a screen survives
restarts and upgrades, and what it shows is made from the rows when it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.people import Role

PAGE_SIZE = 8


class View(StrEnum):
    """What the data of a screen's button begins with."""

    STATUS = "ms"
    LIST = "ml"
    """`ml:WHICH:ID` from behind the row of this number on; 0 for the beginning."""
    LIST_BACK = "mb"
    """`mb:WHICH:ID` up to the row before that of this number."""
    DUTY = "md"
    CLOSE = "mc"
    """`mc:ID` the reasons, `mc:ID:REASON` whether it is meant, `mc:ID:REASON:1` that it is."""
    READINESS = "mr"
    """`mr:CODE`: what is missing on the next pupil day, from behind this school on."""
    GAP = "mg"
    """`mg:CODE:LEG`: who stands for a school; `mg:0:ROLE` who stands for the whole authority."""
    PERSON = "mp"
    """`mp:MARK`, and what is done about this person behind it, such as `mp:MARK:3:1`."""
    SNOW = "mn"
    """`mn:CODE` the next days, `mn:CODE:DAY` closed on this one, `mn:CODE:DAY:1` it is meant."""
    ROUTE = "mh"
    """`mh:CODE:WHEN:YEAR`: who would be told."""
    ME = "mm"
    """What I am told of, my ways, my absence; `mm:DEED` what I do about it."""


class Which(StrEnum):
    """The lists behind the board, in the order of their buttons."""

    OVERDUE = "overdue"
    OPEN = "open"
    TRIAGE = "triage"
    QUESTIONS = "questions"


LISTS = tuple(Which)

_OVERSEERS = frozenset({Role.COORDINATOR, Role.MASH_DESK})
_COORDINATORS = frozenset({Role.COORDINATOR})
_MAY_LOOK: Mapping[View, frozenset[Role]] = {
    View.STATUS: _OVERSEERS,
    View.LIST: _OVERSEERS,
    View.LIST_BACK: _OVERSEERS,
    View.DUTY: _OVERSEERS,
    View.CLOSE: _COORDINATORS,
    View.READINESS: _COORDINATORS,
    View.GAP: _COORDINATORS,
    View.PERSON: _COORDINATORS,
    View.SNOW: _COORDINATORS,
    View.ROUTE: _COORDINATORS,
    View.ME: frozenset(Role),
}


def view_named(name: str) -> View | None:
    """The screen that data begins with; None for what is no screen's."""
    return View(name) if name in set(View) else None


def may_look(role: Role, view: View) -> bool:
    """Whether this role has this screen at all; what it shows asks for itself."""
    return role in _MAY_LOOK[view]


class PersonDeed(IntEnum):
    """What a coordinator may do about somebody, as the second number of a person's button."""

    ABSENT = 1
    INVITE = 2
    SESSIONS = 3
    """Everywhere signed out, their unlock code forgotten; enrolled as before."""
    ACCOUNT = 4
    """Their account in Telegram ends, as for a lost telephone; they stay in the directory."""
    LEAVE = 5


@dataclass(frozen=True, slots=True)
class Turned:
    """One page of a list: from which place to which, and whether there is more on either side."""

    first: int
    end: int
    before: bool
    behind: bool


def turned(
    keys: Sequence[Any], cursor: Any | None, *, back: bool = False, size: int = PAGE_SIZE
) -> Turned:
    """The page behind `cursor`, or the one before it with `back`. `keys` stand in order; the cursor
    need not be among them any more: its row may have been settled since it was shown."""
    if cursor is None:
        first = 0
    elif back:
        first = max(0, sum(key < cursor for key in keys) - size)
    else:
        first = sum(key <= cursor for key in keys)
        if first == len(keys):  # what stood behind it is gone: the last page there is
            first = max(0, len(keys) - size)
    end = min(first + size, len(keys))
    return Turned(first, end, first > 0, end < len(keys))
