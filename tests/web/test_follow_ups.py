"""Updates and the withdrawal: told to everyone who was told, to nobody else, and once."""

from typing import Any

import pytest

from bot.domain.people import Role
from bot.store.tables import events, notification_versions, notifications, receipts
from tests.builders import child, child_of, notice
from tests.web.door import NOTIFICATIONS, Door, problem
from tests.world import World


async def taken(door: Door) -> str:
    return str((await door.post(notice(child()))).json()["reference"])


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Arrested this morning."},
        {"police_action": {"arrest": "yes", "summary": "bail until Friday"}},
        {"closed": True},
        {"text": "x", "police_action": {"arrest": "no"}, "closed": True, "unknown": 1},
    ],
    ids=["text", "action", "closed", "all and more"],
)
async def test_an_update_is_the_next_version(door: Door, body: dict[str, Any]) -> None:
    reference = await taken(door)
    answer = await door.post(body, f"{NOTIFICATIONS}/{reference.lower()}/updates")
    assert answer.status_code == 202
    assert answer.json() == {"reference": reference, "version": 2}
    [row] = await door.rows(notifications)
    assert row.version == 2
    assert row.raise_due_at is not None
    assert (row.sender_closed_at is not None) is bool(body.get("closed"))
    assert [receipt.outcome for receipt in await door.rows(receipts)] == ["accepted", "update"]
    assert (await door.get(f"{NOTIFICATIONS}/{reference}")).json()["version"] == 2


async def test_a_repeated_update_says_nothing_new(door: Door) -> None:
    """I10: the sender who heard no answer sends again, and nobody is told twice."""
    path = f"{NOTIFICATIONS}/{await taken(door)}/updates"
    body = {"text": "Arrested.", "police_action": {"arrest": "yes"}, "closed": True}
    assert (await door.post(body, path)).status_code == 202
    again = await door.post(body, path)
    assert again.status_code == 200
    assert again.json()["version"] == 2
    assert again.json()["duplicate"] is True
    assert len(await door.rows(notification_versions)) == 2
    changed = await door.post({"police_action": {"arrest": "no"}}, path)
    back = await door.post({"police_action": {"arrest": "yes"}}, path)
    assert [changed.json()["version"], back.json()["version"]] == [3, 4]


async def test_an_update_stays_when_the_notice_is_sent_again(door: Door) -> None:
    body = notice(child(), police_action={"arrest": "no"})
    reference = (await door.post(body)).json()["reference"]
    path = f"{NOTIFICATIONS}/{reference}/updates"
    await door.post({"text": "Arrested.", "police_action": {"arrest": "yes"}}, path)
    assert (await door.post(body)).json()["duplicate"] is True
    corrected = await door.post(body | {"location": "elsewhere", "police_action": None})
    assert corrected.json()["version"] == 3
    [row] = await door.rows(notifications)
    assert [update["text"] for update in row.content["updates"]] == ["Arrested."]


BAD_UPDATES: dict[str, tuple[Any, int, str]] = {
    "nothing": ({}, 422, "$"),
    "empty text": ({"text": "  "}, 422, "$"),
    "closed false": ({"closed": False}, 422, "$"),
    "a list": ([], 422, "$"),
    "a number for text": ({"text": 5}, 422, "$.text"),
    "an answer that is none": (
        {"police_action": {"arrest": "soon"}},
        422,
        "$.police_action.arrest",
    ),
    "a NUL": ({"text": "a\0b"}, 422, "$.text"),
    "no JSON": (b"text=hello", 400, "line 1, column 1"),
    "a name twice": (b'{"text": "a", "text": "b"}', 422, "$.text"),
}
BAD_WITHDRAWALS: dict[str, tuple[Any, int, str]] = {
    "nothing": ({}, 422, "$.reason"),
    "an empty reason": ({"reason": "  "}, 422, "$.reason"),
    "a reason too long": ({"reason": "x" * 501}, 422, "$.reason"),
    "a list": (["reason"], 422, "$"),
    "no body": (b"", 400, "line 1, column 1"),
}


