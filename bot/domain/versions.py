"""What is kept as versions, what a draft is, and how either is spoken of.

A sentence about a change is its name in the catalogue with values as they are: which words a role
or a span has is the reader's language's to say (`rendering/what_changed.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

ESCALATION = "escalation"
DISCLOSURE = "disclosure"
SCENARIOS = "scenarios"
DIRECTORY = "directory"
CALENDAR = "calendar:"
"""What the kind of a calendar begins with; its name follows."""

FROM_FILE = "file"
FROM_COMMAND_LINE = "command line"
"""Who made a version that no person of the directory is named for."""
NO_VERSION = 0
"""What the first version of a kind was made from."""


def is_a_file(kind: str) -> bool:
    """Whether this kind is one file of CONFIG_DIR."""
    return kind in {ESCALATION, DISCLOSURE, SCENARIOS} or kind.startswith(CALENDAR)


def file_of(kind: str) -> str:
    """Where a kind stands in CONFIG_DIR."""
    if kind.startswith(CALENDAR):
        return f"calendars/{kind.removeprefix(CALENDAR)}.toml"
    return f"{kind}.toml"


class DraftState(StrEnum):
    OPEN = "open"
    IN_FORCE = "in_force"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Version:
    """Something that is or was in force, whole."""

    id: int
    kind: str
    body: str
    sha256: str
    name: str
    """The version that the text itself states; a calendar and the directory state none."""
    author: str
    """The author that the text itself states."""
    in_force_from: datetime
    who: str
    """Who put it in force: a person's id, or a door."""
    agreed_by: str | None
    reason: str
    made_from: int | None
    """None: from before this was written down."""
    restored_from: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The next version of a kind, of which nothing counts yet."""

    id: int
    kind: str
    body: str
    made_from: int
    author: str
    made_at: datetime
    reason: str
    state: DraftState
    restored_from: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about a version: its name in the catalogue and what stands in its gaps."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    leg: str = ""
    """The ladder that it is about; its heading goes before the sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a draft as a whole. A refusing one keeps it from being put in force (I11);
    the others are shown, and a person decides."""

    said: Said
    refuses: bool = False
