"""What the police or the MASH sent about one incident (contract: HTTP, the notification's JSON).

The content is held as it was parsed; *not recorded* is a value of its own, since "was the child
seen?" left blank on the form is a fact that a school must be able to read (domain.md, finding 7).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.domain.matching import fold


class Answer(StrEnum):
    """A question on the form: answered, or not recorded."""

    YES = "yes"
    NO = "no"
    NOT_RECORDED = "not_recorded"


RELEASABLE = ("circumstances", "voice", "police_action", "looked_after")
"""The fields that a notification's own `release` list governs (contract: disclosure)."""


@dataclass(frozen=True, slots=True)
class WrittenSchool:
    """A school as the sender wrote it down."""

    code: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """The same for the same school written alike: a person's decision is kept under it."""
        return f"{self.code or ''}|{fold(self.name or '')}"


@dataclass(frozen=True, slots=True)
class Named:
    """A person by name, as written."""

    given_name: str = ""
    family_name: str = ""

    @property
    def folded(self) -> str:
        return fold(f"{self.given_name} {self.family_name}")


@dataclass(frozen=True, slots=True)
class Child:
    """One child of an incident. `number` stays the child's own through every version."""

    number: int
    given_name: str = ""
    family_name: str = ""
    date_of_birth: date | None = None
    schools: tuple[WrittenSchool, ...] = ()
    year_group: int | None = None
    present: Answer = Answer.NOT_RECORDED
    seen: Answer = Answer.NOT_RECORDED
    spoken_to: Answer = Answer.NOT_RECORDED
    spoken_to_alone: Answer = Answer.NOT_RECORDED
    voice: str | None = None
    health: str | None = None
    nhs_number: str | None = None
    language: str | None = None
    interpreter: Answer = Answer.NOT_RECORDED
    disability: str | None = None
    ethnicity: str | None = None
    looked_after: Answer = Answer.NOT_RECORDED

    @property
    def folded_name(self) -> str:
        return fold(f"{self.given_name} {self.family_name}")

    def is_same_child(self, other: "Child") -> bool:
        """Same folded name, and no two different dates of birth.

        A sheet that lost letters on its way (`NGUY?N`) still means the child, if born the same day.
        """
        births = {self.date_of_birth, other.date_of_birth} - {None}
        if self.folded_name == other.folded_name:
            return len(births) < 2
        mine = f"{self.given_name} {self.family_name}"
        theirs = f"{other.given_name} {other.family_name}"
        return self.date_of_birth == other.date_of_birth is not None and _lost(mine, theirs)


def _lost(one: str, other: str) -> bool:
    """Whether two names agree letter by letter but where either has a lost letter's `?`."""
    if len(one) != len(other) or "?" not in one + other:
        return False
    return all("?" in (a, b) or fold(a) == fold(b) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Risk:
    """A grading with its scale: DASH, PPN and MASH use different words."""

    scale: str
    value: str


@dataclass(frozen=True, slots=True)
class PoliceAction:
    arrest: Answer = Answer.NOT_RECORDED
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """What the sender added later, in words. Shown under the same rule as the circumstances."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a sender adds to a notice. `closed`: they have no more to say; what is owed stays so."""

    text: str | None = None
    police_action: PoliceAction | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Incident:
    """The content of one notification, whole."""

    source_reference: str
    occurred_at: datetime
    children: tuple[Child, ...]
    kind: str = "domestic_incident"
    sent_at: datetime | None = None
    location: str | None = None
    circumstances: str | None = None
    urgent: bool = False
    risk: Risk | None = None
    police_action: PoliceAction | None = None
    involved_adults: tuple[Named, ...] = ()
    exclude: tuple[str, ...] = ()
    release: tuple[str, ...] | None = None
    updates: tuple[Update, ...] = ()
    numbers_gone: int = 0
    """The highest number of a child that only an earlier version held. No number is given twice:
    an answer given for the first child would count for the second."""

    def child(self, number: int) -> Child:
        return next(child for child in self.children if child.number == number)

    def content(self) -> dict[str, Any]:
        """The plain form that is stored and compared: sparse, in a fixed order, JSON types only.

        Two notices say the same exactly when their contents without `sent_at` are equal.
        """
        plain: dict[str, Any] = _plain(self)
        if self.release is not None:  # an empty list releases nothing; absent releases everything
            plain["release"] = sorted(self.release)
        if not self.numbers_gone:
            del plain["numbers_gone"]
        return plain


def _plain(value: Any) -> Any:
    match value:
        case str():
            said = value if type(value) is str else str(value)
            return said if said and value is not Answer.NOT_RECORDED else None
        case None | bool() | int():
            return value
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(inner) for inner in value]
    plain = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return {name: inner for name, inner in plain.items() if inner is not None and inner != []}


