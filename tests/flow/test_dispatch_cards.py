"""A card in the chat ends up true, whatever happens to the edits on their way."""

from datetime import timedelta
from functools import partial

from bot.domain.delivery import Deferred, Reason, Rejected, Unknown
from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel
from bot.flow.tell import refresh_cards
from bot.store.claims import at_hand
from tests.builders import child_of
from tests.flow.outbox import Wire, send, standing, until
from tests.world import World

A_SECOND = timedelta(seconds=1)


async def test_a_card_that_lands_after_the_alert_was_settled_is_followed_by_a_stand_down(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.policy({'not_before = "bell-60m"': "#"})
    await world.police.send(child_of(school))
    mair, owen = world.phone("Mair"), world.phone("Owen")
    card = mair.expects("alert")
    wire = Wire(world)
    wire.hold()
    world.clock.move_to(world.clock.now() + timedelta(minutes=10))
    await world.app.tick()
    await until(lambda: wire.held)
    press = mair.sandbox.press("Acknowledge", card)
    await press.answered()
    wire.release()
    await world.settle()
    landed = owen.expects("alert")
    assert [v.text.split(": ")[1] for v in landed.history] == [
        "please open this and acknowledge it before 08:50, Monday 16 November.",
        "Mair acknowledged this at 07:10, Monday 16 November. You need not do anything.",
    ]
    await world.advance(hours=1)
    owen.heard_nothing()


async def test_a_slow_edit_never_overtakes_the_one_that_came_after_it(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair, wire = world.phone("Mair"), Wire(world)
    card = mair.expects("alert")
    await world.advance(seconds=2)
    wire.hold()
    await mair.sandbox.press("Open details").answered()
    await until(lambda: wire.held)
    await mair.sandbox.press("Acknowledge", card).answered()
    await until(lambda: not world.app.stages.in_hand)
    assert len(wire.left) == 1  # the newer edit waits for the older one's end
    wire.release()
    await world.settle()
    assert "you acknowledged" not in card.history[-2].text
    assert "you acknowledged" in card.text
    assert "Synthetic" in card.text


async def test_a_deferred_edit_makes_way_for_the_newer_one_that_waits(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.police.send(child_of(school))
    mair, nia, wire = world.phone("Mair"), world.phone("Nia"), Wire(world)
    card = mair.expects("alert")
    nia.expects("alert")
    await world.advance(seconds=2)
    wire.hold(2)
    for number, phone in enumerate((mair, nia), start=1):
        await phone.sandbox.press("Open details").answered()
        world.clock.move_to(world.clock.now() + A_SECOND)
        await until(partial(lambda held: len(wire.held) == held, number))
    await mair.sandbox.press("Acknowledge", card).answered()
    wire.release(Deferred(world.clock.now() + timedelta(seconds=3), Reason.PACE))
    wire.release()
    await world.advance(seconds=6)
    assert "you acknowledged" in card.text
    assert [row.state for row in await standing(world) if row.kind is Kind.REFRESH] == [
        MessageState.CANCELLED,
        MessageState.SENT,
        MessageState.SENT,
    ]


async def test_a_press_is_not_kept_waiting_behind_an_edit_that_is_to_be_repeated_late(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair, wire = world.phone("Mair"), Wire(world)
    card = mair.expects("alert")
    await world.advance(seconds=2)
    wire.hold()
    await mair.sandbox.press("Open details").answered()
    await until(lambda: wire.held)
    wire.release(Unknown())  # to be repeated after ten seconds
    await mair.press("Acknowledge", card)
    await world.advance(seconds=2)
    assert "you acknowledged" in card.text


async def test_an_edit_that_takes_effect_behind_a_newer_one_is_put_right(world: World) -> None:
    """Nobody knows when a call whose answer was lost takes effect: the card is looked at again."""
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair, wire = world.phone("Mair"), Wire(world)
    card = mair.expects("alert")
    await world.advance(seconds=2)
    stale = card.text
    wire.hold()
    await mair.sandbox.press("Acknowledge").answered()
    await until(lambda: wire.held)
    wire.release(Unknown())  # repeated after ten seconds
    await world.advance(seconds=30)
    true = card.text
    assert "you acknowledged" in true
    card.change(stale, (), world.clock.now())  # one that was sent before it lands only now
    await world.advance(seconds=60)
    assert card.text == true


async def test_a_view_that_could_not_be_shown_in_its_minute_is_not_shown_after_it(
    world: World,
) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    with world.sandbox.faults.flood(90, method="editMessageText"):
        press = await mair.press("Open details")
        assert press.answer is not None
    await world.advance(minutes=5)
    assert all("Synthetic" not in version.text for version in card.history)


async def test_a_card_that_was_refused_leaves_no_edit_behind(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    mair, wire = world.phone("Mair"), Wire(world)
    await world.advance(seconds=2)
    wire.hold()
    await send(world, child_of(school))
    await until(lambda: wire.held)
    async with world.ctx.store.unit() as tx:
        await refresh_cards(tx, world.clock.now(), [1])
    wire.release(Rejected(Reason.BAD_REQUEST, "other"))
    await world.settle()
    world.phone("Owen").expects("alert")
    states = {row.kind: row.state for row in await standing(world) if row.person_id == "mair"}
    assert states[Kind.REFRESH] is MessageState.CANCELLED
    mair.heard_nothing()
    async with world.ctx.store.reading() as tx:
        assert await at_hand(tx, Channel.TELEGRAM, world.clock.now()) == (False, False)


async def test_a_card_that_came_without_our_knowing_opens_on_its_repeat(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    mair = world.phone("Mair")
    with world.sandbox.faults.reset(accepted=True, chat_id=mair.sandbox.id):
        await world.police.send(child_of(school))
    first = mair.expects("alert")
    press = await mair.press("Open details", first)
    assert press.answer is not None
    assert press.answer.text == "Opened for a minute."
    await world.advance(seconds=3)
    repeat = mair.expects("alert")
    assert "Synthetic" in repeat.text
    assert repeat.protect
    assert "Synthetic" not in first.text
    await world.advance(seconds=61)
    assert "Synthetic" not in repeat.text
    again = await mair.press("Open details", first)
    assert again.answer is not None
    await world.advance(seconds=2)
    assert "Synthetic" in repeat.text
