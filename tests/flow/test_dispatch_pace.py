"""How fast messages leave, and who goes first."""

import asyncio
import itertools
from abc import abstractmethod
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.domain.message import Priority
from bot.domain.people import Channel, Role
from bot.flow.context import Stage
from bot.flow.dispatch import HORIZON
from bot.flow.drill import ask_for
from bot.store import pace
from bot.store.tables import messages
from bot.store.tables import pace as paces
from bot.store.unit_of_work import Tx
from tests.builders import at, child_of
from tests.flow.outbox import Wire, hold_back, put, strangers, texts_sent, word
from tests.world import World

ONE_SECOND = timedelta(seconds=1)


async def test_a_burst_leaves_evenly_and_never_faster_than_telegram_allows(world: World) -> None:
    Wire(world)
    await put(world, [word(world, phone) for phone in strangers(world, 90)])
    await world.settle()
    times = [entry.at for entry in world.sandbox.ledger.sends()]
    assert len(times) == 90
    assert all(later - at >= ONE_SECOND for at, later in zip(times, times[30:], strict=False))
    gaps = [later - at for at, later in itertools.pairwise(times)]
    assert timedelta(milliseconds=33) < min(gaps)
    assert max(gaps) < timedelta(milliseconds=35)
    assert world.sandbox.ledger.floods_earned == 0
    assert times[-1] - times[0] <= timedelta(seconds=89 / 30 * 1.05)


async def test_one_chat_gets_one_message_a_second_and_holds_up_no_other(world: World) -> None:
    Wire(world)
    busy, other = strangers(world, 2)
    await put(world, [*(word(world, busy, f"word {n}") for n in range(4)), word(world, other)])
    await world.settle()
    times = [entry.at for entry in world.sandbox.ledger.sends(busy.id)]
    assert [message.text for message in busy.messages] == [f"word {n}" for n in range(4)]
    assert all(later - at >= ONE_SECOND for at, later in itertools.pairwise(times))
    assert times[-1] - times[0] < timedelta(seconds=3.3)
    [at] = [entry.at for entry in world.sandbox.ledger.sends(other.id)]
    assert at < times[1]
    assert world.sandbox.ledger.floods_earned == 0


async def test_edits_keep_the_chat_s_pace_as_well(world: World) -> None:
    school = await world.school("Ysgol Bryn", dsp="Mair")
    await world.police.send(child_of(school))
    mair = world.phone("Mair")
    card = mair.expects("alert")
    Wire(world)
    mair.sandbox.press("Open details")
    mair.sandbox.say("/help")
    mair.sandbox.press("Acknowledge")
    await world.settle()
    mair.expects("answer.help")
    times = [e.at for e in world.sandbox.ledger.accepted if e.method != "answerCallbackQuery"][-3:]
    assert all(later - at >= ONE_SECOND for at, later in itertools.pairwise(times))
    assert "you acknowledged" in card.text
    assert world.sandbox.ledger.floods_earned == 0


async def test_the_nearest_bell_goes_first_and_each_first_person_before_anyone_s_second(
    world: World,
) -> None:
    near, far = world.clock.now() + timedelta(hours=1), world.clock.now() + timedelta(hours=2)
    order = [
        ("answer", Priority.ANSWER, far, 1),
        ("view", Priority.VIEW, far, 0),
        ("near, first person", Priority.ALERT, near, 0),
        ("near, first of another", Priority.ALERT, near, 0),
        ("near, second person", Priority.ALERT, near, 1),
        ("far, first person", Priority.ALERT, far, 0),
        ("drill", Priority.DRILL, near, 0),
        ("stranger", Priority.STRANGER, near, 0),
    ]
    phones = strangers(world, len(order))
    rows = [
        word(world, phone, text, priority=priority, bell_at=bell, rank=rank)
        for phone, (text, priority, bell, rank) in zip(phones, order, strict=True)
    ]
    # The two equals keep the order in which they were owed; the rest is put in backwards.
    await put(world, [*reversed(rows[4:]), *rows[2:4], *reversed(rows[:2])])
    await world.settle()
    assert texts_sent(world) == [text for text, *_ in order]


async def test_of_a_morning_s_alerts_the_nearest_school_and_its_first_person_hear_first(
    world: World,
) -> None:
    late = await world.school("Ysgol Bryn", bell="09:00")
    early = await world.school("Ysgol Glan", bell="08:30")
    for school in (late, early):
        for order in (2, 1):
            name = f"{school.name} {order}"
            await world.person(name, Role.DSP, schools=[school.code], order=order)
    Wire(world)
    await hold_back(world, seconds=3)
    for school in (late, early, early):
        await world.police.send(child_of(school))
    before = len(world.sandbox.ledger.accepted)
    await world.advance(seconds=10)
    told = [entry.chat_id for entry in world.sandbox.ledger.accepted[before:]]
    named = {world.phone(f"{s.name} {n}").sandbox.id: (s, n) for s in (late, early) for n in (1, 2)}
    expected = [(early, 1), (early, 2), (late, 1), (late, 2), (early, 1), (early, 2)]
    assert [named[chat] for chat in told if chat in named] == expected
    assert world.sandbox.ledger.floods_earned == 0
    world.everyone_is_accounted_for()


async def test_a_real_notice_overtakes_a_drill(world: World) -> None:
    early = await world.school("Ysgol Bryn", bell="08:30", dsp="Mair")
    late = await world.school("Ysgol Glan", bell="09:00", dsp="Megan")
    await world.without_nurses()
    Wire(world)
    await hold_back(world, seconds=3)
    await ask_for(world.ctx, early.code, None)
    await world.stagehand.tick()
    await world.police.send(child_of(late))
    before = len(world.sandbox.ledger.accepted)
    await world.advance(seconds=10)
    told = [entry.chat_id for entry in world.sandbox.ledger.accepted[before:]]
    assert told == [world.phone("Megan").sandbox.id, world.phone("Mair").sandbox.id]
    world.everyone_is_accounted_for()


