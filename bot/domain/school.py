"""A school, or the authority's setting for children educated elsewhere (domain.md)."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Phase(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    ALL_THROUGH = "all_through"
    SPECIAL = "special"
    NURSERY = "nursery"
    PRU = "pru"
    EHE = "ehe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class School:
    """`opens_at` and `closes_at` are the bells, in the calendar's local time."""

    code: str
    name: str
    opens_at: time
    closes_at: time
    calendar: str
    name_cy: str = ""
    aliases: tuple[str, ...] = ()
    phase: Phase = Phase.OTHER
    nurse_team: str = ""
    authority: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.name_cy, *self.aliases)

    def name_in(self, language: str) -> str:
        return (self.name_cy or self.name) if language == "cy" else self.name