@pytest.mark.parametrize(("body", "status", "where"), BAD_UPDATES.values(), ids=BAD_UPDATES)
async def test_an_update_that_says_nothing_is_refused(
    door: Door, body: Any, status: int, where: str
) -> None:
    answer = await door.post(body, f"{NOTIFICATIONS}/{await taken(door)}/updates")
    assert [fault["path"] for fault in problem(answer, status)["errors"]] == [where]
    assert [row.version for row in await door.rows(notifications)] == [1]


@pytest.mark.parametrize(("body", "status", "where"), BAD_WITHDRAWALS.values(), ids=BAD_WITHDRAWALS)
async def test_a_withdrawal_needs_its_reason(
    door: Door, body: Any, status: int, where: str
) -> None:
    answer = await door.post(body, f"{NOTIFICATIONS}/{await taken(door)}/withdrawal")
    assert [fault["path"] for fault in problem(answer, status)["errors"]] == [where]
    assert [row.state for row in await door.rows(notifications)] == ["received"]


async def test_withdrawn_twice_is_withdrawn_once_and_no_update_follows(door: Door) -> None:
    reference = await taken(door)
    path = f"{NOTIFICATIONS}/{reference}"
    for _ in range(2):
        answer = await door.post({"reason": "sent in error"}, f"{path}/withdrawal")
        assert answer.status_code == 202
        assert answer.json() == {"reference": reference, "state": "withdrawn"}
    assert (await door.get(path)).json()["state"] == "withdrawn"
    said = problem(await door.post({"text": "x"}, f"{path}/updates"), 409)
    assert said["title"] == "This notification was withdrawn."
    actions = [event.action for event in await door.rows(events)]
    assert actions.count("notification:withdrawn") == 1


async def test_everyone_who_was_told_hears_of_an_update_and_nobody_else(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.authority()
    reference = await world.police.send(child_of(school))
    mair, nia = world.phone("Mair"), world.phone("Nia")
    mair.expects("alert")
    nia.expects("alert")
    await mair.press("Acknowledge")
    body = {"text": "Arrested this morning.", "police_action": {"arrest": "yes"}}
    for _ in range(2):  # the second is the sender's retry
        answer = await world.police.post(f"{NOTIFICATIONS}/{reference}/updates", body)
        assert answer.is_success
    mair.expects("more")
    nia.expects("more")
    world.nobody_else_heard_anything()
    await mair.press("Open details")
    assert "Arrested this morning." in mair.shows("more").text
    [alert] = [a for a in (await world.police.account(reference))["alerts"] if a["leg"] == "school"]
    assert alert["state"] == "acknowledged", "an update owes nothing anew"


async def test_a_withdrawal_ends_every_duty_and_everyone_told_hears_so(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen", nurse="Nia")
    await world.person("Megan", Role.DSP, schools=[school.code], enrolled=False)
    await world.authority()
    reference = await world.police.send(child_of(school))
    phones = [world.phone("Mair"), world.phone("Nia")]
    for phone in phones:
        phone.expects("alert")
    await world.phone("Mair").press("Open details")
    path = f"{NOTIFICATIONS}/{reference}/withdrawal"
    assert (await world.police.post(path, {"reason": "wrong family"})).status_code == 202
    for phone in phones:
        phone.expects("withdrawn")
        for message in phone.sandbox.received:
            assert "Synthetic" not in message.text
    await world.advance(hours=6)
    world.nobody_else_heard_anything()
    account = await world.police.account(reference)
    assert {alert["state"] for alert in account["alerts"]} == {"withdrawn"}
    assert account["state"] == "withdrawn"


async def test_sent_again_after_its_withdrawal_with_more_it_is_owed_again(world: World) -> None:
    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", nurse="Nia")
    await world.authority()
    body = child_of(school)
    reference = await world.police.send(body)
    path = f"{NOTIFICATIONS}/{reference}/withdrawal"
    await world.police.post(path, {"reason": "wrong family"})
    world.everyone_is_accounted_for()
    assert await world.police.send(body) == reference, "the same again stays withdrawn"
    world.nobody_else_heard_anything()
    assert (await world.police.account(reference))["state"] == "withdrawn"
    assert await world.police.send(body | {"circumstances": "it was this family"}) == reference
    world.phone("Mair").expects("alert")
    world.phone("Nia").expects("alert")
    account = await world.police.account(reference)
    assert {alert["state"] for alert in account["alerts"]} == {"open"}
