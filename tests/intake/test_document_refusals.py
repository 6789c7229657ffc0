"""What a sender is told of a notification that is refused: every fault by its path, no content."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Fault, NotReadableError, RefusedError
from bot.domain.incident import incident_of
from bot.intake.document import read_json, read_json_file
from bot.intake.document_records import EXAMPLE, ChildRecord, NotificationRecord

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAK = "Zyxwv"
"""Stands in every bad value: no fault may ever repeat it."""


def changed(*way: str | int, to: Any) -> dict[str, Any]:
    notice = deepcopy(EXAMPLE)
    place: Any = notice
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = to
    return notice


def child(**fields: Any) -> dict[str, Any]:
    return changed("children", to=[{"given_name": "Synthetic", **fields}])


def faults(body: bytes | dict[str, Any]) -> tuple[Fault, ...]:
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(RefusedError) as refused:
        read_json(body, NOW)
    assert LEAK not in str(refused.value)
    return refused.value.faults


@pytest.mark.parametrize("name", ["source_reference", "occurred_at", "children"])
def test_a_mandatory_field_that_is_missing_is_named(name: str) -> None:
    assert faults({key: value for key, value in EXAMPLE.items() if key != name}) == (
        Fault(f"$.{name}", "must be given"),
    )


BAD_VALUES: list[tuple[dict[str, Any], str, str]] = [
    (changed("source_reference", to=" "), "$.source_reference", "must not be empty"),
    (changed("source_reference", to="\u200f"), "$.source_reference", "must not be empty"),
    (changed("source_reference", to="a\nb"), "$.source_reference", "must stand on one line"),
    (changed("source_reference", to=LEAK * 41), "$.source_reference",
     "must be at most 200 characters long"),
    (changed("source_reference", to=2600412345), "$.source_reference", "must be text"),
    (changed("occurred_at", to=LEAK), "$.occurred_at",
     "must be a date, a time and an offset, such as 2026-11-19T22:40:00+00:00"),
    (changed("occurred_at", to=1763592000), "$.occurred_at",
     "must be a date, a time and an offset, such as 2026-11-19T22:40:00+00:00"),
    (changed("occurred_at", to="2026-11-19T22:40:00"), "$.occurred_at",
     "must end in its offset from UTC, such as Z or +00:00"),
    (changed("occurred_at", to="2026-02-30T22:40:00Z"), "$.occurred_at",
     "must be a date and a time that exist"),
    (changed("occurred_at", to="0001-01-01T00:00:00+23:59"), "$.occurred_at",
     "must be a date and a time that exist"),
    (changed("occurred_at", to="1999-12-31T23:59:59Z"), "$.occurred_at",
     "must not lie before the year 2000"),
    (changed("occurred_at", to="2026-11-20T07:05:01Z"), "$.occurred_at",
     "must not lie more than 5 minutes ahead of now"),
    (changed("sent_at", to="2026-11-20T09:05:01+02:00"), "$.sent_at",
     "must not lie more than 5 minutes ahead of now"),
    (changed("children", to=[]), "$.children", "must hold at least one entry"),
    (changed("children", to={}), "$.children", "must be a list"),
    (changed("children", to=[{"given_name": "A"}] * 201), "$.children",
     "must hold at most 200 entries"),
    (changed("children", to=["A"]), "$.children[0]", "must be an object"),
    (changed("children", to=[{"given_name": "A"}, {"given_name": "\t\u202e "}]), "$.children[1]",
     "must have a given_name or a family_name"),
    (child(given_name=LEAK * 101), "$.children[0].given_name",
     "must be at most 500 characters long"),
    (child(given_name=[LEAK]), "$.children[0].given_name", "must be text"),
    (child(date_of_birth="02/11/2014"), "$.children[0].date_of_birth",
     "must be a date, such as 2014-11-02"),
    (child(date_of_birth="2014-02-30"), "$.children[0].date_of_birth",
     "must be a date that exists"),
    (child(date_of_birth="2026-11-21"), "$.children[0].date_of_birth",
     "must not lie after today"),
    (child(date_of_birth="1900-01-01"), "$.children[0].date_of_birth",
     "must be that of a child, at most 25 years before"),
    (child(year_group="7"), "$.children[0].year_group", "must be a whole number"),
    (child(year_group=True), "$.children[0].year_group", "must be a whole number"),
    (child(year_group=15), "$.children[0].year_group", "must be at most 14"),
    (child(year_group=-2), "$.children[0].year_group", "must be at least -1"),
    (child(present=True), "$.children[0].present", "must be one of yes, no, not_recorded"),
    (child(seen=LEAK), "$.children[0].seen", "must be one of yes, no, not_recorded"),
    (child(school={"name": "A"}, schools=[{"name": "B"}]), "$.children[0]",
     "must have school or schools, not both"),
    (child(schools=[{"name": "A"}] * 5), "$.children[0].schools",
     "must hold at most 4 entries"),
    (child(school={}), "$.children[0].school", "must have a code or a name"),
    (child(school={"code": 9994002}), "$.children[0].school.code", "must be text"),
    (child(school=LEAK), "$.children[0].school", "must be an object"),
    (child(language=LEAK * 101), "$.children[0].language", "must be at most 500 characters long"),
    (changed("circumstances", to=LEAK * 4001), "$.circumstances",
     "must be at most 20000 characters long"),
    (changed("urgent", to="yes"), "$.urgent", "must be true or false"),
    (changed("release", to=["voice", LEAK]), "$.release[1]",
     "must be one of 'circumstances', 'voice', 'police_action' or 'looked_after'"),
    (changed("release", to="voice"), "$.release", "must be a list"),
    (changed("release", to=None), "$.release",
     "must be a list; leave the field out to release everything"),
    (changed("exclude", to=[" "]), "$.exclude[0]", "must not be empty"),
    (changed("exclude", to="p001"), "$.exclude", "must be a list"),
    (changed("risk", to={"scale": "DASH"}), "$.risk.value", "must be given"),
    (changed("risk", to={"value": LEAK}), "$.risk.scale", "must be given"),
    (changed("risk", to=LEAK), "$.risk", "must be an object"),
    (changed("police_action", to={"arrest": "maybe"}), "$.police_action.arrest",
     "must be one of yes, no, not_recorded"),
    (changed("location", to="a\0b"), "$.location", "must not hold a NUL character"),
    (changed("unknown", to=["a", "b\0"]), "$.unknown[1]", "must not hold a NUL character"),
    (changed("location", to="a\x1bb"), "$.location",
     "must not hold control characters other than tab and line breaks"),
    (changed("location", to="\ud800"), "$.location", "must not hold half of a surrogate pair"),
    (changed("a\0", to=1), '$["a\\u0000"]', "has a name that must not hold a NUL character"),
]  # fmt: skip


@pytest.mark.parametrize(("notice", "where", "says"), BAD_VALUES)
def test_a_bad_value_is_told_by_its_path(notice: dict[str, Any], where: str, says: str) -> None:
    assert faults(notice) == (Fault(where, says),)


def test_every_fault_is_told_at_once() -> None:
    notice = changed("children", 0, "present", to="perhaps") | {"urgent": 1}
    assert [fault.where for fault in faults(notice)] == ["$.children[0].present", "$.urgent"]


def test_more_faults_than_anyone_reads_are_counted_as_more() -> None:
    found = faults(changed("children", to=[{"given_name": 1}] * 60))
    assert len(found) == 51
    assert found[-1] == Fault("", "there are more faults than are listed here")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "line 1, column 1"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a":\n 1 2}', "line 2, column 4"),
        (b'{"a": "Zyxwv\0"}', "line 1, column 13"),
        (b'{"a": "\xe9"}', "byte 8"),
        ('{"a": 1}'.encode("utf-16"), "byte 1"),
        (b"[" * 100_000, "$"),
        (b'{"a":' * 100_000, "$"),
    ],
)
def test_what_is_not_json_is_told_by_its_place(body: bytes, where: str) -> None:
    with pytest.raises(NotReadableError) as refused:
        read_json(body, NOW)
    assert [fault.where for fault in refused.value.faults] == [where]
    assert LEAK not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "where", "says"),
    [
        (b"[]", "$", "must be an object: one notification"),
        (b'"Zyxwv"', "$", "must be an object: one notification"),
        (b"null", "$", "must be an object: one notification"),
        (b'{"a": 1, "a": 2}', "$.a", "must stand only once in its object"),
        (b'{"a": [{"b b": 1, "b b": 2}]}', '$.a[0]["b b"]', "must stand only once in its object"),
        (b'{"a": NaN}', "$.a", "must be a finite number"),
        (b'{"a": [-Infinity]}', "$.a[0]", "must be a finite number"),
        (b'{"a": 1e999}', "$.a", "must be a finite number"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "$.a", "must be a number of at most 18 digits"),
        (b'{"a": -1' + b"0" * 18 + b"}", "$.a", "must be a number of at most 18 digits"),
        (b"[" * 40 + b"]" * 40, "$" + "[0]" * 32, "must be nested at most 32 levels deep"),
    ],
)
def test_json_that_no_notification_can_be_is_told_by_its_path(
    body: bytes, where: str, says: str
) -> None:
    assert faults(body) == (Fault(where, says),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


as_json = json_values.map(lambda value: json.dumps(value).encode())


@given(st.binary() | as_json)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(RefusedError):
        read_json(body, NOW)
    with suppress(RefusedError):
        assert all(entry.where.startswith("$") for entry in read_json_file(body, NOW))


ways = [(name,) for name in NotificationRecord.model_fields] + [
    ("children", 0, name) for name in ChildRecord.model_fields
]


@given(st.sampled_from(ways), json_values)
def test_any_value_in_any_field_is_read_or_refused(way: tuple[str | int, ...], value: Any) -> None:
    with suppress(RefusedError):
        incident = read_json(json.dumps(changed(*way, to=value)).encode(), NOW).incident
        assert incident_of(incident.content()).content() == incident.content()
