"""What a child is given on a subject access request, and what of it speaks of somebody else.

UK GDPR Art. 15(4) and the Data Protection Act 2018, Sch. 2 para. 16: a copy must not adversely
affect others. Sch. 3 (the serious harm test): who asks in a child's name may be the one whom the
child has to be protected from. So the copy is redacted unless two people switch that off, and
whatever this table does not name is withheld.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.alert import Leg
from bot.domain.asking import Asked
from bot.domain.incident import Child, Incident
from bot.domain.matching import fold
from bot.domain.people import Person, Role

GIVEN = ""
OF_THE_CHILD: Mapping[str, str] = {
    "given_name": GIVEN,
    "family_name": GIVEN,
    "date_of_birth": GIVEN,
    "schools": GIVEN,
    "year_group": GIVEN,
    "present": GIVEN,
    "seen": GIVEN,
    "spoken_to": GIVEN,
    "spoken_to_alone": GIVEN,
    "voice": "what the child said may speak of others, and be used against the child",
    "health": GIVEN,  # Sch. 3 para. 6: a health professional is asked before it is handed over
    "nhs_number": GIVEN,
    "language": GIVEN,
    "interpreter": GIVEN,
    "disability": GIVEN,
    "ethnicity": GIVEN,
    "looked_after": GIVEN,
}
OF_THE_INCIDENT: Mapping[str, str] = {
    "source_reference": GIVEN,
    "kind": GIVEN,
    "occurred_at": GIVEN,
    "sent_at": GIVEN,
    "urgent": GIVEN,
    "release": GIVEN,
    "risk": "the scales grade the danger to an adult",
    "location": "it may be where somebody is safe",
    "circumstances": "free text about everybody who was there",
    "police_action": "what was done to somebody else",
    "involved_adults": "other people by name",
    "updates": "free text about everybody who was there",
    "exclude": "members of staff who may be involved",
}
OF_OTHERS: Mapping[str, str] = {
    "other_children": "other people by name",
    "name": "staff acting in their role may be named by role and school",
    "other_duties": "of other children, at their own schools",
}
OF_QUESTIONS: Mapping[str, str] = {
    "question": GIVEN,
    "asked_at": GIVEN,
    "wording": "free text, which may speak of everybody who was there",
    "answered_at": GIVEN,
    "answer": GIVEN,  # of the child; of the incident it is withheld, like the police's action
    "text": "free text, which may speak of everybody who was there",
}
"""Field by field: given, or why it is withheld."""

WITHHELD = "[withheld: about other people]"
"""What stands in the place of everything that is withheld; nothing is left out in silence."""
NOT_RECORDED = "not_recorded"

MAY_AGREE = (Role.MASH_DESK, Role.EDUCATION_SAFEGUARDING, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a request is about: a name as it was given, and a date of birth."""

    name: str
    born: date

    @property
    def sha256(self) -> str:
        """What a request keeps of whom it is about: no child's data."""
        return hashlib.sha256(f"{fold(self.name)}|{self.born.isoformat()}".encode()).hexdigest()

    def is_named(self, child: Child) -> bool:
        return child.folded_name == fold(self.name) != ""

    def is_meant(self, child: Child) -> bool:
        return self.is_named(child) and child.date_of_birth == self.born

    def may_be_meant(self, child: Child) -> bool:
        """The same name, and nobody wrote down when they were born: a person looks."""
        return self.is_named(child) and child.date_of_birth is None


