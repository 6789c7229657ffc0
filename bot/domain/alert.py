"""An alert: our duty towards one school, one nurse team or the MASH desk about one incident."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.people import Person, Role


class Leg(StrEnum):
    """Whose duty it is. A triage task is a duty of the MASH desk, with a ladder like any other; so
    is a question that somebody asks it."""

    SCHOOL = "school"
    NURSE = "nurse"
    TRIAGE = "triage"
    QUESTION = "question"


OF_THE_DESK = frozenset({Leg.TRIAGE, Leg.QUESTION})
"""The legs that are no alert of a school's or a nurse team's."""


class NotificationState(StrEnum):
    RECEIVED = "received"
    RAISED = "raised"
    TRIAGE = "triage"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class LateBy(StrEnum):
    """Where a notice was when the school day began that it should have come before."""

    SENDER = "sender"
    """Not sent yet, or nobody says when."""
    ON_THE_WAY = "on_the_way"
    """Sent before, and here after it."""


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Settled; for a triage task: decided."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MISDIRECTED = "misdirected"
    """Every child in it turned out to be no pupil there: sealed for everybody."""


STANDING = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
"""The states in which an alert is somebody's to answer, or answered."""

LEGAL_MOVES: dict[AlertState, frozenset[AlertState]] = {
    AlertState.OPEN: frozenset(
        {
            AlertState.ACKNOWLEDGED,
            AlertState.CLOSED,
            AlertState.WITHDRAWN,
            AlertState.MISDIRECTED,
        }
    ),
    # Undo and reopening are events that say what is owed again (contract: states).
    # A school may say "not our pupil" after it had answered, or after a coordinator's end of it.
    AlertState.ACKNOWLEDGED: frozenset(
        {AlertState.OPEN, AlertState.WITHDRAWN, AlertState.MISDIRECTED}
    ),
    AlertState.CLOSED: frozenset({AlertState.OPEN, AlertState.WITHDRAWN, AlertState.MISDIRECTED}),
    AlertState.WITHDRAWN: frozenset({AlertState.OPEN}),
    AlertState.MISDIRECTED: frozenset({AlertState.OPEN}),
}
"""Every move of an alert that may happen; the store's compare-and-set allows no other (I9)."""


class Closing(StrEnum):
    """Why a coordinator ends a duty that nobody settled: a set list, so that nothing of a child is
    ever typed."""

    TOLD_BY_TELEPHONE = "told by telephone"
    TOLD_IN_PERSON = "told in person"
    SENT_TWICE = "sent twice"
    NOT_FOR_US = "not for a setting of ours"
    SETTLED_BY_THE_DESK = "settled by the MASH desk"

    @property
    def id(self) -> str:
        """As a form names it."""
        return self.name.lower()

    @property
    def sentence(self) -> str:
        """Its words in the catalogue."""
        return f"closing.{self.id}"


CLOSINGS = tuple(Closing)


@dataclass(frozen=True, slots=True)
class AlertChild:
    """A child in an alert, by the number it has in the incident."""

    number: int
    year_group: int | None


class Meaning(StrEnum):
    """What somebody says by an acknowledgement."""

    TAKEN = "taken"
    """I have it."""
    NO_HEALTH_NEED = "no_health_need"
    """A nurse has looked, and saw no health need."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One person's answer, with the children that were in their scope when they gave it."""

    person_id: str
    role: Role
    children: frozenset[int]
    at: datetime
    meaning: Meaning = Meaning.TAKEN
    id: int = 0
    """The row's number, by which it can be taken back."""
    in_place_of: frozenset[str] = frozenset()
    """The ids of those for whom they stood in as they gave it."""


def children_in_scope(person: Person, children: Iterable[AlertChild]) -> frozenset[int]:
    """The numbers of the children this person's years include; the school is checked before."""
    return frozenset(c.number for c in children if person.scope.covers_year(c.year_group))


def uncovered(
    children: Iterable[AlertChild],
    acknowledgements: Iterable[Acknowledgement],
    settled_by: Collection[Role],
    excluded: Collection[str] = (),
    people: Mapping[str, Person] | None = None,
) -> frozenset[int]:
    """The children whom no acknowledgement of a `settled_by` role covers; none: it is settled.

    Who has been excluded since, and must know nothing of it, no longer stands for any child; nor
    does one of `people` for a child whose year turned out to be another's. The answer of somebody
    who has left still stands.
    """
    known, children = people or {}, tuple(children)
    numbers = frozenset(child.number for child in children)

    def covers(answer: Acknowledgement) -> frozenset[int]:
        stood = [known.get(i) for i in (answer.person_id, *answer.in_place_of)]
        scopes = (children_in_scope(one, children) if one else numbers for one in stood)
        return answer.children & frozenset().union(*scopes)

    return numbers.difference(
        *(
            covers(answer)
            for answer in acknowledgements
            if answer.role in settled_by and answer.person_id not in excluded
        )
    )