def incident_of(content: Mapping[str, Any]) -> Incident:
    """The incident that `Incident.content` made plain."""
    rest = dict(content)
    risk, action = rest.pop("risk", None), rest.pop("police_action", None)
    release = rest.pop("release", None)
    return Incident(
        source_reference=rest.pop("source_reference"),
        occurred_at=datetime.fromisoformat(rest.pop("occurred_at")),
        sent_at=datetime.fromisoformat(sent) if (sent := rest.pop("sent_at", None)) else None,
        children=tuple(_child_of(child) for child in rest.pop("children")),
        risk=Risk(**risk) if risk else None,
        police_action=PoliceAction(
            Answer(action.get("arrest", "not_recorded")), action.get("summary")
        )
        if action is not None
        else None,
        involved_adults=tuple(Named(**adult) for adult in rest.pop("involved_adults", ())),
        exclude=tuple(rest.pop("exclude", ())),
        release=None if release is None else tuple(release),
        updates=tuple(
            Update(datetime.fromisoformat(update["at"]), update["text"])
            for update in rest.pop("updates", ())
        ),
        **rest,
    )


_ANSWERS = ("present", "seen", "spoken_to", "spoken_to_alone", "interpreter", "looked_after")


def _child_of(content: Mapping[str, Any]) -> Child:
    rest = dict(content)
    born = rest.pop("date_of_birth", None)
    answers: dict[str, Any] = {name: Answer(rest.pop(name)) for name in _ANSWERS if name in rest}
    return Child(
        date_of_birth=date.fromisoformat(born) if born else None,
        schools=tuple(WrittenSchool(**school) for school in rest.pop("schools", ())),
        **answers,
        **rest,
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """Which fields the format of a notice has a place for; `None` means all of them (JSON)."""

    incident: frozenset[str] | None = None
    child: frozenset[str] | None = None


EVERYTHING = Carried()


@dataclass(frozen=True, slots=True)
class Submission:
    """A notice as it came through one door: its incident, and what its format could carry."""

    incident: Incident
    carried: Carried = EVERYTHING
    ignored: tuple[str, ...] = field(default=())
    """Paths of fields that are kept raw and not understood; reported, never refused."""


def merged(before: Incident, submission: Submission) -> Incident:
    """The next version: what the format carries is new, what it cannot carry keeps its value.

    Exclusions only add up. A child keeps its number when name (folded) and date of birth agree;
    of two spellings of its name the fuller is kept (contract: HTTP).
    """
    new, carried = submission.incident, submission.carried
    kept = {
        f.name: getattr(before, f.name)
        for f in fields(Incident)
        if carried.incident is not None and f.name not in carried.incident
    }
    kept["updates"] = before.updates
    if carried.incident is not None and new.police_action and before.police_action:
        # A sheet says whether there was an arrest; it has no column for the summary.
        summary = new.police_action.summary or before.police_action.summary
        kept.setdefault("police_action", replace(new.police_action, summary=summary))
    kept["exclude"] = tuple(dict.fromkeys((*before.exclude, *new.exclude)))
    children, gone = _merged_children(before, new, carried)
    kept["numbers_gone"] = max((before.numbers_gone, *(child.number for child in gone)))
    return replace(new, **{**kept, "children": children})


def _merged_children(
    before: Incident, new: Incident, carried: Carried
) -> tuple[tuple[Child, ...], list[Child]]:
    """The children of the next version, and those of the last that are not in it."""
    same, unclaimed = _same_children(before.children, new.children)
    fresh = max((before.numbers_gone, *(child.number for child in before.children)))
    children = []
    for child in new.children:
        old = same.get(child.number)
        if old is None:
            fresh += 1
            children.append(replace(child, number=fresh))
        else:
            children.append(_merged_child(old, child, carried))
    return tuple(sorted(children, key=lambda child: child.number)), unclaimed


def _same_children(
    before: Sequence[Child], new: Sequence[Child]
) -> tuple[dict[int, Child], list[Child]]:
    """Which child of before each new one is, by the new one's number, and whom none is.

    Who is born the same day is looked for first: of two children of one name, the one without a
    date of birth must not take the other's place.
    """
    unclaimed, same = list(before), dict[int, Child]()
    for born_alike in (True, False):
        for child in new:
            if child.number in same:
                continue
            for old in unclaimed:
                alike = old.date_of_birth == child.date_of_birth
                if (alike or not born_alike) and old.is_same_child(child):
                    same[child.number] = old
                    unclaimed.remove(old)
                    break
    return same, unclaimed


def _merged_child(old: Child, new: Child, carried: Carried) -> Child:
    kept = {
        f.name: getattr(old, f.name)
        for f in fields(Child)
        if carried.child is not None and f.name not in carried.child
    }
    same_schools = [fold(s.name or "") for s in old.schools] == [
        fold(s.name or "") for s in new.schools
    ]
    if carried.child is not None and same_schools:
        kept["schools"] = old.schools  # a sheet has no column for the code that JSON brought
    fuller = max(old, new, key=_fullness)
    kept |= {
        "number": old.number,
        "given_name": fuller.given_name,
        "family_name": fuller.family_name,
    }
    return replace(new, **kept)


def _fullness(child: Child) -> tuple[int, int, int]:
    """How much of a name its spelling keeps: letters that were not lost, accents, case."""
    name = unicodedata.normalize("NFC", f"{child.given_name} {child.family_name}")
    accents = sum(char.isalpha() and not char.isascii() for char in name)
    mixed = sum(not word.isupper() and not word.islower() for word in name.split())
    return -name.count("?"), accents, mixed