class HeldUp(Clock):
    """The time in force, for a worker that is held up at times."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def steady(self) -> float:
        return self._clock.steady()

    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:
        await self._clock.sleep_until(self.goes_on(at), idle=idle)

    @abstractmethod
    def goes_on(self, at: datetime) -> datetime:
        """When it does, that would at this instant."""


class Tardy(HeldUp):
    """It stands still for the first half of each second."""

    def goes_on(self, at: datetime) -> datetime:
        return max(at, at.replace(microsecond=500_000))


class Frozen(HeldUp):
    """It stands still once, for three seconds."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._until = clock.now() + timedelta(seconds=3)

    def goes_on(self, at: datetime) -> datetime:
        return max(at, self._until)


async def test_a_worker_that_is_held_up_does_not_spoil_the_pace_it_shares(world: World) -> None:
    times: list[datetime] = []

    async def another_worker() -> None:
        gap = timedelta(seconds=1 / world.ctx.rate)
        while True:
            async with world.ctx.store.unit() as tx:
                slot_at = await pace.take(tx, Channel.TELEGRAM, world.clock.now())
                mine = [slot_at, slot_at + gap, slot_at + 2 * gap]
                await pace.set_next(tx, Channel.TELEGRAM, slot_at + 3 * gap)
            times.extend(mine)
            await world.clock.sleep_until(mine[-1])
            world.ctx.store.on_wake([Stage.DISPATCH])

    Wire(world)
    world.app.dispatcher.shares = lambda: True
    world.ctx.clock = Tardy(world.clock)
    await put(world, [word(world, phone) for phone in strangers(world, 150)])
    other = asyncio.create_task(another_worker())
    await world.advance(seconds=20)
    other.cancel()
    own = [entry.at for entry in world.sandbox.ledger.sends()]
    assert len(own) == 150
    assert sum(own[0] < at < own[-1] for at in times) > 60, "they shared the pace"
    times = sorted(times + own)
    assert all(later - at >= ONE_SECOND for at, later in zip(times, times[30:], strict=False))


async def test_those_that_miss_their_slots_take_others_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes, take = list[datetime](), pace.take

    async def counted(tx: Tx, channel: Channel, now: datetime) -> datetime:
        takes.append(now)
        return await take(tx, channel, now)

    monkeypatch.setattr(pace, "take", counted)
    Wire(world)
    world.app.dispatcher.shares = lambda: True
    world.ctx.clock = Frozen(world.clock)
    await put(world, [word(world, phone) for phone in strangers(world, 5)])
    await world.advance(seconds=10)
    times = [entry.at for entry in world.sandbox.ledger.sends()]
    assert len(times) == 5
    assert all(later - at > timedelta(milliseconds=33) for at, later in itertools.pairwise(times))
    assert len(takes) == 2, "one in the claim, and one for all that the worker stood still over"


class Late(HeldUp):
    """It wakes up a twentieth of a second late each time."""

    def goes_on(self, at: datetime) -> datetime:
        return at + timedelta(milliseconds=50)


async def test_a_worker_that_is_always_late_sends_late_rather_than_never(world: World) -> None:
    Wire(world)
    world.app.dispatcher.shares = lambda: True
    world.ctx.clock = Late(world.clock)
    await put(world, [word(world, phone) for phone in strangers(world, 3)])
    await world.advance(seconds=30)
    assert len(world.sandbox.ledger.sends()) == 3


async def test_one_that_misses_its_slots_does_not_hold_up_the_channel(world: World) -> None:
    Wire(world)
    world.app.dispatcher.shares = lambda: True
    clock, world.ctx.clock = world.clock, Late(world.clock)
    [phone] = strangers(world, 1)
    await put(world, [word(world, phone)])
    for _ in range(200):
        await world.advance(seconds=0.1)
        async with world.ctx.store.reading() as tx:
            row = await tx.first(select(paces).where(paces.c.channel == Channel.TELEGRAM))
        assert row is not None
        assert row.next_slot_at < clock.now() + HORIZON
        if world.sandbox.ledger.sends(phone.id):
            break
    else:
        raise AssertionError("it was never sent")


async def test_what_a_frozen_worker_never_sent_goes_at_once_and_is_no_repeat(world: World) -> None:
    Wire(world)
    world.ctx.clock, world.ctx.claim_seconds = Frozen(world.clock), 3
    [phone] = strangers(world, 1)
    await put(world, [word(world, phone)])
    await world.advance(seconds=5)
    assert len(world.sandbox.ledger.sends(phone.id)) == 1
    async with world.ctx.store.reading() as tx:
        assert (await tx.all(select(messages.c.unknowns)))[0].unknowns == 0


async def test_a_clock_stepped_back_by_an_hour_holds_nobody_up(world: World) -> None:
    await world.without_nurses()
    bryn = await world.school("Ysgol Bryn", dsp="Mair")
    glan = await world.school("Ysgol Glan", dsp="Megan")
    await world.starts_at(at("08:05"))
    await world.police.send(child_of(bryn))
    await world.settle()
    world.phone("Mair").expects("alert")
    world.clock.move_to(at("07:05"))
    await world.police.send(child_of(glan))
    await world.advance(seconds=10)
    world.phone("Megan").expects("alert")
