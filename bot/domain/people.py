"""The people who are told: their role, what it covers, how each can be reached, who stands in."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
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


LONGEST_AHEAD = timedelta(days=366)
"""How far ahead an absence may reach: of one that is further the year is a slip."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Away on each day from the first to the last, both included."""

    first_on: date
    last_on: date
    cover: str = ""
    """The id of whoever has said that they stand in on these days; empty for nobody."""
    id: int = 0

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


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
    acting_as: frozenset[Role] = frozenset()
    """Of somebody who stands in: every role in which they stand. Empty: their own and no other."""
    in_place_of: frozenset[str] = frozenset()
    """The ids of those whose place they take."""
    holidays: bool = False
    """On the holiday list: told in the holidays too, where the policy asks for it."""

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


def stand_in(cover: Person, away: Person, held: Person | None = None) -> Person:
    """`cover` in the place of `away`: that role and that scope, and nothing more. With `held`, what
    they hold beside it. True at one school alone, since schools and years are not mixed there."""
    if held is None:
        return replace(
            cover,
            role=away.role,
            scope=away.scope,
            order=away.order,
            acting_as=frozenset({away.role}),
            in_place_of=frozenset({away.id}),
        )
    mine, theirs = held.scope, away.scope
    every_year = not mine.years or not theirs.years
    return replace(
        held,
        scope=Scope(
            everywhere=mine.everywhere or theirs.everywhere,
            schools=mine.schools | theirs.schools,
            teams=mine.teams | theirs.teams,
            years=frozenset() if every_year else mine.years | theirs.years,
        ),
        order=min(held.order, away.order),
        acting_as=(held.acting_as or frozenset({held.role})) | {away.role},
        in_place_of=held.in_place_of | {away.id},
    )
