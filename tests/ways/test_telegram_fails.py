"""Telegram as a whole fails: after three minutes the second way brings what is owed, by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.people import Channel, Role
from bot.domain.school import School
from bot.store import messages, ways
from bot.store.tables import events, outages
from tests.builders import child_of
from tests.flow.outbox import put, strangers, word
from tests.post import Post
from tests.world import World

DOWN = "channel_down:telegram"


async def town(world: World) -> tuple[Post, School]:
    """Everybody has a telephone and a mailbox, but Safeguarding."""
    post = await world.has_second_ways()
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn")
    for name, role in (("Mair", Role.DSP), ("Owen", Role.DEPUTY_DSP)):
        ways: dict[str, Any] = {"email": f"{name.lower()}@bryn.example"}
        await world.person(name, role, schools=[school.code], **ways)
    await world.change("Coordinator", phone="07700 900199")
    return post, school


async def lines(world: World, action: str) -> list[dict[str, Any]]:
    async with world.ctx.store.reading() as tx:
        rows = await tx.all(select(events.c.detail).where(events.c.action == action))
    return [row.detail for row in rows]


async def test_what_telegram_owes_goes_by_the_second_way_after_three_minutes(
    world: World,
) -> None:
    post, school = await town(world)
    port = int(world.sandbox.url.rsplit(":", 1)[1])
    await world.sandbox.stop()
    reference = await world.police.send(child_of(school))
    await world.advance(seconds=175)
    assert (post.office.mails, post.notify.texts, await world.alarms()) == ([], [], [])

    await world.advance(seconds=8)
    [mail] = post.office.mails
    assert (mail.to, reference in mail.text) == ("mair@bryn.example", True)
    [to_coordinator] = post.notify.to("07700900199")
    assert to_coordinator.startswith("Telegram has not worked since 07:00.")
    assert await world.alarms() == [DOWN]

    second = await world.police.send(child_of(school, source_reference="2600000002"))
    await world.advance(seconds=15)
    assert [second in mail.text for mail in post.office.mails] == [False, True]
    await world.advance(minutes=5)
    assert len(post.office.to("mair@bryn.example")) == 2

    await world.sandbox.start(port=port)
    await world.advance(minutes=1)
    for _ in range(2):
        assert "You may have had this message before." in world.phone("Mair").expects("alert").text
    world.phone("Coordinator").expects("alarm.telegram_back")
    assert await world.alarms() == []
    assert [len(await lines(world, f"channel:{end}")) for end in ("down", "back")] == [1, 1]
    await world.advance(minutes=1)
    assert len(post.office.mails) == 2
    world.everyone_is_accounted_for()


async def test_escalations_go_by_the_second_way_as_well(world: World) -> None:
    post, school = await town(world)
    await world.change("Safeguarding", email="safeguarding@county.example")
    reference = await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    with world.sandbox.faults.down():
        await world.advance_to(datetime(2026, 11, 16, 8, 55, tzinfo=UTC))
        [to_safeguarding] = post.office.to("safeguarding@county.example")
        assert f"{reference}, Ysgol Bryn" in to_safeguarding
        assert len(post.office.to("owen@bryn.example")) == 1
    await world.advance(minutes=12)
    world.everyone_is_accounted_for()


async def test_a_failure_that_is_long_since_one_address_s_breaks_no_promise_when_others_fail(
    world: World,
) -> None:
    await town(world)
    now = world.clock.now()
    later = now + timedelta(minutes=30)
    async with world.ctx.store.unit() as tx:
        for address, at in (("1", now), ("2", later)):
            due_at = at + timedelta(minutes=3)
            await ways.failed(tx, Channel.TELEGRAM, address, at, due_at, whole=False)
        row = await ways.outage(tx, Channel.TELEGRAM)
    assert row is not None
    assert (row.several, row.since, row.due_at) == (True, now, later)


async def test_one_persons_trouble_is_not_the_channels(world: World) -> None:
    post, school = await town(world)
    mair = world.phone("Mair").sandbox
    with world.sandbox.faults.answer(500, "", chat_id=mair.id, times=None):
        await world.police.send(child_of(school))
        await world.advance(minutes=8)
        assert await lines(world, "channel:down") == []
        assert post.notify.to("07700900199") == []
        assert len(post.office.to("mair@bryn.example")) == 1  # her own next way, after two
    await world.advance(minutes=10)
    world.everyone_is_accounted_for()


async def test_a_failure_that_nothing_is_owed_by_any_more_is_forgotten(world: World) -> None:
    post, _ = await town(world)
    [phone] = strangers(world, 1)
    port = int(world.sandbox.url.rsplit(":", 1)[1])
    await world.sandbox.stop()
    await put(world, [word(world, phone)])
    await world.advance(minutes=1)
    async with world.ctx.store.unit() as tx:
        await messages.cancel(tx)
    await world.advance(minutes=3)
    async with world.ctx.store.reading() as tx:
        assert await tx.all(select(outages)) == []
    await world.sandbox.start(port=port)
    assert post.notify.to("07700900199") == []


async def test_killed_before_it_was_declared_the_next_start_declares_it(world: World) -> None:
    post, school = await town(world)
    port = int(world.sandbox.url.rsplit(":", 1)[1])
    await world.sandbox.stop()
    await world.police.send(child_of(school))
    await world.advance(minutes=2)
    await world.stop()
    world.clock.move_to(datetime(2026, 11, 16, 7, 4, tzinfo=UTC))
    await world.start(**post.settings())
    await world.advance(seconds=2)
    assert len(post.office.to("mair@bryn.example")) == 1
    assert len(post.notify.to("07700900199")) == 1
    await world.sandbox.start(port=port)
    await world.advance(minutes=1)
    world.everyone_is_accounted_for()


async def test_a_slow_mail_server_holds_up_nobody_in_telegram(world: World) -> None:
    post, school = await town(world)
    await world.phone("Owen").blocks_the_bot()
    world.everyone_is_accounted_for()
    post.office.answers["RCPT"] = "450 later"
    began = world.clock.now()
    for number in range(5):
        await world.police.send(child_of(school, source_reference=f"26000001{number}"))
    told = [world.phone("Mair").expects("alert") for _ in range(5)]
    assert (told[-1].sent_at - began).total_seconds() < 6
    world.everyone_is_accounted_for()
