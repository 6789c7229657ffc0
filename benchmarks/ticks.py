"""What a tick costs with many open alerts and none due: it must not grow with their number."""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from benchmarks.figures import Figure, spread
from bot.clock import MachineClock
from bot.domain.alert import AlertState, Leg, NotificationState
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.escalate import escalate_due
from bot.flow.open_alert import hide_due
from bot.flow.raise_alerts import raise_due
from bot.flow.watch import check_invariants
from bot.store import partners, schema
from bot.store.tables import alerts, notifications
from bot.store.unit_of_work import Store

_CONFIG = Path(__file__).parent.parent / "config"
_BATCH = 20_000
_ROUNDS = 50
_AUDITED = 100_000
"""Open alerts up to which the self-audit has a target."""


async def ticks(open_alerts: int) -> list[Figure]:
    """The tick of the raising, escalating and hiding stages, and the self-audit, over this many
    open alerts whose next step is an hour away."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ticks.db'}"
        await schema.migrate(url)
        ctx = Context(Store(url), MachineClock(), "bench")
        try:
            await take_config(ctx, read_config(_CONFIG))
            await fill(ctx, open_alerts)

            async def tick() -> None:
                await raise_due(ctx)
                await escalate_due(ctx)
                await hide_due(ctx)

            async def audit() -> None:
                assert await check_invariants(ctx.store, ctx, history=False) == []

            async def raw() -> None:
                async with ctx.store.reading() as tx:
                    await tx.all(select(text("1")))

            limit = await _times(raw)
            ticking, auditing = await _times(tick), await _times(audit)
        finally:
            await ctx.store.close()
    beside = f"`SELECT 1` the same way: {spread(limit)}"
    middle = statistics.median(limit)
    count = f"{open_alerts:,} open alerts, none due"
    return [
        Figure(f"a tick, {count}", spread(ticking), beside,
               statistics.median(ticking) / middle, "under 5 ms, flat",
               statistics.median(ticking) / 0.005),
        Figure(f"the self-audit, {count}", spread(auditing), beside,
               statistics.median(auditing) / middle, "under 50 ms at 100,000",
               statistics.median(auditing) / 0.05 if open_alerts <= _AUDITED else None),
    ]  # fmt: skip


async def _times(act: Callable[[], Awaitable[None]]) -> list[float]:
    for _ in range(5):
        await act()
    took = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        await act()
        took.append(time.perf_counter() - begin)
    return took


async def fill(ctx: Context, open_alerts: int) -> None:
    """So many alerts, numbered from 1, whose next step is an hour away."""
    now = ctx.now()
    async with ctx.store.unit() as tx:
        partner = await partners.named(tx, "Bench Force", now)
    for begin in range(1, open_alerts + 1, _BATCH):
        numbers = range(begin, min(begin + _BATCH, open_alerts + 1))
        async with ctx.store.unit() as tx:
            await tx.execute(
                notifications.insert(),
                [
                    {
                        "id": number, "reference": f"ENC-{number}", "partner_id": partner,
                        "source_reference": str(number), "state": NotificationState.RAISED,
                        "version": 1, "raised_version": 1, "content": {}, "excluded": [],
                        "received_at": now, "raise_attempts": 0,
                    }
                    for number in numbers
                ],
            )  # fmt: skip
            await tx.execute(
                alerts.insert(),
                [
                    {
                        "id": number, "notification_id": number, "leg": Leg.SCHOOL,
                        "school_code": "9992001", "task": "", "state": AlertState.OPEN,
                        "raising": 1, "raised_at": now, "bell_at": now, "late": False,
                        "policy": {}, "next_step": 1,
                        "next_step_at": now + timedelta(hours=1), "hurry": False,
                    }
                    for number in numbers
                ],
            )  # fmt: skip
