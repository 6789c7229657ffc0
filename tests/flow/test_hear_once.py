"""What people say and press is stored before Telegram may forget it, and handled once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.domain.people import Role
from bot.flow.enrol import invite
from bot.flow.hear import store_updates
from bot.store.tables import people, telegram_updates
from tests.builders import child_of
from tests.flow.outbox import until
from tests.world import World


async def inbox(world: World) -> list[Row[Any]]:
    async with world.ctx.store.reading() as tx:
        return list(await tx.all(select(telegram_updates).order_by("update_id")))


async def chosen_language(world: World, person: str) -> str | None:
    async with world.ctx.store.reading() as tx:
        language = await tx.scalar(select(people.c.chosen_language).where(people.c.id == person))
        return None if language is None else str(language)


def message(number: int, chat: dict[str, Any], **fields: Any) -> dict[str, Any]:
    sender = {"id": 4_040, "is_bot": False, "first_name": "Somebody"}
    return {"message_id": number, "date": 1_794_000_000, "chat": chat, "from": sender} | fields


PRIVATE = {"id": 4_040, "type": "private", "first_name": "Somebody"}
CHANNEL = {"id": -1_004_040, "type": "channel", "title": "News"}
NEVER_ASKED_FOR = {
    "channel_post": message(1, CHANNEL, text="/start code"),
    "edited_channel_post": message(1, CHANNEL, text="/help", edit_date=1_794_000_100),
    "edited_message": message(2, PRIVATE, text="/help", edit_date=1_794_000_100),
    "inline_query": {"id": "1", "from": message(1, PRIVATE)["from"], "query": "x", "offset": ""},
}


# --- before the offset moves -----------------------------------------------------------------


async def test_an_update_is_stored_before_telegram_is_told_to_forget_it(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    before = len(await inbox(world))
    with world.sandbox.faults.hold(method="getUpdates"):
        world.phone("Mair").sandbox.say("/help")
        await until(lambda: world.sandbox.faults.standing == [])
        assert world.sandbox.waiting_updates == 1
        assert len(await inbox(world)) == before + 1
    await world.settle()
    world.phone("Mair").expects("answer.help")
    world.nobody_else_heard_anything()


async def test_a_press_heard_right_before_a_stop_is_handled_after_the_restart(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    card = world.phone("Mair").expects("alert")
    world.app.hearer.handle = None
    await world.phone("Mair").press("Acknowledge", card)
    assert world.sandbox.waiting_updates == 0
    assert (await inbox(world))[-1].due_at is not None
    await world.stop()
    await world.start()
    assert (await inbox(world))[-1].due_at is None
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"
    assert "you acknowledged this" in card.text
    assert len(await world.trail(reference, "alert:acknowledged")) == 1


async def test_what_could_not_be_stored_stays_at_telegram_until_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")

    async def full(*given: Any) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("bot.store.updates.add", full)
        world.phone("Mair").sandbox.say("/help")
        await until(lambda: world.clock._waits)
        await until(lambda: not world.sandbox.working)
        assert world.sandbox.waiting_updates == 1
    world.clock.move_to(world.clock.now() + timedelta(seconds=2))
    await world.settle()
    world.phone("Mair").expects("answer.help")
    world.nobody_else_heard_anything()


# --- once, in order, however late ------------------------------------------------------------


async def test_an_update_that_comes_twice_is_handled_once(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    world.sandbox.faults.duplicate_updates(times=2)
    await world.phone("Mair").says("/help")
    world.phone("Mair").expects("answer.help")
    await world.advance(seconds=5)
    [known] = (await inbox(world))[-1:]
    await store_updates(world.ctx, [known.raw])
    await world.advance(seconds=5)
    world.nobody_else_heard_anything()


async def test_what_arrives_in_the_wrong_order_is_handled_in_the_order_it_was_said(
    world: World,
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    mair, reordered = world.phone("Mair"), world.sandbox.faults.reorder_updates()
    with world.sandbox.faults.withhold_updates():
        mair.sandbox.say("/away 2026-12-01 2026-12-04")
        mair.sandbox.say("/away off")
    await world.settle()
    assert reordered.hits == 1
    mair.expects("answer.away_set")
    mair.expects("answer.away_off")


async def test_a_day_old_press_counts_once_though_it_can_no_longer_be_answered(
    world: World,
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    await mair.says("/language")
    offer = mair.expects("answer.choose_language")
    with world.sandbox.faults.withhold_updates():
        press = mair.sandbox.press("Cymraeg", offer)
        await world.advance(hours=26)
        assert await chosen_language(world, "mair") is None
    await world.advance(seconds=1)
    assert await chosen_language(world, "mair") == "cy"
    assert press.pending
    assert (await inbox(world))[-1].attempts == 0
    world.nobody_else_heard_anything()


# --- what cannot be handled ------------------------------------------------------------------


async def test_an_update_nobody_can_read_holds_up_no_other_and_is_told_at_the_end(
    world: World,
) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    mair = world.phone("Mair")
    of_mairs_chat = {"chat": {"id": mair.sandbox.id, "type": "private"}, "text": "no date"}
    world.expected_errors.append("handling an update failed")
    await store_updates(world.ctx, [{"update_id": 1, "message": of_mairs_chat}])
    await mair.says("/help")
    mair.expects("answer.help")
    await world.advance(minutes=4)
    poisoned = (await inbox(world))[0]
    assert (poisoned.due_at, poisoned.attempts, poisoned.fault) == (None, 5, "ValidationError")
    assert "press_not_handled" in world.phone("Coordinator").expects("alarm").text
    assert await world.alarms() == ["press_not_handled"]


async def test_a_text_that_is_no_unicode_holds_up_nobody(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    raw = message(9, PRIVATE, text="half a \ud83d pair")
    await store_updates(world.ctx, [{"update_id": 1, "message": raw}])
    await world.phone("Mair").says("/help")
    world.phone("Mair").expects("answer.help")
    first, *_ = await inbox(world)
    assert (first.due_at, first.fault) == (None, None)


# --- other places ----------------------------------------------------------------------------


async def test_the_bot_leaves_a_group_and_says_nothing_there(world: World) -> None:
    somebody = world.phone("Somebody")
    group = world.sandbox.group(-100)
    group.add_bot(by=somebody.sandbox)
    group.say(somebody.sandbox, "/start code")
    group.say(somebody.sandbox, "/help")
    await world.advance(seconds=5)
    assert not group.bot_is_member
    assert group.messages == []
    world.nobody_else_heard_anything()


async def test_a_code_that_is_sent_in_a_group_enrols_nobody_and_is_not_spent(
    world: World,
) -> None:
    await world.school("Ysgol Bryn")
    await world.person("Mair", Role.DSP, everywhere=True, enrolled=False)
    code = await invite(world.ctx, "mair")
    mair = world.phone("Mair")
    group = world.sandbox.group(-101)
    with world.sandbox.faults.withhold_updates():
        group.add_bot(by=mair.sandbox)
        group.say(mair.sandbox, f"/start {code}")
    await world.advance(seconds=5)
    assert not group.bot_is_member
    assert group.messages == []
    mair.heard_nothing()
    await mair.says(f"/start {code}")
    mair.expects("welcome")


@pytest.mark.parametrize("kind", NEVER_ASKED_FOR)
async def test_what_was_never_asked_for_is_passed_over_in_silence(world: World, kind: str) -> None:
    await store_updates(world.ctx, [{"update_id": 1, kind: NEVER_ASKED_FOR[kind]}])
    await world.settle()
    [row] = await inbox(world)
    assert (row.due_at, row.fault) == (None, None)
    assert world.sandbox.ledger.sends() == []


async def test_whatever_a_stranger_sends_is_answered_with_the_neutral_sentence(
    world: World,
) -> None:
    phone = world.phone("Stranger")
    origin = {"type": "hidden_user", "sender_user_name": "x", "date": 1_794_000_000}
    number = {"phone_number": "+447700900000", "first_name": "x"}
    for content in ({"forward_origin": origin, "text": "/alerts"}, {"contact": number}):
        phone.sandbox.send(content)
        await world.advance(seconds=2)
        phone.expects("neutral")
    world.nobody_else_heard_anything()
