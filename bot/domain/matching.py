"""Which school is meant: by code, by name or alias, and by nothing else.

Two spellings are one name when they fold alike: accents, case, punctuation, the word "Ysgol" or
"School", common abbreviations and the order of words do not count. Everything less certain is a
person's to decide (contract: HTTP): telling the wrong school is a breach, asking costs minutes.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_WORDS = {
    "ysgol": "", "school": "", "sch": "", "schl": "", "scl": "", "the": "",
    "prim": "primary", "pri": "primary",
    "comp": "comprehensive",
    "sec": "secondary",
    "inf": "infant", "infs": "infant", "infants": "infant",
    "jun": "junior", "jnr": "junior", "juniors": "junior",
    "nurs": "nursery",
    "spec": "special",
    "hs": "high", "h/s": "high",
    "st": "saint", "sant": "saint", "santes": "saint",
    "rc": "catholic", "roman": "", "c/e": "ce", "coe": "ce", "ciw": "ce",
    "gyn": "gynradd", "gyf": "gyfun", "uwch": "uwchradd",
    "acad": "academy",
    "col": "college", "coll": "college",
    "pru": "pru",
    "nr": "near", "rd": "road",
    "yr": "y",
}  # fmt: skip
_PHRASES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"pupil", "referral", "unit"}), "pru"),
    (frozenset({"uned", "cyfeirio", "disgyblion"}), "pru"),
    (frozenset({"church", "in", "wales"}), "ce"),
    (frozenset({"church", "of", "england"}), "ce"),
    (frozenset({"c", "of", "e"}), "ce"),
    (frozenset({"c", "in", "w"}), "ce"),
    (frozenset({"home", "education"}), "home educated"),
)
"""Several words for one, wherever they stand: the order of words does not count."""
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_NOT_WORD = re.compile(r"[^\w/]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The folded form of a name: what two spellings of one name have in common.

    Empty when nothing but noise was written; an empty fold never matches anything.
    """
    bare = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    bare = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", bare)).strip()
    words = [short for word in bare.split() if (short := _WORDS.get(word, word))]
    for phrase, short in _PHRASES:
        if phrase.issubset(words):
            words = [*short.split(), *(word for word in words if word not in phrase)]
    return " ".join(sorted(words))


class Doubt(StrEnum):
    """Why a person must say which school is meant."""

    NOTHING_WRITTEN = "nothing_written"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_NAME = "unknown_name"
    SEVERAL = "several_schools_of_that_name"
    DISAGREE = "code_and_name_disagree"
    NOT_OURS = "not_ours"
    """The school that was found says that this is not its pupil."""


@dataclass(frozen=True, slots=True)
class Matched:
    code: str
    by: str
    """`code` or `name`: the reason that the line of time gives."""


@dataclass(frozen=True, slots=True)
class Unsure:
    why: Doubt


def names_index(schools: Iterable[tuple[str, Iterable[str]]]) -> dict[str, frozenset[str]]:
    """Folded name or alias to the codes of the schools that bear it."""
    index: dict[str, set[str]] = {}
    for code, names in schools:
        for name in names:
            if key := fold(name):
                index.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in index.items()}


def match_school(
    code: str | None, name: str | None, codes: Iterable[str], index: Mapping[str, frozenset[str]]
) -> Matched | Unsure:
    """The one school that code and name both mean, or why that is not sure."""
    named = index.get(fold(name or ""), frozenset())
    if code:
        if code not in codes:
            return Unsure(Doubt.UNKNOWN_CODE)
        if name and fold(name) and code not in named:
            return Unsure(Doubt.DISAGREE)
        return Matched(code, "code")
    if not name or not fold(name):
        return Unsure(Doubt.NOTHING_WRITTEN)
    if len(named) == 1:
        return Matched(next(iter(named)), "name")
    return Unsure(Doubt.SEVERAL if named else Doubt.UNKNOWN_NAME)
