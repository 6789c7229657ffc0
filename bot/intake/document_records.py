"""The field table of a notification (contract: HTTP): every object, its fields, what each may be.

Fields that are not in it are let through: they stay in the raw bytes and are reported, not refused.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from bot.domain.incident import (
    RELEASABLE,
    Answer,
    Child,
    Incident,
    Named,
    PoliceAction,
    Risk,
    WrittenSchool,
)
from bot.intake import document_fields as of

MOST_CHILDREN = 200
_NO = Answer.NOT_RECORDED


class Record(BaseModel):
    """An object of a JSON body: strict types, unknown fields let through."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    _may_be_empty: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        optional = (name for name, info in cls.model_fields.items() if not info.is_required())
        cls._may_be_empty = frozenset(optional) - {"release"}

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        """An optional field that is null or an empty text counts as absent.

        `release` alone does not: absent, it releases everything, and content fails closed.
        """
        if not isinstance(value, dict):
            return value
        empty = {
            name
            for name, inner in value.items()
            if (inner is None or (isinstance(inner, str) and (not inner or inner.isspace())))
            and name in cls._may_be_empty
        }
        return {n: v for n, v in value.items() if n not in empty} if empty else value


class SchoolRecord(Record):
    code: of.Short | None = None
    name: of.Short | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "SchoolRecord":
        if not (self.code or self.name):
            raise of.refusal("must have a code or a name")
        return self


class ChildRecord(Record):
    given_name: of.Name = ""
    family_name: of.Name = ""
    date_of_birth: of.Birthday | None = None
    school: SchoolRecord | None = None
    schools: Annotated[list[SchoolRecord], Field(max_length=4)] | None = None
    year_group: of.YearGroup | None = None
    present: of.ThreeValued = _NO
    seen: of.ThreeValued = _NO
    spoken_to: of.ThreeValued = _NO
    spoken_to_alone: of.ThreeValued = _NO
    voice: of.Long | None = None
    health: of.Long | None = None
    nhs_number: of.Short | None = None
    language: of.Short | None = None
    interpreter: of.ThreeValued = _NO
    disability: of.Long | None = None
    ethnicity: of.Short | None = None
    looked_after: of.ThreeValued = _NO

    @model_validator(mode="after")
    def _is_named_and_schooled(self) -> "ChildRecord":
        if not (self.given_name or self.family_name):
            raise of.refusal("must have a given_name or a family_name")
        if self.school and self.schools:
            raise of.refusal("must have school or schools, not both")
        return self

    def child(self, number: int) -> Child:
        plain = {name: self.__dict__[name] for name in _CHILD_FIELDS}
        written = [self.school] if self.school else self.schools or []
        return Child(
            number=number, schools=tuple(WrittenSchool(s.code, s.name) for s in written), **plain
        )


_CHILD_FIELDS = tuple(name for name in ChildRecord.model_fields if not name.startswith("school"))


class AdultRecord(Record):
    given_name: of.Name = ""
    family_name: of.Name = ""


class RiskRecord(Record):
    """The scales known are DASH, PPN and MASH; any other is kept as it is written."""

    scale: of.Scale
    value: of.Grade


class PoliceActionRecord(Record):
    arrest: of.ThreeValued = _NO
    summary: of.Long | None = None


EXAMPLE: dict[str, Any] = {
    "source_reference": "2600412345",
    "occurred_at": "2026-11-19T22:40:00+00:00",
    "sent_at": "2026-11-20T05:55:00+00:00",
    "circumstances": "A report of shouting; both parties calm on arrival.",
    "risk": {"scale": "DASH", "value": "medium"},
    "police_action": {"arrest": "yes"},
    "release": ["circumstances", "police_action"],
    "children": [
        {
            "given_name": "Synthetic",
            "family_name": "Pupil",
            "date_of_birth": "2014-11-02",
            "school": {"code": "9994002", "name": "Ysgol Gyfun Glan yr Afon"},
            "year_group": 7,
            "present": "yes",
            "seen": "not_recorded",
        }
    ],
}


def _listed(value: Any) -> Any:
    if value is None:
        raise of.refusal("must be a list; leave the field out to release everything")
    return value


Release = Annotated[
    list[Literal["circumstances", "voice", "police_action", "looked_after"]] | None,
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "enum": list(RELEASABLE)},
            "description": "Absent releases all four, an empty list none.",
        }
    ),
]


class NotificationRecord(Record):
    """One incident, with every child that it touched."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    source_reference: of.Reference
    occurred_at: of.Instant
    children: Annotated[list[ChildRecord], Field(min_length=1, max_length=MOST_CHILDREN)]
    kind: of.Short = "domestic_incident"
    sent_at: of.Instant | None = None
    location: of.Long | None = None
    circumstances: of.Long | None = None
    urgent: bool = False
    risk: RiskRecord | None = None
    police_action: PoliceActionRecord | None = None
    involved_adults: Annotated[list[AdultRecord], Field(max_length=MOST_CHILDREN)] | None = None
    exclude: Annotated[list[of.Filled], Field(max_length=MOST_CHILDREN)] | None = None
    release: Release = None

    def incident(self) -> Incident:
        action, risk = self.police_action, self.risk
        adults = [Named(a.given_name, a.family_name) for a in self.involved_adults or ()]
        return Incident(
            source_reference=self.source_reference,
            occurred_at=self.occurred_at,
            children=tuple(c.child(number) for number, c in enumerate(self.children, 1)),
            kind=self.kind,
            sent_at=self.sent_at,
            location=self.location,
            circumstances=self.circumstances,
            urgent=self.urgent,
            risk=Risk(risk.scale, risk.value) if risk else None,
            police_action=PoliceAction(action.arrest, action.summary)
            if action and (action.arrest is not _NO or action.summary)
            else None,  # an action of which nothing is recorded reads like none at all
            involved_adults=tuple(adult for adult in adults if adult != Named()),
            exclude=tuple(dict.fromkeys(self.exclude or ())),
            release=None if self.release is None else tuple(dict.fromkeys(self.release)),
        )
