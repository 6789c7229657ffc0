"""Marked notices: every field of every one holds a word, a day or a time that stands in no other
field of no other notice, so that wherever it turns up it says where it came from."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

_BORN = date(1979, 1, 1)
_OCCURRED, _SENT = datetime(2003, 1, 1, tzinfo=UTC), datetime(2008, 1, 1, tzinfo=UTC)
"""Days that nobody else here writes: of births before 2003, of incidents in it."""
SEED = int(os.environ.get("ENCOMPASS_CANARY_SEED", "20261116"))
_KIDS, _VERSIONS = 3, 8
MOST = 2800
"""How many notices there may be before their days run into each other."""

FIELDS = {
    "gn": "name", "fn": "name", "bo": "date_of_birth", "sn": "school", "oc": "occurred_at",
    "se": "sent_at", "sr": "source_reference", "rs": "risk", "rv": "risk", "la": "language",
    "di": "disability", "ci": "circumstances", "up": "circumstances", "vo": "voice",
    "pa": "police_action", "he": "health", "nh": "nhs_number", "lo": "location",
    "ag": "involved_adults", "af": "involved_adults", "et": "ethnicity",
    "ex": "exclude", "ki": "kind", "un": "unknown", "wi": "withdrawal",
}  # fmt: skip
"""Which field of the contract a mark's two letters stand for."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where something marked came from; `kid` is 0 for the incident's own fields."""

    code: str
    notice: int
    kid: int = 0

    @property
    def field(self) -> str:
        return FIELDS[self.code]


@dataclass(frozen=True, slots=True)
class Kid:
    number: int
    school: str
    """The code of the school that it really goes to."""
    year: int
    written: bool = True
    """Whether the notice says so; if not, what it says of the school is marked and unknown."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One notice, by what may be known of it."""

    number: int
    kids: tuple[Kid, ...]
    release: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    unknown_exclusion: bool = False
    long: bool = False
    version: int = 1

    def revised(self, **changes: Any) -> "Marked":
        return replace(self, version=self.version + 1, **changes)

    def word(self, code: str, kid: int = 0, version: int | None = None) -> str:
        said = self.version if version is None else version
        return f"Zqj{code}{self.number:05d}{kid}{said}jqZ"

    def text(self, code: str, kid: int = 0) -> str:
        """Free text that is marked where it begins and where it ends, whoever cuts it."""
        word = self.word(code, kid)
        middle = '<b>&amp; "it\'s"</b> été 🙂 \\u202e' + " and so on" * (150 if self.long else 1)
        return f"{word} {middle} {word}"

    def body(self) -> dict[str, Any]:
        """As a partner sends it, with no field left out."""
        minutes = timedelta(minutes=self.number * _VERSIONS + self.version)
        body: dict[str, Any] = {
            "source_reference": self.word("sr", version=0),
            "kind": self.word("ki"),
            "occurred_at": (_OCCURRED + minutes).isoformat(),
            "sent_at": (_SENT + minutes).isoformat(),
            "location": self.text("lo"),
            "circumstances": self.text("ci"),
            "urgent": self.number % 2 == 0,
            "risk": {"scale": self.word("rs"), "value": self.word("rv")},
            "police_action": {"arrest": "yes", "summary": self.text("pa")},
            "involved_adults": [
                {"given_name": self.word("ag"), "family_name": self.word("af", version=0)}
            ],
            "children": [self._child(kid) for kid in self.kids],
            "a_field_of_next_year": self.text("un"),
        }
        exclude = [*self.excluded, *([self.word("ex", version=0)] * self.unknown_exclusion)]
        if exclude:
            body["exclude"] = exclude
        if self.release is not None:
            body["release"] = list(self.release)
        return body

    def _child(self, kid: Kid) -> dict[str, Any]:
        born = _BORN + timedelta(days=self.number * _KIDS + kid.number - 1)
        school = (
            {"code": kid.school}
            if kid.written
            else {"name": f"Ysgol {self.word('sn', kid.number)}"}
        )
        return {
            "given_name": self.word("gn", kid.number, version=0),
            "family_name": self.word("fn", kid.number, version=0),
            "date_of_birth": born.isoformat(),
            "school": school,
            "year_group": kid.year,
            "present": "yes", "seen": "not_recorded", "spoken_to": "no", "spoken_to_alone": "yes",
            "voice": self.text("vo", kid.number),
            "health": self.text("he", kid.number),
            "nhs_number": self.word("nh", kid.number),
            "language": self.word("la", kid.number),
            "interpreter": "yes",
            "disability": self.text("di", kid.number),
            "ethnicity": self.word("et", kid.number),
            "looked_after": "yes",
            "a_field_of_next_year": self.text("un", kid.number),
        }  # fmt: skip

    def marks(self, kids: frozenset[int]) -> Iterator[Mark]:
        """Every mark of it, of these children alone."""
        for code in ("oc", "se", "sr", "rs", "rv", "ci", "pa", "lo", "ag", "af"):
            yield Mark(code, self.number)
        for kid in self.kids:
            if kid.number in kids:
                unwritten = () if kid.written else ("sn",)
                for code in ("gn", "fn", "bo", "la", "di", "vo", "he", "nh", "et", *unwritten):
                    yield Mark(code, self.number, kid.number)


def notices(
    seed: int, first: int, count: int, schools: tuple[str, ...], excludable: tuple[str, ...]
) -> list[Marked]:
    """Drawn at random, and the same for the same seed."""
    draw = random.Random(f"{seed}:{first}")
    return [_drawn(draw, number, schools, excludable) for number in range(first, first + count)]


_RELEASABLE = ("circumstances", "voice", "police_action", "looked_after")


def _drawn(
    draw: random.Random, number: int, schools: tuple[str, ...], excludable: tuple[str, ...]
) -> Marked:
    count = draw.choice((1, 1, 2, 3))
    lost = draw.choice((0, 0, 0, 0, count))  # of whom nobody wrote down the school
    kids = tuple(
        Kid(k, draw.choice(schools), draw.choice((3, 5, 12)), written=k != lost)
        for k in range(1, count + 1)
    )
    some = tuple(field for field in _RELEASABLE if draw.random() < 0.5)
    return Marked(
        number,
        kids,
        release=draw.choice((None, None, (), some)),
        excluded=(draw.choice(excludable),) if draw.random() < 0.25 else (),
        unknown_exclusion=draw.random() < 0.1,
        long=draw.random() < 0.1,
    )


def of_birth(on: date) -> Mark | None:
    days = (on - _BORN).days
    return Mark("bo", days // _KIDS, days % _KIDS + 1) if 0 <= days < MOST * _KIDS else None


def of_instant(at: datetime) -> Mark | None:
    """The mark of an instant, however exactly it was written."""
    for code, since in (("oc", _OCCURRED), ("se", _SENT)):
        minutes = (at - since) // timedelta(minutes=1)
        if 0 <= minutes < MOST * _VERSIONS:
            return Mark(code, minutes // _VERSIONS)
    return None
