"""No text, button, log line, metric or event holds a child's data, save a view its reader opened,
while it is shown, and there only what the matrix shows to the reader's role (I12)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.flow.account import line_of_time, of_reference
from bot.flow.containments import open_records
from bot.sandbox.chats import ChatMessage
from bot.store.tables import metadata
from tests.builders import WHOLE, WHOLE_CHILD, at, child, notice
from tests.world import Phone, World

FOR_SCHOOLS = {
    "given", "family", "circumstances", "risk", "action", "voice", "language", "disability",
}  # fmt: skip
FOR_NURSES = {"given", "family", "risk", "health", "nhs", "language", "disability"}
FOR_THE_DESK = FOR_SCHOOLS | FOR_NURSES | {"location", "adult", "ethnicity", "school"}
ALL = FOR_THE_DESK | {"update", "correction"}
CONTENT = {"receipts", "notifications", "notification_versions", "triage_tasks"}
"""The tables that hold children's data (bot/store/tables), and no others may."""


def canaries(text: object) -> set[str]:
    """Which of the words that are told to nobody stand in this text."""
    said = str(text).casefold()
    found = {name for name in ALL if f"canary-{name}" in said}
    return found or ({"some other"} if "canary" in said else set())


def versions(world: World) -> Iterator[tuple[ChatMessage, str, str]]:
    """Every text and every keyboard that ever stood on a phone."""
    for phone in world.sandbox.phones.values():
        for message in phone.received:
            for version in message.history:
                buttons = [(b.text, b.data) for row in version.buttons for b in row]
                yield message, version.text, str(buttons)


async def database(world: World) -> dict[str, str]:
    async with world.ctx.store.reading() as tx:
        return {
            name: str(list(await tx.all(select(table))))
            for name, table in metadata.tables.items()
            if name not in CONTENT
        }


class Shown:
    """The views that were opened: on which card, and what they may hold."""

    def __init__(self) -> None:
        self.by_card: dict[int, set[str]] = {}

    async def opens(self, phone: Phone, card: ChatMessage, fields: set[str]) -> None:
        """Open it: exactly these fields are there; hide it: none is."""
        assert canaries(card.text) == set()
        self.by_card[card.message_id] = fields
        text = await phone.opens(card)
        shown = set(canaries(text))
        while button := card.button("Next page"):
            await phone.press(button.text, card)
            shown |= canaries(card.text)
        assert shown == fields
        await phone.press("Hide now", card)
        assert canaries(card.text) == set()


async def everything_else_is_harmless(
    world: World, shown: Shown, reference: str, log: pytest.LogCaptureFixture
) -> None:
    for message, text, buttons in versions(world):
        assert canaries(text) <= shown.by_card.get(message.message_id, set()), text
        assert canaries(buttons) == set(), buttons
    for entry in world.sandbox.ledger.accepted:
        allowed = shown.by_card.get(entry.message_id or 0, set())
        assert canaries(entry.text) <= (allowed if entry.method == "editMessageText" else set())
    assert canaries(world.sandbox.ledger.refused) == set()
    for phone in world.sandbox.phones.values():
        assert [m.text for m in phone.messages if canaries(m.text)] == []
    for name, rows in (await database(world)).items():
        assert canaries(rows) == set(), name
    for path in ("/metrics", "/health/ready", "/health/live"):
        assert canaries((await world.http.get(path)).text) == set(), path
    accounts: list[Any] = [
        await world.police.account(reference),
        await of_reference(world.ctx, reference),
        await line_of_time(world.ctx, reference),
        [str(record) for record in await open_records(world.ctx)],
    ]
    assert canaries(json.dumps(accounts, default=str)) == set()
    for record in log.get_records("call"):
        # What a handler may print of a record: its words, its values, its exception.
        said = f"{record.getMessage()} {vars(record)} {record.exc_text}"
        assert canaries(said) == set(), (record.name, record.getMessage()[:200])