@dataclass(frozen=True, slots=True)
class HeldVersion:
    version: int
    received_at: datetime
    incident: Incident


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody was told of the child, opened the details, or acknowledged."""

    what: str
    at: datetime
    person: str
    role: str
    leg: Leg
    school: str


@dataclass(frozen=True, slots=True)
class HeldQuestion:
    """What a school or a nurse asked the MASH desk of the child, or of the incident."""

    asked: Asked
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class HeldNotice:
    """All that is held of one notification in which the child is."""

    reference: str
    partner: str
    state: str
    versions: tuple[HeldVersion, ...]
    contacts: tuple[Contact, ...] = ()
    other_duties: tuple[Contact, ...] = ()
    """Of alerts in which the child is not."""
    questions: tuple[HeldQuestion, ...] = ()

    def numbers(self, subject: Subject) -> frozenset[int]:
        """A child keeps its number through every version."""
        return frozenset(
            child.number
            for version in self.versions
            for child in version.incident.children
            if subject.is_meant(child)
        )


def agreement_slip(people: Sequence[Person]) -> str | None:
    """Why these people cannot agree to a complete export; None if they can. The MASH desk alone
    may see everything, so one of the two is of the desk."""
    if len({person.id for person in people}) != 2:
        return "A complete export needs the agreement of two different people."
    if not all(person.role in MAY_AGREE for person in people):
        return f"Only these roles may agree to a complete export: {', '.join(MAY_AGREE)}."
    if not any(person.role is Role.MASH_DESK for person in people):
        return "One of the two who agree must be of the MASH desk (mash_desk)."
    return None


def export_of(
    subject: Subject,
    notices: Sequence[HeldNotice],
    possible: Sequence[str],
    *,
    redacted: bool,
    made_at: datetime,
    request: str | None = None,
) -> dict[str, Any]:
    """The whole export in plain values, JSON types only."""
    return {
        "made_at": made_at.isoformat(),
        "subject": {"name": subject.name, "date_of_birth": subject.born.isoformat()},
        "redacted": redacted,
        "request": request,
        "withheld_because": _reasons() if redacted else {},
        "notices": [_notice(notice, subject, redacted) for notice in notices],
        "possible_not_included": list(possible),
    }


def _reasons() -> dict[str, str]:
    tables = (OF_THE_CHILD, OF_THE_INCIDENT, OF_OTHERS, OF_QUESTIONS)
    return {name: why for table in tables for name, why in table.items() if why}


def _notice(notice: HeldNotice, subject: Subject, redacted: bool) -> dict[str, Any]:
    numbers = notice.numbers(subject)
    return {
        "reference": notice.reference,
        "sent_by": notice.partner,
        "state": notice.state,
        "versions": [_version(version, numbers, redacted) for version in notice.versions],
        "contacts": [_contact(contact, redacted) for contact in notice.contacts],
        "questions": [_question(held, redacted) for held in notice.questions],
        "other_duties": _or_withheld(
            [_contact(contact, redacted=False) for contact in notice.other_duties], redacted
        ),
    }


def _question(held: HeldQuestion, redacted: bool) -> dict[str, Any]:
    asked = held.asked
    values: dict[str, Any] = {
        "question": asked.question.value,
        "asked_at": held.asked_at.isoformat(),
        "wording": asked.wording,
        "answered_at": asked.answered_at.isoformat() if asked.answered_at else None,
        "answer": asked.answer.value if asked.answer else None,
        "text": asked.text,
    }
    said = {name: value for name, value in values.items() if value}
    fields = _fields(said, OF_QUESTIONS, redacted)
    if redacted and asked.answer and not asked.child:
        fields["answer"] = WITHHELD
    return fields


def _version(held: HeldVersion, numbers: frozenset[int], redacted: bool) -> dict[str, Any]:
    content = held.incident.content()
    children = content.pop("children")
    others = [child for child in children if child["number"] not in numbers]
    return {
        "version": held.version,
        "received_at": held.received_at.isoformat(),
        "child": [
            _fields(child, OF_THE_CHILD, redacted)
            for child in children
            if child["number"] in numbers
        ],
        "incident": _fields(content, OF_THE_INCIDENT, redacted),
        "other_children": _or_withheld(
            [_fields(child, OF_THE_CHILD, redacted=False) for child in others], redacted
        ),
    }


def _fields(held: Mapping[str, Any], table: Mapping[str, str], redacted: bool) -> dict[str, Any]:
    """Every field of the table; what is not in it is not given."""
    return {
        name: WITHHELD if why and redacted and name in held else held.get(name, NOT_RECORDED)
        for name, why in table.items()
    }


def _or_withheld(others: list[dict[str, Any]], redacted: bool) -> list[Any]:
    return [WITHHELD] if others and redacted else list(others)


def _contact(contact: Contact, redacted: bool) -> dict[str, Any]:
    return {
        "what": contact.what,
        "at": contact.at.isoformat(),
        "role": contact.role,
        "name": WITHHELD if redacted else contact.person,
        "leg": contact.leg.value,
        "school": contact.school,
    }
