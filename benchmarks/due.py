"""Many ladders due at once: how long it takes, and how long the event loop is held up at a time."""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.figures import Figure, spread
from benchmarks.rig import notice, prepare, without_nurses
from benchmarks.stalls import longest, note_stalls
from benchmarks.ticks import fill
from bot.clock import MachineClock
from bot.flow.context import Context
from bot.flow.escalate import escalate_due
from bot.flow.new_notices import Incoming
from bot.flow.partners import recognise
from bot.flow.raise_alerts import raise_due
from bot.flow.reception import Reception
from bot.intake.document import read_json
from bot.store import alerts
from bot.store.unit_of_work import Store

_SCHOOLS, _RECIPIENTS = 200, 3
_ROUNDS = 100_000
_TIMES = 7


@asynccontextmanager
async def _climbing(ladders: int) -> AsyncIterator[tuple[Context, Path]]:
    """A service with so many ladders, none due, and where stalls may be noted."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as place:
        folder = Path(place)
        url, config = f"sqlite+aiosqlite:///{folder / 'due.db'}", without_nurses(folder)
        key = await prepare(url, config, _SCHOOLS, _RECIPIENTS)
        ctx = Context(Store(url), MachineClock(), "bench")
        try:
            await _raised(ctx, key, ladders)
            yield ctx, folder / "stalls"
        finally:
            await ctx.store.close()


async def _open_ones(ctx: Context, ladders: int) -> list[int]:
    async with ctx.store.reading() as tx:
        numbers = [row.id for row in await alerts.open_ones(tx)]
    assert len(numbers) == ladders
    return numbers


async def _are_due(ctx: Context, numbers: list[int]) -> None:
    async with ctx.store.unit() as tx:
        await alerts.look_again(tx, numbers, ctx.now(), hurry=True)


async def _climb(ctx: Context) -> None:
    for _ in range(_ROUNDS):
        if not await escalate_due(ctx):
            return


async def due_at_once(ladders: int) -> Figure:
    """Everything from the first look to the last step in the outbox; nothing is sent."""
    async with _climbing(ladders) as (ctx, stalls):
        await _are_due(ctx, await _open_ones(ctx, ladders))
        noting, begun = asyncio.create_task(note_stalls(stalls)), time.time()
        await _climb(ctx)
        took = time.time() - begun
        await asyncio.sleep(0.05)  # the last one is noted behind it
        noting.cancel()
        async with ctx.store.reading() as tx:
            left = [r for r in await alerts.open_ones(tx) if r.next_step_at <= ctx.now()]
        assert not left, f"{len(left)} ladders were not climbed"
        held_up = longest(stalls, begun)
    return Figure(
        f"{ladders:,} ladders due at once: longest time the loop was held up",
        f"{held_up * 1e3:.0f} ms",
        f"all of them: {took:.1f} s",
        held_up / took,
        "50 ms",
        held_up / 0.05,
    )


async def due_among(ladders: int, open_alerts: int) -> Figure:
    """So many due among so many open ones that are not: from the first look to the last step in
    the outbox; others each time, each for its first time."""
    async with _climbing(ladders * _TIMES) as (ctx, _):
        numbers = await _open_ones(ctx, ladders * _TIMES)
        await fill(ctx, open_alerts, first=max(numbers) + 1)
        took = []
        for turn in range(_TIMES):
            await _are_due(ctx, numbers[turn::_TIMES])
            begin = time.perf_counter()
            await _climb(ctx)
            took.append(time.perf_counter() - begin)
    middle = statistics.median(took)
    return Figure(
        f"a tick, {open_alerts:,} open alerts, {ladders} due",
        spread(took),
        f"for each of them: {middle / ladders * 1e3:.2f} ms",
        middle / 0.025,
        "25 ms",
        middle / 0.025,
    )


async def _raised(ctx: Context, key: str, ladders: int) -> None:
    """So many notices taken in and raised, as they are when they come."""
    partner = (await recognise(ctx, key)).partner
    assert partner is not None
    reception = Reception(ctx)

    async def take(number: int) -> None:
        body = json.dumps(notice(number, _SCHOOLS)).encode()
        submission = read_json(body, ctx.now())
        await reception.take(Incoming(partner.id, partner.name, "api", body, submission))

    for begin in range(0, ladders, 50):
        await asyncio.gather(*(take(number) for number in range(begin, begin + 50)))
    for _ in range(_ROUNDS):
        if not await raise_due(ctx):
            return


if __name__ == "__main__":
    print(asyncio.run(due_at_once(1000)).row())
