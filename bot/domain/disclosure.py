"""Who may see what: the matrix, and the one function that makes a role's view of an incident.

Content fails closed: what the matrix does not name is hidden, a field that the sender did not
release is hidden, a child outside the reader's scope is not there at all (I3).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.domain.alert import AlertChild, AlertState, children_in_scope
from bot.domain.incident import RELEASABLE, Answer, Child, Incident, Update
from bot.domain.people import Person, Role


class Field(StrEnum):
    """Everything a notification can hold, by the name that `disclosure.toml` uses."""

    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    SCHOOL = "school"
    YEAR_GROUP = "year_group"
    OCCURRED_AT = "occurred_at"
    SENT_AT = "sent_at"
    SOURCE_REFERENCE = "source_reference"
    PRESENT = "present"
    SEEN = "seen"
    SPOKEN_TO = "spoken_to"
    SPOKEN_TO_ALONE = "spoken_to_alone"
    RISK = "risk"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    DISABILITY = "disability"
    CIRCUMSTANCES = "circumstances"
    VOICE = "voice"
    POLICE_ACTION = "police_action"
    LOOKED_AFTER = "looked_after"
    HEALTH = "health"
    NHS_NUMBER = "nhs_number"
    LOCATION = "location"
    INVOLVED_ADULTS = "involved_adults"
    ETHNICITY = "ethnicity"


INCIDENT_FIELDS = (
    Field.OCCURRED_AT,
    Field.SENT_AT,
    Field.SOURCE_REFERENCE,
    Field.RISK,
    Field.LOCATION,
    Field.CIRCUMSTANCES,
    Field.POLICE_ACTION,
    Field.INVOLVED_ADULTS,
)
CHILD_FIELDS = tuple(field for field in Field if field not in INCIDENT_FIELDS)


OF_THE_SENDING = frozenset({Field.SENT_AT})
"""What is of one sending and not of the incident: another each time, and no correction."""

_SEALED = frozenset({AlertState.WITHDRAWN, AlertState.MISDIRECTED})


def is_sealed(state: AlertState) -> bool:
    """Whether nobody at all is shown anything of an alert in this state."""
    return state in _SEALED


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a field is shown to those who see it, who says so, and since when."""

    sentence: str
    author: str
    decided_on: date | None = None
    sentence_cy: str = ""

    def in_language(self, language: str) -> str:
        """In the reader's language; in the other one rather than not at all."""
        return (self.sentence_cy if language == "cy" else "") or self.sentence


@dataclass(frozen=True, slots=True)
class DisclosureMatrix:
    """Role by field, each with its purpose; what is not named is hidden."""

    shown: Mapping[Role, frozenset[Field]]
    version: str = ""
    purposes: Mapping[Field, Purpose] = field(default_factory=dict)

    def fields_for(self, role: Role, release: Collection[str] | None) -> frozenset[Field]:
        """What this role may see of a notification with this release list: narrowed by it, never
        widened (contract: disclosure)."""
        return self.shown.get(role, frozenset()) - self.withheld_from(role, release)

    def withheld_from(self, role: Role, release: Collection[str] | None) -> frozenset[Field]:
        """What this role would see, had the sender not held it back."""
        if release is None:
            return frozenset()
        held_back = {Field(name) for name in RELEASABLE if name not in release}
        return self.shown.get(role, frozenset()) & held_back

    def shows_the_child_to(self, role: Role) -> bool:
        """Whether this role sees which child it is, which whoever is to answer for it must."""
        return Field.NAME in self.shown.get(role, frozenset())

    def changes(self, before: "DisclosureMatrix") -> Iterator["FieldChange"]:
        """Each field that is shown otherwise than it was, or for another purpose."""
        for f in Field:
            had = {role for role in Role if f in before.shown.get(role, frozenset())}
            has = {role for role in Role if f in self.shown.get(role, frozenset())}
            was, now = before.purposes.get(f), self.purposes.get(f)
            # Who decided, and when, goes with what they decided.
            worded = was != now if had == has else _texts(was) != _texts(now)
            if had != has or worded:
                more = tuple(role for role in Role if role in has - had)
                less = tuple(role for role in Role if role in had - has)
                yield FieldChange(f, more, less, worded)

    def undated(self) -> list[Field]:
        """The fields that somebody sees, and of which nobody says since when."""
        seen = frozenset[Field]().union(*self.shown.values())
        return [
            f
            for f in Field
            if f in seen and f in self.purposes and self.purposes[f].decided_on is None
        ]


def _texts(purpose: Purpose | None) -> tuple[str, str] | None:
    return (purpose.sentence, purpose.sentence_cy) if purpose else None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one version of the matrix says of a field otherwise than another."""

    field: Field
    shown_to: tuple[Role, ...]
    hidden_from: tuple[Role, ...]
    other_purpose: bool


@dataclass(frozen=True, slots=True)
class ChildView:
    number: int
    values: Mapping[Field, object]


@dataclass(frozen=True, slots=True)
class RoleView:
    """What one reader is shown of one alert. Only fields that they may see are in it; a field
    whose value is None or *not recorded* is shown as "not recorded"."""

    role: Role
    incident: Mapping[Field, object]
    children: tuple[ChildView, ...]
    fields: frozenset[Field]
    updates: tuple[Update, ...]
    other_settings_told: bool
    """Another setting has been told of this incident; it is never named here."""
    withheld: frozenset[Field] = frozenset()
    """What this role would see, had the sender not held it back."""

    @property
    def disclosed(self) -> tuple[Field, ...]:
        """The fields that are really there, in the matrix's order. A view without a child shows no
        field of one, whatever the role may see."""
        return self._there(self.fields)

    @property
    def held_back(self) -> tuple[Field, ...]:
        """The fields that would be there, had the sender not held them back."""
        return self._there(self.withheld)

    def _there(self, among: Collection[Field]) -> tuple[Field, ...]:
        of_anybody = Field if self.children else INCIDENT_FIELDS
        return tuple(field for field in of_anybody if field in among)


def role_view(
    incident: Incident,
    person: Person,
    children: Iterable[AlertChild],
    matrix: DisclosureMatrix,
    *,
    other_settings_told: bool,
) -> RoleView:
    """The view of `person`, who has been found to be in scope of this alert and not excluded."""
    # Who stands for two roles here is shown what each of them may see.
    roles = person.acting_as or {person.role}
    fields = frozenset.intersection(*(matrix.fields_for(r, incident.release) for r in roles))
    withheld = frozenset.intersection(*(matrix.withheld_from(r, incident.release) for r in roles))
    numbers = children_in_scope(person, children)
    of_child = [field for field in CHILD_FIELDS if field in fields]
    return RoleView(
        role=person.role,
        incident={f: getattr(incident, f.value) for f in INCIDENT_FIELDS if f in fields},
        children=tuple(
            ChildView(child.number, {f: _child_value(child, f) for f in of_child})
            for child in incident.children
            if child.number in numbers
        ),
        fields=fields,
        updates=incident.updates if Field.CIRCUMSTANCES in fields else (),
        other_settings_told=other_settings_told,
        withheld=withheld,
    )


def _child_value(child: Child, field: Field) -> object:
    match field:
        case Field.NAME:
            return f"{child.given_name} {child.family_name}".strip()
        case Field.SCHOOL:
            return child.schools
        case _:
            return getattr(child, field.value)


def is_recorded(value: object) -> bool:
    return value not in (None, "", (), Answer.NOT_RECORDED)
