"""Whether a person named in a notice may be one of the staff who would be told of it.

It errs towards yes, since a yes only asks a person at the MASH desk while a no may tell the very
one whom it is about. Yet family names are few here: the family name alone, with another given
name, says nothing.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"})
"""Letters that are not a plain one with an accent."""
_APOSTROPHES = re.compile(r"['’‘`´ʼ]\s*")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "revd"}
    | {"cllr", "jr", "jnr", "snr"}
)
_BETWEEN = frozenset(
    {"ap", "ab", "ferch", "verch", "merch", "van", "von", "der", "den", "de", "da", "di", "do"}
    | {"dos", "du", "la", "le", "al", "el", "bin", "bint", "ibn"}
)
"""What stands before a family name and by itself makes none: ap Rhys and ap Huw are two."""
_JOINED = frozenset({"o", "mc", "mac", "fitz"})
"""What is one with the word behind it, however it was written: O Connor, O'Connor."""
_FORMERLY = frozenset({"nee", "born", "formerly", "aka", "also", "known", "as", "gynt"})
_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "dafydd david dai dave davy dewi",
        "gwilym william will bill billy wil wiliam",
        "ieuan ifan iwan evan euan ioan john",
        "owain owen",
        "sion john jon jack johnny jac",
        "rhys rees reece reese rhees",
        "rhisiart richard rick dick rich",
        "robert rob bob bobby bert robat",
        "hywel howell howel",
        "llywelyn llewelyn llewellyn lyn",
        "stephen steven steve steffan stefan",
        "michael mike mick mihangel",
        "jeffrey geoffrey geoff jeff sieffre",
        "james jim jimmy jamie iago",
        "sian shan jane jayne",
        "mair mary mari maria marie molly may",
        "catrin catherine katherine kathryn katrin cath kate katie kathy cathy cati",
        "elisabeth elizabeth liz beth lisa betty betsan betsi bethan eliza elspeth",
        "megan meg margaret maggie mared marged peggy",
        "ann anne anna annie hannah nan",
        "sioned janet",
        "susan sue suzanne susannah",
        "rebecca becky beca becca",
        "deborah debra debbie",
        "alexander alexandra alex sandy sandra sasha",
        "anthony tony antony",
        "edward ted teddy ed eddie ned iorwerth",
        "andrew andy drew andras",
        "victoria vicky vicki tori",
        "patricia pat trish patrick paddy padrig",
    )
)
"""Given names that one person may go by in turn, Welsh and English ones together."""
_ALIKE = 0.8
_LONG_ENOUGH = 4
"""Below this many letters one more or less makes another name."""
_MOST_WORDS = 12
"""A longer text is no name, and not worth the time."""


@lru_cache(maxsize=65536)
def name_words(text: str) -> tuple[str, ...]:
    """The words of a person's name that tell people apart, in their order, without accents, case,
    punctuation and titles; words in brackets and parts of a double name count as any other."""
    bare = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    found = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", bare)).split()
    words: list[str] = []
    for word in found:
        before = words[-1] if words else ""
        if before in _JOINED and len(word) > 1 and (before != "o" or len(found) > 2):
            words[-1] += word  # of two words an O may be an initial
        else:
            words.append(word)
    telling = [w for w in words if w not in _TITLES and w not in _FORMERLY and w not in _BETWEEN]
    return tuple(telling or words)[:_MOST_WORDS]


def folded_name(given_name: str, family_name: str) -> str:
    """What spellings of one name have in common: what was asked of one is not asked of another."""
    return " ".join(sorted(name_words(f"{given_name} {family_name}")))


def may_be(given_name: str, family_name: str, staff_name: str) -> bool:
    """Whether somebody named so in a notice may be this member of staff, who is known by one name.

    Yes if a family name agrees, and beside it a given name: the same one, a short form, another
    spelling or an initial. A middle name counts if the other goes by it. Where nothing but a
    family name was written, nothing speaks against it.
    """
    given, family = name_words(given_name), name_words(family_name)
    last, _, first = staff_name.partition(",")
    staff = name_words(f"{first} {last}")
    if "".join((*given, *family)) == "".join(staff):
        return bool(staff)
    if given and family:
        return _agree(given, family, staff)
    written = given or family
    if len(written) < 2:  # a family name alone, or a given one
        return any(len(word) > 1 and word in written for word in staff[1:])
    return _agree(written[:-1], written[-1:], staff) or _agree(written[1:], written[:1], staff)


def _agree(given: tuple[str, ...], family: tuple[str, ...], staff: tuple[str, ...]) -> bool:
    if len(staff) == 1:
        return staff[0] in family and len(staff[0]) > 1
    return _in_any_order({*given, *family}, staff) or any(
        _alike(one, other)
        and _given_agree(given, (*staff[:place], *staff[place + 1 :]), exact=one != other)
        for one in family
        for place, other in enumerate(staff)
    )


def _given_agree(given: tuple[str, ...], others: tuple[str, ...], *, exact: bool) -> bool:
    """Whether a given name agrees, and one of the two is what its bearer goes by."""
    return any(
        _may_be_called(one, other, exact=exact)
        and (len(one) > 1 < len(other) or (_alone(given, i) and _alone(others, j)))
        for i, one in enumerate(given)
        for j, other in enumerate(others)
        if i == 0 or j == 0
    )


def _alone(words: tuple[str, ...], place: int) -> bool:
    """Whether an initial here stands for the name somebody goes by, and not for a middle one."""
    return place == 0 or all(len(word) == 1 for word in words[:place])


def _in_any_order(written: set[str], staff: tuple[str, ...]) -> bool:
    """Whether every word written, two at least and none an initial, is a word of the name."""
    return len(written) > 1 and all(len(word) > 1 for word in written) and written <= {*staff}


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shortest, both = min(len(one), len(other)), len(one) + len(other)
    if shortest < _LONG_ENOUGH or 2 * shortest < _ALIKE * both:
        return False
    first, second = sorted((one, other))  # or the ratio would depend on their order
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _may_be_called(one: str, other: str, *, exact: bool) -> bool:
    """Whether two given names may be one person's. `exact`: another spelling will not do, since
    the family name is another spelling already."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) == 1 or (len(short) > 2 and long.startswith(short)):
        return long.startswith(short)
    if any(one in names and other in names for names in _SAME):
        return True
    return not exact and _alike(one, other)
