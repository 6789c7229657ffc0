"""What is not taken in: each fault by its JSON path, nothing of the input said back, and a receipt
without content left behind."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.store.tables import events, notification_versions, notifications, receipts
from tests.builders import notice
from tests.web.door import NOTIFICATIONS, Door, problem

LEAK = "Canary-9c1f"
"""Stands in every input; must stand in no answer and in no row."""


def a_child(**fields: Any) -> dict[str, Any]:
    return {"given_name": LEAK, "family_name": LEAK, "date_of_birth": "2016-03-01"} | fields


def with_child(**fields: Any) -> dict[str, Any]:
    return notice(a_child(**fields))


def with_notice(**fields: Any) -> dict[str, Any]:
    return notice(a_child(), **fields)


def without(name: str) -> dict[str, Any]:
    body = notice(a_child())
    del body[name]
    return body


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing at all": (b"", "line 1, column 1"),
    "no JSON": (f"<notice>{LEAK}</notice>".encode(), "line 1, column 1"),
    "JSON cut short": (f'{{"source_reference": "{LEAK}"'.encode(), "line 1, column 35"),
    "two documents": (f'{{"a": "{LEAK}"}} {{}}'.encode(), "line 1, column 22"),
    "Latin-1": (f'{{"a": "{LEAK} \xe9"}}'.encode("latin-1"), "byte 20"),
    "nested without end": (b"[" * 100_000 + LEAK.encode(), "$"),
}


@pytest.mark.parametrize(("body", "where"), UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_not_json_cannot_be_read(door: Door, body: bytes, where: str) -> None:
    answer = await door.post(body)
    [fault] = problem(answer, 400)["errors"]
    assert fault["path"] == where
    assert LEAK not in answer.text
    await _left_a_receipt_and_nothing_else(door, body)


FAULTY: dict[str, tuple[Any, list[str]]] = {
    "a list": ([notice(a_child())], ["$"]),
    "a text": (LEAK, ["$"]),
    "null": (None, ["$"]),
    "no reference": (without("source_reference"), ["$.source_reference"]),
    "an empty reference": (with_notice(source_reference=" "), ["$.source_reference"]),
    "a reference of two lines": (
        with_notice(source_reference=f"{LEAK}\n1"), ["$.source_reference"],
    ),
    "a reference of 201 characters": (
        with_notice(source_reference="9" * 201), ["$.source_reference"],
    ),
    "a number for a reference": (with_notice(source_reference=2600412345), ["$.source_reference"]),
    "no time": (without("occurred_at"), ["$.occurred_at"]),
    "a time without offset": (with_notice(occurred_at="2026-11-15T22:40:00"), ["$.occurred_at"]),
    "a day that is none": (with_notice(occurred_at="2026-02-30T10:00:00Z"), ["$.occurred_at"]),
    "six minutes ahead": (with_notice(occurred_at="2026-11-16T07:06:00Z"), ["$.occurred_at"]),
    "sent six minutes ahead": (with_notice(sent_at="2026-11-16T07:06:00Z"), ["$.sent_at"]),
    "the year 1900": (with_notice(occurred_at="1900-01-01T00:00:00Z"), ["$.occurred_at"]),
    "the year 9999": (with_notice(occurred_at="9999-12-31T23:59:59-14:00"), ["$.occurred_at"]),
    "no children": (without("children"), ["$.children"]),
    "children null": (with_notice(children=None), ["$.children"]),
    "an empty list of children": (notice(), ["$.children"]),
    "children that are a text": (with_notice(children=LEAK), ["$.children"]),
    "a child without a name": (with_child(given_name="", family_name=" "), ["$.children[0]"]),
    "a name nobody can see": (
        with_child(given_name="\u200b", family_name="\u202e"), ["$.children[0]"],
    ),
    "a name of 501 characters": (with_child(given_name="ŵ" * 501), ["$.children[0].given_name"]),
    "a name that is a number": (with_child(given_name=5), ["$.children[0].given_name"]),
    "born tomorrow": (with_child(date_of_birth="2026-11-17"), ["$.children[0].date_of_birth"]),
    "born day first": (with_child(date_of_birth="01/03/2016"), ["$.children[0].date_of_birth"]),
    "born in 1900": (with_child(date_of_birth="1900-01-01"), ["$.children[0].date_of_birth"]),
    "a year group in words": (with_child(year_group="7"), ["$.children[0].year_group"]),
    "a year group of no school": (with_child(year_group=99), ["$.children[0].year_group"]),
    "an answer that is none": (with_child(seen="maybe"), ["$.children[0].seen"]),
    "true for yes": (with_child(seen=True), ["$.children[0].seen"]),
    "school and schools": (
        with_child(school={"name": LEAK}, schools=[{"name": LEAK}]), ["$.children[0]"],
    ),
    "a school that says nothing": (with_child(school={}), ["$.children[0].school"]),
    "text for urgent": (with_notice(urgent="yes"), ["$.urgent"]),
    "a risk without its scale": (with_notice(risk={"value": LEAK}), ["$.risk.scale"]),
    "an unknown field to release": (with_notice(release=[LEAK]), ["$.release[0]"]),
    "release null": (with_notice(release=None), ["$.release"]),
    "exclude as a text": (with_notice(exclude=LEAK), ["$.exclude"]),
    "text too long": (with_notice(circumstances="x" * 20_001), ["$.circumstances"]),
    "a NUL": (with_notice(circumstances=f"{LEAK}\0"), ["$.circumstances"]),
    "a NUL in an unknown field": (with_notice(notes={"a": f"{LEAK}\0"}), ["$.notes.a"]),
    "half of a surrogate pair": (with_notice(circumstances="\ud800"), ["$.circumstances"]),
    "an escape character": (with_notice(location="\x1b[31m"), ["$.location"]),
    "a number beyond all numbers": (with_notice(weather=10**400), ["$.weather"]),
    "every fault at once": (
        with_notice(occurred_at="soon", urgent=1, children=[a_child(seen="?"), {}]),
        ["$.children[0].seen", "$.children[1]", "$.occurred_at", "$.urgent"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "paths"), FAULTY.values(), ids=FAULTY)
async def test_each_fault_is_named_by_its_path(door: Door, body: Any, paths: list[str]) -> None:
    raw = json.dumps(body).encode()
    answer = await door.post(raw)
    faults = problem(answer, 422)["errors"]
    assert sorted(fault["path"] for fault in faults) == paths
    assert all(fault["detail"].startswith(("must ", "has ")) for fault in faults)
    assert LEAK not in answer.text
    await _left_a_receipt_and_nothing_else(door, raw)


RAW: dict[str, tuple[str, list[str]]] = {
    "a name twice": ('{"source_reference": "1", "source_reference": "2"}', ["$.source_reference"]),
    "a name twice, further in": (
        '{"children": [{"given_name": "a", "given_name": "b"}]}', ["$.children[0].given_name"],
    ),
    "not a number": ('{"weather": NaN}', ["$.weather"]),
    "infinity": ('{"weather": -Infinity}', ["$.weather"]),
    "nested 33 levels": ('{"a":' * 33 + "1" + "}" * 33, ["$" + ".a" * 32]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "paths"), RAW.values(), ids=RAW)
async def test_json_that_means_two_things_is_refused(
    door: Door, body: str, paths: list[str]
) -> None:
    faults = problem(await door.post(body.encode()), 422)["errors"]
    assert [fault["path"] for fault in faults] == paths


async def test_an_answer_has_a_size_however_many_faults_there_are(door: Door) -> None:
    children = [a_child(seen=LEAK, present=LEAK, spoken_to=LEAK) for _ in range(200)]
    answer = await door.post(notice(*children))
    faults = problem(answer, 422)["errors"]
    assert len(faults) == 51
    assert faults[-1] == {"path": "", "detail": "there are more faults than are listed here"}


@pytest.mark.parametrize("part", ["updates", "withdrawal"])
async def test_a_refused_follow_up_leaves_a_receipt_as_well(door: Door, part: str) -> None:
    reference = (await door.post(notice(a_child()))).json()["reference"]
    body = json.dumps({"text": 5, "reason": [LEAK]}).encode()
    answer = await door.post(body, f"{NOTIFICATIONS}/{reference}/{part}")
    problem(answer, 422)
    assert LEAK not in answer.text
    [_, receipt] = await door.rows(receipts)
    assert (receipt.outcome, receipt.raw) == ("refused", None)
    assert receipt.sha256 == hashlib.sha256(body).hexdigest()


async def _left_a_receipt_and_nothing_else(door: Door, body: bytes) -> None:
    [receipt] = await door.rows(receipts)
    assert receipt.raw is None
    assert receipt.sha256 == hashlib.sha256(body).hexdigest()
    assert (receipt.outcome, receipt.door) == ("refused", "api")
    assert receipt.faults
    assert all(LEAK not in fault for fault in receipt.faults)
    assert await door.rows(notifications) == []
    assert await door.rows(notification_versions) == []
    actions = {event.action for event in await door.rows(events)}
    assert actions == {"config:in_force", "key:created"}


async def test_the_sentences_are_those_of_the_contract(door: Door) -> None:
    says: Callable[[Any], str] = lambda answer: answer.json()["errors"][0]["detail"]  # noqa: E731
    ahead = await door.post(with_notice(occurred_at="2026-11-16T07:06:00Z"))
    assert says(ahead) == "must not lie more than 5 minutes ahead of now"
    just_right = await door.post(with_notice(occurred_at="2026-11-16T07:05:00Z"))
    assert just_right.status_code == 202
    assert says(await door.post(without("children"))) == "must be given"
