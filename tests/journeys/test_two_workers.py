"""Two workers on one database: nothing is said twice, one of them hears Telegram, and when one dies
the other has taken everything over before anyone could miss it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.delivery import Sent
from bot.domain.message import Kind
from bot.flow.containments import records_of
from bot.flow.not_ours import not_ours
from tests.builders import at, child_of
from tests.flow.outbox import Wire, send, standing, until
from tests.pair import Pair
from tests.world import World

TAKEN_OVER_WITHIN = timedelta(seconds=15)


@pytest.fixture
async def pair(world: World) -> AsyncIterator[Pair]:
    pair = Pair(world)
    await pair.start_second()
    yield pair
    await world.settle()
    assert await world.breaches() == []
    assert world.sandbox.ledger.refusals(409) == []
    await pair.stop()


async def test_two_workers_send_everything_once_and_one_of_them_hears(pair: Pair) -> None:
    world = pair.world
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen", nurse="Nia")
    references = []
    for number in range(6):
        world.http.base_url = pair.alive[number % 2].url
        references.append(await world.police.send(child_of(school)))
    await world.advance(seconds=20)
    for name in ("Mair", "Nia"):
        cards = [world.phone(name).expects("alert").text for _ in references]
        assert sorted(card.partition(":")[0] for card in cards) == sorted(references)
    assert [app.lease.held for app in pair.alive] == [True, False]
    press = await world.phone("Mair").press("Acknowledge")
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    await world.advance_to(at("07:55"))
    owen = world.phone("Owen")
    told = [owen.expects("alert").text.partition(":")[0] for _ in owen.unaccounted()]
    assert len(told) == len(set(told)) == len(references) - 1
    assert world.sandbox.ledger.floods_earned == 0


async def on_its_way(pair: Pair, wire: Wire) -> None:
    """Return once the first worker is sending what it has: slots that are shared lie ahead."""
    await until(lambda: pair.first.dispatcher.in_flight)
    pair.world.clock.move_to(pair.world.clock.now() + timedelta(seconds=0.06))
    await until(lambda: wire.held)


async def test_what_a_killed_worker_had_on_its_way_is_sent_again_and_says_so(pair: Pair) -> None:
    world = pair.world
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.advance(seconds=5)  # her welcome no longer holds up her chat
    wire = Wire(world)
    wire.hold()
    await send(world, child_of(school))
    await on_its_way(pair, wire)
    await pair.kill(pair.first)
    wire.held.clear()
    died_at = world.clock.now()
    while not pair.second.lease.held:
        assert world.clock.now() <= died_at + TAKEN_OVER_WITHIN
        await world.advance(seconds=1)
    await world.advance(seconds=30)
    card = world.phone("Mair").expects("alert")
    assert "You may have had this message before." in card.history[0].text
    press = await world.phone("Mair").press("Acknowledge", card)
    assert press.answer is not None
    assert press.answer.text == "Acknowledged. Thank you."
    world.nobody_else_heard_anything()


async def test_a_press_that_a_killed_worker_had_stored_is_handled_by_the_other(
    pair: Pair,
) -> None:
    world = pair.world
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    pair.first.hearer.handle = None
    await world.phone("Mair").press("Acknowledge", world.phone("Mair").expects("alert"))
    await pair.kill(pair.first)
    await world.advance(seconds=TAKEN_OVER_WITHIN.total_seconds())
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"


async def test_a_worker_that_falls_behind_lets_the_other_hear(pair: Pair) -> None:
    world = pair.world
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    await world.advance(seconds=20)
    pair.first.hearer.handle = None
    await world.phone("Mair").press("Acknowledge", world.phone("Mair").expects("alert"))
    await world.advance(seconds=TAKEN_OVER_WITHIN.total_seconds())
    assert [app.lease.held for app in pair.alive] == [False, True]
    account = await world.police.account(reference)
    assert account["alerts"][0]["state"] == "acknowledged"


async def test_a_worker_that_is_alone_goes_on_hearing_however_far_behind(world: World) -> None:
    world.app.hearer.handle = None
    await world.school("Ysgol Bryn", dsp="Mair")
    await world.phone("Mair").says("/help")
    await world.advance(seconds=60)
    assert world.app.lease.held
    world.nobody_else_heard_anything()


async def test_a_worker_that_stops_in_good_order_hands_over_at_once(pair: Pair) -> None:
    world = pair.world
    await world.school("Ysgol Bryn", dsp="Mair")
    pair.freeze(pair.first)
    lead, running = world._app, world._running
    world._app, world._running = pair.first, pair._running[pair.first]
    await world.stop()
    world._app, world._running, world.stagehand.service = lead, running, pair
    await world.advance(seconds=3)
    assert pair.second.lease.held
    await world.phone("Mair").says("/help")
    world.phone("Mair").expects("answer.help")


async def test_the_late_record_of_a_frozen_worker_is_fenced_off(pair: Pair) -> None:
    world = pair.world
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.advance(seconds=5)  # her welcome no longer holds up her chat
    wire = Wire(world)
    wire.hold()
    await send(world, child_of(school))
    await on_its_way(pair, wire)
    pair.freeze(pair.first)
    await world.advance(seconds=60)
    [before] = [row for row in await standing(world) if row.kind is Kind.ALERT]
    card = world.phone("Mair").expects("alert")
    assert before.provider_message_id == str(card.message_id)
    assert (pair.first.lease.held, pair.second.lease.held) == (False, True)
    wire.release(Sent("999999"))
    await until(lambda: not pair.first.dispatcher.in_flight)
    [after] = [row for row in await standing(world) if row.kind is Kind.ALERT]
    assert after == before
    assert await world.phone("Mair").opens(card) != card.history[0].text


async def test_two_nurses_press_not_our_pupil_at_once_and_it_is_sealed_once(pair: Pair) -> None:
    world = pair.world
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    reference = await world.police.send(child_of(school))
    await world.advance(seconds=5)
    pressed = [
        not_ours(app.ctx, name, number, 1)
        for app, name, number in ((pair.first, "mair", 1), (pair.second, "nia", 2))
    ]
    replies = {reply.sentence for reply in await asyncio.gather(*pressed)}
    assert replies == {"press.not_ours", "press.not_ours_before"}
    await world.advance(seconds=20)
    for name in ("Mair", "Nia"):
        assert world.phone(name).expects("alert").text == "This message is no longer available."
    world.phone("Desk").expects("triage")
    world.phone("Coordinator").expects("containment.opened")
    assert len(await records_of(world.ctx, reference)) == 1
    world.nobody_else_heard_anything()


async def test_who_was_held_for_a_name_is_told_once_by_two_workers(pair: Pair) -> None:
    world = pair.world
    await world.without_nurses()
    await world.authority()
    school = await world.school("Ysgol Bryn", dsp="Mair Jones", deputy="Owen")
    named = [{"given_name": "Mair", "family_name": "Jones"}]
    await world.police.send(child_of(school) | {"involved_adults": named})
    mair, owen, desk = (world.phone(name) for name in ("Mair Jones", "Owen", "Desk"))
    owen.expects("alert")
    mair.heard_nothing()
    card = desk.expects("triage")
    await desk.opens(card)
    await desk.press("This is somebody else", card)
    await world.advance(seconds=20)
    told = mair.expects("alert")
    await mair.opens(told)
    await mair.press("Recuse", told)
    await world.advance(seconds=20)
    assert told.text == "This message is no longer available."
    world.phone("Coordinator").expects("gap")
    world.nobody_else_heard_anything()
