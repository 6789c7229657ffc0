"""Texts and files that were right once: bytes turned, cut out, doubled and put in, in the ways in
which senders break things, and in the ways in which somebody would on purpose."""

import random
import re
from collections.abc import Sequence

from hypothesis import strategies as st

_HOSTILE = (
    *("\0", "\x1b[2J", "\u202e", "\u200b", "\ufeff", "\ud800", "e\u0301" * 60, "\U0010ffff", "İ"),
    *("=cmd|' /C calc'!A0", "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", "{{7*7}}", "%s%n", "'; --", "../"),
    *("9" * 20, "9" * 5000, "-1", "1e400", "NaN", "0x10", "٣", "²", "1_000", "-0", str(1 << 64)),
    *("null", "true", "[]", "{}", '""', "[" * 3000, '{"a":' * 3000, "(" * 500),
    *('"\\ud800"', '"\\u0000"', "31/02/2026", "2026-02-30", "24:00", "-999999999-01-01"),
    *("0000-00-00", "9999-12-31T23:59:60+23:59", "[[a]]", "=", "|", ":", "#", ",", ";", "\t"),
    *("\r", "\n\n", "\r\n", "\x85", "\u2028", '"', "'"),
)
_TOKENS = tuple(token.encode("utf-8", "surrogatepass") for token in _HOSTILE)
_VALUE = re.compile(rb'"[^"]*"|\[[^\[\]]*\]|\{[^{}]*\}|[\w.+-]+')
"""What looks like a value in most formats: a text, a list, a table, a word or a number."""
_ENCODINGS = ("utf-16", "utf-32", "utf-8-sig", "cp1252", "utf-7", "cp037")
_LARGEST = 1 << 16

_PLACES = (1, 1, 1, 2, 3, 6)


def damaged(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of these, broken in some places; now and then as it is, or bytes of no origin. The lot is
    a generator's own, since drawn numbers would come out small, and small places are few."""
    lot = st.randoms(use_true_random=True)
    broken = st.builds(_broken, st.sampled_from(seeds), st.sampled_from(seeds), lot)
    return st.one_of(broken, broken, broken, broken, st.sampled_from(seeds), st.binary())


def _broken(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    for _ in range(lot.choice(_PLACES)):
        whole = lot.choice(_WAYS)(whole, other, lot)[:_LARGEST]
    return whole


def _turned(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    """One bit of it."""
    at = lot.randrange(len(whole) + 1)
    return (
        whole[:at]
        + bytes(byte ^ (1 << lot.randrange(8)) for byte in whole[at : at + 1])
        + (whole[at + 1 :])
    )


def _cut(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    at = lot.randrange(len(whole) + 1)
    return whole[:at] + whole[at + lot.choice((1, 4, 40, _LARGEST)) :]


def _doubled(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    """Often enough to be long."""
    at, much = lot.randrange(len(whole) + 1), lot.choice((1, 8, 64, 400))
    return whole[:at] + whole[at : at + much] * lot.choice((1, 2, 40, 300)) + whole[at:]


def _put_in(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    at = lot.randrange(len(whole) + 1)
    return whole[:at] + lot.choice(_TOKENS) + whole[at + lot.choice((0, 0, 1, 10)) :]


def _spliced(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    """With a piece of another of its kind."""
    at, begins = lot.randrange(len(whole) + 1), lot.randrange(len(other) + 1)
    return whole[:at] + other[begins : begins + lot.choice((4, 40, 400))] + whole[at:]


def _another_value(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    """One whole value in place of another."""
    values = [(found.start(), found.end()) for found in _VALUE.finditer(whole)] or [(0, 0)]
    begins, ends = lot.choice(values)
    return whole[:begins] + lot.choice(_TOKENS) + whole[ends:]


def _encoded(whole: bytes, other: bytes, lot: random.Random) -> bytes:
    return whole.decode("utf-8", "replace").encode(lot.choice(_ENCODINGS), "replace")


_WAYS = (
    _turned, _cut, _doubled, _put_in, _spliced, _encoded,
    *(_another_value,) * 6,  # the others mostly end at the first look
)  # fmt: skip
