"""Who can be told on a day, and why not. Routing, ladders, readiness, `route` and `check` all ask
here; who stands for a role there at all, with whoever stands in for somebody, is
`Directory.covering` (docs/adr/0021-a-cover-stands-in-for-one-person-and-for-nobody-behind-them.md).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.people import ContactMethod, ContactState, Person


class SkipReason(StrEnum):
    """Why a person in scope is not told; recorded and shown, never silent."""

    EXCLUDED = "excluded"
    NOT_ENROLLED = "not_enrolled"
    CONTACT_BLOCKED = "contact_blocked"
    NOT_YET_ELIGIBLE = "not_yet_eligible"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Reachable:
    person: Person
    contact: ContactMethod


@dataclass(frozen=True, slots=True)
class Skipped:
    person: Person
    reason: SkipReason


def standing(person: Person, on: date, excluded: Collection[str] = ()) -> Reachable | Skipped:
    """Whether this person can be told on this local day: enrolled with a working contact method,
    eligible, not away, not excluded (contract: how a ladder is read)."""
    if person.id in excluded:
        return Skipped(person, SkipReason.EXCLUDED)
    if person.eligible_from and on < person.eligible_from:
        return Skipped(person, SkipReason.NOT_YET_ELIGIBLE)
    if any(on in absence for absence in person.absences):
        return Skipped(person, SkipReason.AWAY)
    if contact := person.working_contact:
        return Reachable(person, contact)
    blocked = any(contact.state is ContactState.BLOCKED for contact in person.contacts)
    return Skipped(person, SkipReason.CONTACT_BLOCKED if blocked else SkipReason.NOT_ENROLLED)
