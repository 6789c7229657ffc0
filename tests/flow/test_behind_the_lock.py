"""Who ends an alert waits for whoever has it at that moment, and ends it after what was done
meanwhile: never before a step that was told while it waited (I4). Everybody locks in one order."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel
from bot.flow.acknowledge import acknowledge
from bot.flow.close import close
from bot.flow.context import Context
from bot.flow.not_ours import not_ours
from bot.flow.record import take_over
from bot.flow.recuse import recuse
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import message_row
from bot.store import alerts, claims, messages, notifications
from bot.store.tables import alerts as table
from bot.store.tables import messages as outbox
from tests.builders import child_of
from tests.world import World

_STANDS_BEFORE_THE_LOCK = 0.3
"""Seconds, by when a transaction on loopback waits there."""


async def _withdrawn(world: World, reference: str, alert_id: int) -> None:
    await world.police.withdraw(reference)


async def _closed(world: World, reference: str, alert_id: int) -> None:
    await close(world.ctx, reference, "moved away", "command line")


async def _acknowledged(world: World, reference: str, alert_id: int) -> None:
    await acknowledge(world.ctx, "mair", alert_id)


@pytest.mark.parametrize("ends", [_withdrawn, _closed, _acknowledged])
async def test_an_alert_ends_after_what_was_done_while_its_end_waited(
    world: World, ends: Callable[[World, str, int], Coroutine[None, None, None]]
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair")
    reference = await world.police.send(child_of(school))
    await world.settle()
    world.phone("Mair").expects("alert")
    async with world.ctx.store.unit() as tx:
        (number,) = [row.id for row in await alerts.open_ones(tx)]
        await alerts.lock_all(tx, [number])
        ending = asyncio.create_task(ends(world, reference, number))
        await asyncio.wait([ending], timeout=_STANDS_BEFORE_THE_LOCK)
        assert not ending.done()
        meanwhile = world.clock.now() + timedelta(seconds=1)
        world.clock.move_to(meanwhile)
    await ending
    await world.settle()
    world.everyone_is_accounted_for()  # what each ending says is for the journeys
    async with world.ctx.store.reading() as tx:
        assert await tx.scalar(select(table.c.ended_at).where(table.c.id == number)) >= meanwhile


async def test_what_became_of_a_message_waits_for_who_answers_its_alert_and_never_crosswise(
    world: World,
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.police.send(child_of(school))
    await world.settle()
    now = world.clock.now()
    async with world.ctx.store.unit() as tx:
        alert = (await alerts.open_ones(tx))[0].id
        card = await tx.scalar(select(outbox.c.id).where(outbox.c.alert_id == alert))
        await messages.change(
            tx, card, state=MessageState.CLAIMED, claimed_until=now, unknowns=1, claimed_by="dead"
        )
    async with world.ctx.store.unit() as tx:
        await alerts.lock_all(tx, [alert])
        taking_over = asyncio.create_task(take_over(world.ctx))
        await asyncio.wait([taking_over], timeout=_STANDS_BEFORE_THE_LOCK)
        await messages.change(tx, card, rank=1)  # crosswise, one of the two would be thrown out
    await taking_over
    async with world.ctx.store.reading() as tx:
        row = await messages.by_id(tx, card)
        assert row is not None
        assert (row.state, row.unknowns, row.rank) == (MessageState.PENDING, 2, 1)
    await world.settle()
    world.everyone_is_accounted_for()


async def test_a_claim_leaves_what_is_being_changed_and_takes_the_rest(world: World) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.police.send(child_of(school))
    await world.settle()
    world.everyone_is_accounted_for()
    now = world.clock.now()
    async with world.ctx.store.unit() as tx:
        said = {"lines": ["Synthetic."], "buttons": []}
        rows = [message_row(Kind.ALARM, str(n), now, params=said) for n in (1, 2)]
        one, two = await messages.add(tx, [{**row, "channel": Channel.SMS} for row in rows])

    async def claim() -> list[int]:
        async with world.ctx.store.unit() as tx:
            claimed = await claims.claim(tx, [one, two], "w", now)
            for row in claimed:
                await messages.end(tx, row.id, MessageState.CANCELLED)
            return sorted(row.id for row in claimed)

    async with world.ctx.store.unit() as tx:
        await messages.change(tx, one, rank=1)
        claiming = asyncio.create_task(claim())
        await asyncio.wait([claiming], timeout=_STANDS_BEFORE_THE_LOCK)
        waits_for_nobody = claiming.done()
    first = await claiming
    # On SQLite there is one writer: the claim comes after the change, and takes both.
    assert first == ([two] if waits_for_nobody else [one, two])
    assert sorted(first + await claim()) == [one, two]


@pytest.mark.parametrize("deed", [not_ours, recuse])
async def test_who_left_while_their_press_waited_does_nothing_any_more(
    world: World, deed: Callable[[Context, str, int], Coroutine[None, None, Reply]]
) -> None:
    await world.without_nurses()
    school = await world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
    await world.police.send(child_of(school))
    await world.settle()
    async with world.ctx.store.unit() as tx:
        (alert,) = await alerts.open_ones(tx)
        await notifications.by_id(tx, alert.notification_id, lock=True)
        doing = asyncio.create_task(deed(world.ctx, "mair", alert.id))
        await asyncio.wait([doing], timeout=_STANDS_BEFORE_THE_LOCK)
        leaving = asyncio.create_task(world.leaves("Mair"))
        await asyncio.wait([leaving], timeout=5)
        left_first = leaving.done()  # on SQLite there is one writer, and the press was first
    assert (await doing == nothing_here("en")) == left_first
    await leaving
    await world.settle()
    world.everyone_is_accounted_for()
