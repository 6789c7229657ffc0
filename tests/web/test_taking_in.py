"""POST /api/v1/notifications: what is said to the sender, and what is true when it is said."""

import asyncio
import hashlib
import json
import re
from typing import Any

import pytest

from bot.flow.context import Context
from bot.flow.new_notices import Incoming
from bot.flow.partners import create_key
from bot.flow.receive import receive
from bot.intake.document import read_json
from bot.store.tables import events, notification_versions, notifications, receipts
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.web.door import Door, problem

REFERENCE = re.compile(r"ENC-[0-9A-HJKMNP-TV-Z]{8}")


async def test_a_notice_is_accepted_with_a_reference_of_its_own(door: Door) -> None:
    answers = [(await door.post(notice(child()))) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    references = {answer.json()["reference"] for answer in answers}
    assert len(references) == 3
    assert all(REFERENCE.fullmatch(reference) for reference in references)
    assert all(answer.json() == {**answer.json(), "duplicate": False} for answer in answers)
    assert all(set(answer.json()) == {"reference", "duplicate"} for answer in answers)


async def test_what_was_accepted_is_durable_whole_when_the_answer_arrives(door: Door) -> None:
    body = json.dumps(notice(child(**WHOLE_CHILD), **WHOLE)).encode()
    answer = await door.post(body)
    elsewhere = Context.on(str(door.ctx.store.url.render_as_string(hide_password=False)))
    try:
        onlooker = Door(elsewhere, door.http, "")
        [notification] = await onlooker.rows(notifications)
        [receipt] = await onlooker.rows(receipts)
        [version] = await onlooker.rows(notification_versions)
        received = [e for e in await onlooker.rows(events) if e.action == "notification:received"]
    finally:
        await elsewhere.store.close()
    assert notification.reference == answer.json()["reference"]
    assert notification.raise_due_at is not None, "a tick finds it if we die now"
    assert receipt.raw == body
    assert receipt.sha256 == hashlib.sha256(body).hexdigest()
    assert (receipt.outcome, receipt.door, receipt.faults) == ("accepted", "api", None)
    assert version.content == notification.content
    assert [event.notification_id for event in received] == [notification.id]


async def test_nothing_is_said_before_the_commit(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_commit = asyncio.Event()
    monkeypatch.setattr(door.ctx.store, "_committing", may_commit.wait)
    posting = asyncio.create_task(door.post(notice(child())))
    done, _ = await asyncio.wait([posting], timeout=0.3)
    assert not done
    assert await door.holds() == (0, 0)
    may_commit.set()
    assert (await posting).status_code == 202
    assert await door.holds() == (1, 1)


async def test_the_same_notice_again_is_known_whatever_its_time_of_sending(door: Door) -> None:
    body = notice(child(present="yes"), circumstances="shouting")
    first = await door.post(body)
    again = await door.post(body)
    later = await door.post(body | {"sent_at": "2026-11-16T06:59:00+00:00"})
    spelt_otherwise = await door.post(json.dumps(body, indent=3, sort_keys=True).encode())
    for answer in (again, later, spelt_otherwise):
        assert answer.status_code == 200
        assert answer.json() == {"reference": first.json()["reference"], "duplicate": True}
    assert [row.version for row in await door.rows(notifications)] == [1]
    assert [row.raw is None for row in await door.rows(receipts)].count(True) == 1, (
        "bytes that are held already are not kept twice"
    )


async def test_other_content_of_the_same_number_is_the_next_version(door: Door) -> None:
    body = notice(child(present="yes"))
    first = await door.post(body)
    second = await door.post(body | {"circumstances": "shouting"})
    assert second.status_code == 202
    reference = first.json()["reference"]
    assert second.json() == {"reference": reference, "duplicate": False, "version": 2}
    third = await door.post(body | {"circumstances": "shouting, and a door broken"})
    assert third.json()["version"] == 3
    [row] = await door.rows(notifications)
    assert row.version == 3
    assert row.content["circumstances"] == "shouting, and a door broken"
    assert len(await door.rows(notification_versions)) == 3


async def test_exclusions_only_add_up(door: Door) -> None:
    body = notice(child(), exclude=["p001"])
    await door.post(body)
    await door.post(body | {"exclude": ["p002"]})
    await door.post({name: value for name, value in body.items() if name != "exclude"})
    [row] = await door.rows(notifications)
    assert row.content["exclude"] == ["p001", "p002"]


async def test_a_correction_that_overtook_its_notice_is_not_undone_by_it(door: Door) -> None:
    """I10: the order in which two statements of the same sender arrive does not matter."""
    early = notice(child(), circumstances="first", sent_at="2026-11-16T05:00:00Z")
    late = early | {"circumstances": "corrected", "sent_at": "2026-11-16T06:00:00Z"}
    await door.post(late)
    overtaken = await door.post(early | {"exclude": ["p001"]})
    assert (await door.post(early)).json()["duplicate"] is True
    [row] = await door.rows(notifications)
    assert row.content["circumstances"] == "corrected"
    assert row.content["exclude"] == ["p001"], "but what it excludes counts"
    assert overtaken.json()["version"] == 2


async def test_a_retry_that_comes_late_undoes_no_correction(door: Door) -> None:
    first = notice(child(), circumstances="first")
    await door.post(first)
    await door.post(first | {"circumstances": "corrected"})
    retried = await door.post(first)
    assert (retried.status_code, retried.json()["duplicate"]) == (200, True)
    [row] = await door.rows(notifications)
    assert row.content["circumstances"] == "corrected"


async def test_a_sender_may_go_back_on_a_correction(door: Door) -> None:
    first = notice(child(), circumstances="first")
    del first["sent_at"]
    await door.post(first)
    await door.post(first | {"circumstances": "corrected"})
    assert (await door.post(first)).json()["version"] == 3
    [row] = await door.rows(notifications)
    assert row.content["circumstances"] == "first"


async def test_partners_have_their_own_numbers(door: Door) -> None:
    _, other = await create_key(door.ctx, "North Force")
    body = notice(child())
    first = await door.post(body)
    second = await door.post(body, headers={"Authorization": f"Bearer {other}"})
    assert second.status_code == 202
    assert second.json()["reference"] != first.json()["reference"]


async def test_two_workers_who_take_in_one_notice_at_once_make_one(door: Door) -> None:
    """The loser of the race looks again, and its sender hears that it was known."""
    body = json.dumps(notice(child())).encode()
    submission = read_json(body, door.ctx.now())
    workers = [Context.on(door.ctx.store.url.render_as_string(hide_password=False)) for _ in "abcd"]
    try:
        incoming = Incoming(1, "South Force", "api", body, submission)
        taken = await asyncio.gather(*(receive(worker, [incoming]) for worker in workers))
    finally:
        for worker in workers:
            await worker.store.close()
    assert sorted(received.duplicate for [received] in taken) == [False, True, True, True]
    assert len({received.reference for [received] in taken}) == 1
    assert len(await door.rows(notifications)) == 1


@pytest.mark.parametrize("many", [100, 200])
async def test_many_children_are_taken_in(door: Door, many: int) -> None:
    answer = await door.post(notice(*(child() for _ in range(many))))
    assert answer.status_code == 202
    [row] = await door.rows(notifications)
    assert len(row.content["children"]) == many


async def test_more_than_200_children_are_refused(door: Door) -> None:
    answer = await door.post(notice(*(child() for _ in range(201))))
    [fault] = problem(answer, 422)["errors"]
    assert fault == {"path": "$.children", "detail": "must hold at most 200 entries"}
    assert (await door.rows(notifications)) == []


async def test_unknown_fields_are_kept_as_they_came_and_reported(door: Door) -> None:
    body = notice(child(shoe_size=4) | {"pets": [{"kind": "dog"}]}, weather="rain")
    body["risk"] = {"scale": "DASH", "value": "medium", "assessor": "PC 42"}
    answer = await door.post(body)
    assert answer.status_code == 202
    assert sorted(answer.json()["ignored"]) == [
        "$.children[0].pets", "$.children[0].shoe_size", "$.risk.assessor", "$.weather",
    ]  # fmt: skip
    [receipt] = await door.rows(receipts)
    assert json.loads(receipt.raw)["weather"] == "rain"


NAMES: dict[str, Any] = {
    "welsh": "Siân ap Rhŷs-Ŵyn",
    "vietnamese, decomposed": "Nguye\u0302\u0303n",
    "arabic": "محمد العلي",
    "hebrew": "שָׁלוֹם כהן",
    "chinese": "王小明",
    "outside the first plane": "𠮷田 𝔐air",
    "devanagari": "श्रीमती देवी",
    "amharic": "ሰላም ታደሰ",
    "emoji": "Mair 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "right-to-left override": "Mair \u202egnp.exe\u202c",
    "apostrophes and markup": "O'Connor <b>&amp;\"';--",
    "a formula": '=HYPERLINK("http://x")',
    "500 characters": "ŵ" * 500,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_names_are_kept_as_they_were_written(door: Door, name: str) -> None:
    body = notice(child(given_name=name, family_name=name))
    assert (await door.post(json.dumps(body, ensure_ascii=False).encode())).status_code == 202
    escaped = await door.post(json.dumps(body, ensure_ascii=True).encode())
    assert escaped.json()["duplicate"] is True, "the same, escaped"
    [row] = await door.rows(notifications)
    assert row.content["children"][0]["given_name"] == name
    assert row.content["children"][0]["family_name"] == name
