"""Which notices of one child lie together, and what tells one child from another."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.incident import Child
from bot.domain.pattern import Patterns, mark_of, together

START = datetime(2026, 9, 1, 20, tzinfo=UTC)
KEY = b"a key of this database"


@pytest.mark.parametrize(
    ("days", "of", "expected"),
    [
        ((0, 40, 90), 2, (0, 1, 2)),  # the ninetieth day is within ninety days
        ((0, 40, 91), 2, ()),
        ((0, 40), 1, ()),
        ((0, 1, 2, 3), 0, (0, 1, 2, 3)),  # of the first as of the last
        ((0, 1, 2, 200), 3, ()),  # an old trouble says nothing of a new notice
        ((0, 60, 100, 140), 2, (1, 2, 3)),
        ((0, 0, 0), 1, (0, 1, 2)),  # three of one day
    ],
)
def test_notices_lie_together_when_one_span_holds_enough_of_them(
    days: tuple[int, ...], of: int, expected: tuple[int, ...]
) -> None:
    occurred = {number: START + timedelta(days=day) for number, day in enumerate(days)}
    assert together(occurred, of, Patterns()) == expected


def a_child(given: str, family: str, born: date | None = date(2016, 3, 1)) -> Child:
    return Child(1, given, family, date_of_birth=born)


def test_one_child_has_one_mark_however_the_name_is_written() -> None:
    marks = {mark_of(a_child(*name), KEY) for name in (("Siân", "Rhys"), ("SIAN", "rhys"))}
    assert len(marks) == 1


@pytest.mark.parametrize(
    "other", [a_child("Siân", "Rees"), a_child("Siân", "Rhys", date(2016, 3, 2))]
)
def test_another_child_has_another(other: Child) -> None:
    assert mark_of(other, KEY) != mark_of(a_child("Siân", "Rhys"), KEY)


def test_the_mark_says_nothing_without_the_key_and_a_name_alone_has_none() -> None:
    sian = a_child("Siân", "Rhys")
    assert mark_of(sian, KEY) != mark_of(sian, b"another key")
    assert mark_of(a_child("Siân", "Rhys", None), KEY) is None
