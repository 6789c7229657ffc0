"""The people who are told: their role, what it covers, and how each can be reached."""

from collections.abc import Collection
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
    """The first way: the only one in which somebody can answer."""
    EMAIL = "email"
    SMS = "sms"


SECOND_WAYS = (Channel.EMAIL, Channel.SMS)
"""Ways that can only tell; their addresses are the directory's, nobody enrols in them."""


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
    """In order of preference: Telegram, then the second ways as the settings name them."""
    absences: tuple[Absence, ...] = ()

    @property
    def working_contact(self) -> ContactMethod | None:
        """The first way by which this person can be told."""
        return self.next_contact(())

    @property
    def answering_contact(self) -> ContactMethod | None:
        """The account in which this person can open and acknowledge, if it works."""
        return self.next_contact(SECOND_WAYS)

    def next_contact(self, used: Collection[Channel]) -> ContactMethod | None:
        """The first way that works and was not tried yet."""
        return next(
            (
                contact
                for contact in self.contacts
                if contact.state is ContactState.WORKING and contact.channel not in used
            ),
            None,
        )
