"""A thousand ladders due at once: how long the event loop is held up at a time."""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.rig import notice, prepare, without_nurses
from benchmarks.stalls import longest, note_stalls
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


async def due_at_once(ladders: int) -> Figure:
    """Everything from the first look to the last step in the outbox; nothing is sent."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as place:
        folder = Path(place)
        url, config = f"sqlite+aiosqlite:///{folder / 'due.db'}", without_nurses(folder)
        key = await prepare(url, config, _SCHOOLS, _RECIPIENTS)
        ctx = Context(Store(url), MachineClock(), "bench")
        try:
            await _raised(ctx, key, ladders)
            async with ctx.store.unit() as tx:
                open_ones = [row.id for row in await alerts.open_ones(tx)]
                await alerts.look_again(tx, open_ones, ctx.now(), hurry=True)
            assert len(open_ones) == ladders
            stalls = folder / "stalls"
            noting, begun = asyncio.create_task(note_stalls(stalls)), time.time()
            for _ in range(_ROUNDS):
                if not await escalate_due(ctx):
                    break
            took = time.time() - begun
            await asyncio.sleep(0.05)  # the last one is noted behind it
            noting.cancel()
            async with ctx.store.reading() as tx:
                left = [r for r in await alerts.open_ones(tx) if r.next_step_at <= ctx.now()]
            assert not left, f"{len(left)} ladders were not climbed"
            held_up = longest(stalls, begun)
        finally:
            await ctx.store.close()
    return Figure(
        f"{ladders:,} ladders due at once: longest time the loop was held up",
        f"{held_up * 1e3:.0f} ms",
        f"all of them: {took:.1f} s",
        held_up / took,
        "50 ms",
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
