"""The console: its sections, whose they are, and how long somebody may change things there.

Whatever the console shows is content-free; a child's data is on the secure page, behind the same
button as in the chat. Roles are the chat's: who may ask for something there may read it here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access import IDLE
from bot.domain.people import Role

CONSOLE_PATH = "/console"
STEPPED_UP_FOR = IDLE
"""Whoever gave their unlock code may change things for so long: then it is asked for again."""

LADDER_REASONS = ("nobody_reached", "others_answer", "times_changed")
"""Why a coordinator has an alert under way take the ladder that is in force now."""

_DESK_TOO = frozenset({Role.COORDINATOR, Role.MASH_DESK})
_COORDINATORS = frozenset({Role.COORDINATOR})


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the console."""

    id: str
    path: str
    name: str
    """Its sentence in the catalogue."""
    roles: frozenset[Role]


SECTIONS = (
    Section("today", CONSOLE_PATH, "console.today", _DESK_TOO),
    Section("readiness", f"{CONSOLE_PATH}/readiness", "console.readiness", _COORDINATORS),
    Section("triage", f"{CONSOLE_PATH}/triage", "console.triage", _DESK_TOO),
    Section("drills", f"{CONSOLE_PATH}/drills", "console.drills", _COORDINATORS),
    Section("directory", f"{CONSOLE_PATH}/directory", "console.directory", _COORDINATORS),
    Section("routing", f"{CONSOLE_PATH}/routing", "routing.name", _COORDINATORS),
    Section("changes", f"{CONSOLE_PATH}/changes", "console.changes", _COORDINATORS),
)
"""In the order in which the navigation shows them; a new one is a line here."""


def sections_of(role: Role) -> tuple[Section, ...]:
    return tuple(section for section in SECTIONS if role in section.roles)


def may_enter(role: Role) -> bool:
    """Whether there is a console at all for this role."""
    return bool(sections_of(role))


def may_use(role: Role, section: str) -> bool:
    return any(one.id == section for one in sections_of(role))


def is_stepped_up(unlocked_at: datetime | None, now: datetime) -> bool:
    """Whether an unlock code that was given then lets its holder change things now."""
    return unlocked_at is not None and unlocked_at <= now < unlocked_at + STEPPED_UP_FOR


def is_console_path(path: str, most: int = 200) -> bool:
    """Whether this is an address of the console and nothing but: what a form brings to go back to
    is the presser's to choose."""
    if len(path) > most or not (path == CONSOLE_PATH or path.startswith(f"{CONSOLE_PATH}/")):
        return False
    plain, _, query = path.partition("?")
    return _of(plain, "/-_") and _of(query, "=&-_.:%+")


def _of(text: str, marks: Collection[str]) -> bool:
    return all(letter.isascii() and (letter.isalnum() or letter in marks) for letter in text)
