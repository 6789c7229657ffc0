"""What becomes of a message that Telegram does not take at once."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.message import Kind, MessageState
from bot.domain.people import Role
from bot.store.tables import contact_methods, tellings
from tests.builders import child_of
from tests.flow.outbox import Wire, one, put, standing, strangers, texts_sent, word
from tests.world import World

NO_LATER_STEP = {'not_before = "bell-60m"': "#"}
"""The deputy is told ten minutes after the designated person."""


async def test_a_chat_that_floods_waits_its_time_and_holds_up_nobody_else(world: World) -> None:
    Wire(world)
    slow, *others = strangers(world, 4)
    began = world.clock.now()
    flood = world.sandbox.faults.flood(7, chat_id=slow.id)
    await put(world, [word(world, slow), *(word(world, phone) for phone in others)])
    await put(world, [word(world, slow, "a second word")])
    await world.advance(seconds=5)
    assert flood.hits == 1
    assert slow.messages == []
    assert all(entry.at < began + timedelta(seconds=1) for entry in world.sandbox.ledger.sends())
    assert [len(phone.messages) for phone in others] == [1, 1, 1]
    await world.advance(seconds=5)
    assert [message.text for message in slow.messages] == ["a word", "a second word"]
    assert slow.messages[0].sent_at >= began + timedelta(seconds=7)
    assert world.sandbox.ledger.floods_earned == 0


async def test_a_flood_over_all_chats_loses_nothing_and_doubles_nothing(world: World) -> None:
    phones = strangers(world, 20)
    with world.sandbox.faults.flood(5, method="sendMessage", times=None) as flood:
        await put(world, [word(world, phone, f"to {phone.id}") for phone in phones])
        await world.advance(seconds=3)
        assert flood.hits <= len(phones)
    await world.advance(seconds=10)
    assert sorted(texts_sent(world)) == sorted(f"to {phone.id}" for phone in phones)


async def test_an_unknown_outcome_is_repeated_marked_and_ever_later_until_it_is_known(
    world: World,
) -> None:
    Wire(world)
    school = await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair").sandbox
    fault = world.sandbox.faults.reset(accepted=True, chat_id=mair.id, times=3)
    await world.police.send(child_of(school))
    await world.advance(minutes=20)
    first, *repeats = mair.messages
    assert fault.hits == 3
    assert "may have had this message" not in first.text
    assert [message.text for message in repeats] == [
        first.text + "\n\nYou may have had this message before."
    ] * 3
    waited = [(message.sent_at - first.sent_at).total_seconds() for message in repeats]
    assert [round(seconds) for seconds in waited] == [10, 40, 100]
    world.everyone_is_accounted_for()


async def test_a_repeat_ends_when_the_alert_is_settled(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    with world.sandbox.faults.reset(accepted=True, chat_id=mair.sandbox.id, times=None):
        await world.police.send(child_of(school))
    mair.expects("alert")
    press = await mair.press("Acknowledge")
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    await world.advance(minutes=30)
    mair.heard_nothing()
    assert [row.state for row in await standing(world) if row.kind is Kind.ALERT] == [
        MessageState.CANCELLED
    ]


async def test_after_two_unknown_outcomes_the_next_step_is_pulled_forward(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    mair, owen = world.phone("Mair"), world.phone("Owen")
    world.sandbox.faults.reset(chat_id=mair.sandbox.id, times=2)
    began = world.clock.now()
    await world.police.send(child_of(school))
    await world.advance(seconds=8)
    owen.heard_nothing()
    await world.advance(seconds=3)
    assert owen.expects("alert").sent_at - began < timedelta(seconds=12)
    await world.advance(minutes=2)
    mair.expects("alert")
    world.everyone_is_accounted_for()


async def test_words_that_are_no_cards_are_marked_as_possible_repeats_too(world: World) -> None:
    await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    world.sandbox.faults.reset(accepted=True, method="sendMessage")
    await mair.says("/help")
    await world.advance(seconds=12)
    first, repeat = mair.expects("answer.help"), mair.expects("answer.help")
    assert repeat.text == first.text + "\n\nYou may have had this message before."


async def test_after_ten_minutes_without_telegram_everyone_is_told_once(world: World) -> None:
    phones = strangers(world, 3)
    await world.sandbox.stop()
    await put(world, [word(world, phone, f"to {phone.id}") for phone in phones])
    for _ in range(20):
        await world.settle()
        world.clock.move_to(world.clock.now() + timedelta(seconds=30))
        await world.stagehand.tick()
    assert texts_sent(world) == []
    port = int(world.sandbox.url.rsplit(":", 1)[1])
    await world.sandbox.start(port=port)
    await world.advance(seconds=10)
    assert sorted(texts_sent(world)) == sorted(f"to {phone.id}" for phone in phones)
    assert world.sandbox.ledger.floods_earned == 0


async def test_after_ten_minutes_of_cut_lines_everyone_is_told_once(world: World) -> None:
    phones = strangers(world, 12)
    with world.sandbox.faults.down():
        await put(world, [word(world, phone, f"to {phone.id}") for phone in phones])
        await world.advance(minutes=10)
    await world.advance(minutes=11)
    sent = [text.partition("\n")[0] for text in texts_sent(world)]
    assert sorted(sent) == sorted(f"to {phone.id}" for phone in phones)


async def test_a_token_that_is_refused_turns_health_red_until_it_is_taken_again(
    world: World,
) -> None:
    [phone] = strangers(world, 1)
    for code, says in ((401, "Unauthorized"), (409, "Conflict: another instance")):
        world.expected_errors.append("a promise is broken")
        with world.sandbox.faults.error(code, says, method="sendMessage", times=None):
            [number] = await put(world, [word(world, phone)])
            await world.advance(seconds=35)
            ready = await world.http.get("/health/ready")
            assert ready.status_code == 503
            assert ready.json()["red"][0].startswith("telegram:")
        await world.advance(seconds=60)
        assert (await one(world, number)).state is MessageState.SENT
        ready = await world.http.get("/health/ready")
        assert (ready.status_code, ready.json()["red"]) == (200, [])


async def test_who_has_blocked_the_bot_is_told_no_more_and_the_ladder_moves_on(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.authority()
    mair, owen = world.phone("Mair"), world.phone("Owen")
    with world.sandbox.faults.withhold_updates():
        mair.sandbox.block()
        await world.police.send(child_of(school))
        assert owen.expects("alert").sent_at <= world.clock.now()
        coordinator = world.phone("Coordinator")
        coordinator.expects("gap")  # no school nurse
        assert "Mair (mair)" in coordinator.expects("blocked").text
        async with world.ctx.store.reading() as tx:
            state = await tx.scalar(
                select(contact_methods.c.state).where(contact_methods.c.person_id == "mair")
            )
        assert state == "blocked"
        await world.police.send(child_of(school))
        owen.expects("alert")
    world.everyone_is_accounted_for()


async def test_a_message_that_telegram_never_takes_moves_the_ladder_on_and_rings(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    coordinator = await world.person("Coordinator", Role.COORDINATOR, everywhere=True)
    says = "Bad Request: BUTTON_DATA_INVALID"
    chat = world.phone("Mair").sandbox.id
    world.sandbox.faults.error(400, says, method="sendMessage", chat_id=chat)
    await world.police.send(child_of(school))
    world.phone("Owen").expects("alert")
    world.phone("Coordinator").expects("gap")  # no school nurse
    await world.advance(seconds=31)
    alarm = world.phone(coordinator.name).expects("alarm")
    assert "message_refused" in alarm.text
    world.phone("Mair").heard_nothing()
    ready = (await world.http.get("/health/ready")).json()
    assert ready == {"ready": True, "red": [], "warnings": ["message_refused:alert"]}
    async with world.ctx.store.reading() as tx:
        told = await tx.all(select(tellings.c.person_id).order_by(tellings.c.id))
    assert [row.person_id for row in told][:1] == ["mair"]
    world.everyone_is_accounted_for()
