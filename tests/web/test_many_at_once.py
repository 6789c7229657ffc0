"""The burst of a Monday morning: many senders at once, each answered with the truth."""

import asyncio
from collections import Counter

from bot.store.tables import notifications, receipts
from tests.builders import child, child_of, notice
from tests.web.door import Door
from tests.world import World


async def test_one_notice_posted_fifty_times_at_once_is_one_notification(door: Door) -> None:
    body = notice(child())
    answers = await asyncio.gather(*(door.post(body) for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 200: 49}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert [row.version for row in await door.rows(notifications)] == [1]
    outcomes = Counter(receipt.outcome for receipt in await door.rows(receipts))
    assert outcomes == {"accepted": 1, "duplicate": 49}


async def test_fifty_versions_of_one_notice_at_once_are_fifty_versions(door: Door) -> None:
    body = notice(child())
    bodies = [body | {"circumstances": f"as of {n}"} for n in range(50)]
    answers = await asyncio.gather(*(door.post(body) for body in bodies))
    assert all(answer.status_code == 202 for answer in answers)
    versions = sorted(answer.json().get("version", 1) for answer in answers)
    assert versions == list(range(1, 51)), "each sender is told a number of its own"
    assert len({answer.json()["reference"] for answer in answers}) == 1


async def test_two_hundred_notices_at_once_are_all_taken_in(door: Door) -> None:
    bodies = [notice(child()) for _ in range(200)]
    answers = await asyncio.gather(*(door.post(body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {202: 200}
    held = {row.source_reference: row.reference for row in await door.rows(notifications)}
    assert held == {
        body["source_reference"]: answer.json()["reference"]
        for body, answer in zip(bodies, answers, strict=True)
    }, "each sender holds the reference of its own notice"
    assert await door.holds() == (200, 200)


async def test_notices_that_come_at_once_are_each_told_once(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.authority()
    headers = {"Authorization": f"Bearer {world.police.key}"}
    answers = await asyncio.gather(
        *(
            world.http.post("/api/v1/notifications", headers=headers, json=child_of(school))
            for _ in range(12)
        )
    )
    references = {answer.json()["reference"] for answer in answers}
    assert len(references) == 12
    await world.advance(seconds=20)
    for name in ("Mair", "Nia"):
        told = Counter(message.text.split(":")[0] for message in world.phone(name).unaccounted())
        assert told == Counter(references)
    world.everyone_is_accounted_for()
