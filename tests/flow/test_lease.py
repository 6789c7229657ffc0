"""Who hears Telegram, where renewing takes long, the clock steps, or another takes over."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.app import LEASE
from bot.clock import HandClock
from bot.flow.context import Context
from bot.flow.hear import Hearer, store_updates
from bot.flow.lease import Lease
from bot.store import leases
from tests.builders import at


@pytest.fixture
def clock() -> HandClock:
    return HandClock(at("08:00"))


@pytest.fixture
async def ctx(database: str, clock: HandClock) -> AsyncIterator[Context]:
    ctx = Context.on(database, clock)
    yield ctx
    await ctx.store.close()


@pytest.fixture
async def another(database: str, clock: HandClock) -> AsyncIterator[Context]:
    ctx = Context.on(database, clock)
    yield ctx
    await ctx.store.close()


def nothing() -> int:
    return 0


def passes(clock: HandClock, **span: float) -> None:
    clock.move_to(clock.now() + timedelta(**span))


async def pressed(ctx: Context, *numbers: int) -> None:
    """All in one chat."""
    await store_updates(
        ctx, [{"update_id": number, "message": {"chat": {"id": 5}}} for number in numbers]
    )


async def test_who_waits_for_it_goes_on_behind_a_renewal_that_outlasted_it(
    ctx: Context, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, take, asked = Lease(ctx, LEASE), leases.take, asyncio.Event()

    async def slow(*given: Any) -> int | None:
        passes(clock, seconds=4.5)
        asked.set()
        await asyncio.sleep(0)
        return await take(*given)

    assert await lease.renew()
    passes(clock, seconds=2)
    monkeypatch.setattr(leases, "take", slow)
    renewing = asyncio.create_task(lease.renew())
    await asked.wait()
    waiting = asyncio.create_task(lease.wait())
    assert await renewing
    await asyncio.wait_for(waiting, 5)


async def test_stepping_aside_ends_though_the_clock_is_stepped_back(
    ctx: Context, another: Context, clock: HandClock
) -> None:
    lease, ready = Lease(ctx, LEASE), Lease(another, LEASE)
    assert await lease.renew()
    await pressed(ctx, 1)
    for _ in range(13):
        passes(clock, seconds=1)
        await ready.renew()
        await lease.renew()
    assert not await lease.keep(nothing)
    clock.move_to(clock.now() - timedelta(hours=1))
    passes(clock, seconds=1)
    assert await lease.keep(nothing)


async def test_a_worker_knows_of_another_that_sends_nothing_and_of_none_that_is_gone(
    ctx: Context, another: Context, clock: HandClock
) -> None:
    lease, ready = Lease(ctx, LEASE), Lease(another, LEASE)
    assert await lease.renew()
    assert not lease.others
    assert not await ready.renew()
    assert ready.others
    assert await lease.renew()
    assert lease.others
    passes(clock, seconds=5)
    assert await lease.renew()
    passes(clock, seconds=5)
    assert await lease.renew()
    assert not lease.others


async def test_what_is_in_hand_ends_before_another_hears(
    ctx: Context, another: Context, clock: HandClock
) -> None:
    lease, ready = Lease(ctx, LEASE), Lease(another, LEASE)
    heard, begun, go_on = list[tuple[str, int]](), asyncio.Event(), asyncio.Event()

    async def slow(update: dict[str, Any]) -> None:
        begun.set()
        await go_on.wait()
        heard.append(("the slow one", update["update_id"]))

    async def quick(update: dict[str, Any]) -> None:
        heard.append(("the other", update["update_id"]))

    first = Hearer(ctx, slow, hold=lambda: lease.hold)
    second = Hearer(another, quick, hold=lambda: ready.hold)
    assert await lease.renew()
    await pressed(ctx, 1, 2, 3)
    await first.step()
    await begun.wait()
    for _ in range(13):
        passes(clock, seconds=1)
        await ready.renew()
        await lease.renew()
    assert not await lease.keep(lambda: first.in_flight)
    assert not await ready.renew()
    await second.step()
    await second.drain()
    assert not heard
    go_on.set()
    await first.drain()
    assert not await lease.keep(lambda: first.in_flight)
    assert await ready.renew()
    await second.step()
    await second.drain()
    assert heard == [("the slow one", 1), ("the other", 2), ("the other", 3)]