async def test_a_whole_journey_shows_a_childs_data_to_its_readers_and_to_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    shown = Shown()
    with caplog.at_level(logging.DEBUG):
        school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
        await world.authority()
        unknown = WHOLE_CHILD | {"school": {"name": "Canary-school the little one by the sea"}}
        first = notice(child(school, **WHOLE_CHILD), child() | unknown, **WHOLE)
        reference = await world.police.send(first)
        mair, nia, desk = world.phone("Mair"), world.phone("Nia"), world.phone("Desk")
        card = mair.expects("alert")
        await shown.opens(mair, card, FOR_SCHOOLS)
        await shown.opens(nia, nia.expects("alert"), FOR_NURSES)
        await shown.opens(desk, desk.expects("triage"), FOR_THE_DESK)

        await world.advance_to(at("08:55"))  # past the steps, and past the bell
        owen = world.phone("Owen")
        await shown.opens(owen, owen.expects("alert"), FOR_SCHOOLS)

        await desk.says(f"/triage 3 {school.code}")  # the second child is of this school too
        await world.police.update(reference, text="Canary-update he was released")
        correction = first | {"circumstances": "Canary-correction it was the day before"}
        await world.police.send(correction)
        await world.advance(minutes=1)
        newest = mair.sandbox.messages[-1]
        # What it was before stands beside it: she had read that.
        await shown.opens(mair, newest, FOR_SCHOOLS | {"correction", "update"})
        await mair.press("Acknowledge")
        await mair.press("Not our pupil", newest)
        await world.advance(minutes=1)
        asked = [m for m in desk.sandbox.messages if m.button("Open details")]
        now_told = {"correction", "update"}
        await shown.opens(desk, asked[-1], FOR_THE_DESK - {"circumstances", "school"} | now_told)
        for coordinator_asks in (
            "/status",
            "/drill",
            "/triage",
            "/readiness",
            f"/route {school.code}",
            "/leave mair",
        ):
            await world.phone("Coordinator").says(coordinator_asks)
        await mair.says("/alerts")
        await mair.says("/lost")
        await world.police.withdraw(reference)
        await world.advance(minutes=2)
    world.everyone_is_accounted_for()
    await everything_else_is_harmless(world, shown, reference, caplog)


async def test_a_view_is_gone_after_a_minute_by_itself(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    card = world.phone("Mair").expects("alert")
    world.phone("Nia").expects("alert")
    assert canaries(await world.phone("Mair").opens(card)) != set()
    await world.advance(seconds=59)
    assert canaries(card.text) != set()
    await world.advance(seconds=2)
    assert canaries(card.text) == set()


async def test_a_view_that_is_open_at_a_withdrawal_is_gone_at_once(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    reference = await world.police.send(notice(child(school, **WHOLE_CHILD), **WHOLE))
    card = world.phone("Mair").expects("alert")
    assert canaries(await world.phone("Mair").opens(card)) != set()
    await world.police.withdraw(reference)
    assert canaries(card.text) == set()
    world.everyone_is_accounted_for()


async def test_a_refused_notice_is_answered_and_logged_without_what_it_said(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    with caplog.at_level(logging.DEBUG):
        broken = notice(child(school, **WHOLE_CHILD) | {"present": "Canary-voice"}, **WHOLE)
        for body in (broken, broken | {"Canary-given": 1}, json.dumps(broken)[:-9].encode()):
            response = await world.police.post("/api/v1/notifications", body)
            assert response.status_code in (400, 422)
            assert canaries(response.text) == set()
    assert [r.name for r in caplog.get_records("call") if canaries(r.getMessage())] == []


async def test_whom_an_exclusion_means_is_read_by_the_desk_alone_and_settled_by_its_answer(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.authority()
    reference = await world.police.send(notice(child(school), exclude=["Canary-adult Mair"]))
    world.phone("Mair").heard_nothing()
    desk = world.phone("Desk")
    card = desk.expects("triage")
    assert canaries(await desk.opens(card)) == {"adult"}
    await desk.press(next(b.text for [b, *_] in card.buttons if "Mair" in b.text), card)
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")  # the only designated person is excluded
    world.phone("Mair").heard_nothing()
    for name, rows in (await database(world)).items():
        assert canaries(rows) <= ({"adult"} if name == "notifications" else set()), name
    assert canaries(await line_of_time(world.ctx, reference)) == set()
