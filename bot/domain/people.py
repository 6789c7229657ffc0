"""The people who are told: their role, what it covers, and how each can be reached."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    DSP = "dsp"
    DEPUTY_DSP = "deputy_dsp"
    HEAD_TEACHER = "head_teacher"
    SCHOOL_NURSE = "school_nurse"
    NURSE_LEAD = "nurse_lead"
    EDUCATION_SAFEGUARDING = "education_safeguarding"
    MASH_DESK = "mash_desk"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Scope:
    """The schools and year groups that a role covers (contract: directory files)."""

    everywhere: bool = False
    schools: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    """Empty for all years."""

    def covers_school(self, code: str, nurse_team: str) -> bool:
        return self.everywhere or code in self.schools or nurse_team in self.teams

    def covers_year(self, year: int | None) -> bool:
        """A child of unknown year is everyone's: better two told than none."""
        return year is None or not self.years or year in self.years


class Channel(StrEnum):
    TELEGRAM = "telegram"


class ContactState(StrEnum):
    WORKING = "working"
    BLOCKED = "blocked"
    """The channel said for good that it cannot reach this address."""


@dataclass(frozen=True, slots=True)
class ContactMethod:
    id: int
    channel: Channel
    address: str
    state: ContactState = ContactState.WORKING


@dataclass(frozen=True, slots=True)
class Absence:
    """Away on each day from the first to the last, both included."""

    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: Role
    scope: Scope
    language: str = "en"
    order: int = 1
    eligible_from: date | None = None
    email: str = ""
    phone: str = ""
    contacts: tuple[ContactMethod, ...] = ()
    absences: tuple[Absence, ...] = ()
    holidays: bool = False
    """On the holiday list: told in the holidays too, where the policy asks for it."""

    @property
    def working_contact(self) -> ContactMethod | None:
        return next((c for c in self.contacts if c.state is ContactState.WORKING), None)
