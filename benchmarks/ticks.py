"""What a tick costs with many open alerts and none due: it must not grow with their number."""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import CTE, ColumnElement, Table, Text, insert, literal, select, text

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
from bot.store.unit_of_work import Store, Tx

_CONFIG = Path(__file__).parent.parent / "config"
_BATCH = 100_000
_ROUNDS = 50
_AUDITED = 100_000
"""Open alerts up to which the self-audit has a target."""


@asynccontextmanager
async def _open(open_alerts: int) -> AsyncIterator[Context]:
    """A service with so many open alerts whose next step is an hour away."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ticks.db'}"
        await schema.migrate(url)
        ctx = Context(Store(url), MachineClock(), "bench")
        try:
            await take_config(ctx, read_config(_CONFIG))
            await fill(ctx, open_alerts)
            yield ctx
        finally:
            await ctx.store.close()


async def _tick(ctx: Context) -> None:
    await raise_due(ctx)
    await escalate_due(ctx)
    await hide_due(ctx)


async def ticks(open_alerts: int) -> list[Figure]:
    """The tick of the raising, escalating and hiding stages, and the self-audit, over this many
    open alerts whose next step is an hour away."""
    async with _open(open_alerts) as ctx:

        async def audit() -> None:
            assert await check_invariants(ctx.store, ctx, history=False) == []

        async def raw() -> None:
            async with ctx.store.reading() as tx:
                await tx.all(select(text("1")))

        limit = await _times(raw)
        ticking, auditing = await _times(partial(_tick, ctx)), await _times(audit)
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


async def growth(few: int, many: int) -> Figure:
    """The tick over many open alerts, beside the one over few."""
    took = {}
    for open_alerts in (few, many):
        async with _open(open_alerts) as ctx:
            took[open_alerts] = await _times(partial(_tick, ctx))
    ratio = statistics.median(took[many]) / statistics.median(took[few])
    return Figure(
        f"a tick, {many:,} open alerts, none due",
        spread(took[many]),
        f"{few:,} open: {spread(took[few])}",
        ratio,
        "at most 3 × that",
        ratio / 3,
    )


async def _times(act: Callable[[], Awaitable[None]]) -> list[float]:
    for _ in range(5):
        await act()
    took = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        await act()
        took.append(time.perf_counter() - begin)
    return took


async def fill(ctx: Context, open_alerts: int, *, first: int = 1) -> None:
    """So many alerts, numbered from this one, whose next step is an hour away."""
    now = ctx.now()
    async with ctx.store.unit() as tx:
        partner = await partners.named(tx, "Bench Force", now)
    for begin in range(first, first + open_alerts, _BATCH):
        series = select(literal(begin).label("n")).cte(recursive=True)
        last = min(begin + _BATCH, first + open_alerts) - 1
        series = series.union_all(select(series.c.n + 1).where(series.c.n < last))
        number = series.c.n
        async with ctx.store.unit() as tx:
            await _fill(
                tx, notifications, series, id=number, reference=literal("ENC-") + number.cast(Text),
                partner_id=partner, source_reference=number.cast(Text),
                state=NotificationState.RAISED, version=1, raised_version=1, content={},
                excluded=[], received_at=now, raise_attempts=0,
            )  # fmt: skip
            await _fill(
                tx, alerts, series, id=number, notification_id=number, leg=Leg.SCHOOL,
                school_code="9992001", task="", state=AlertState.OPEN, raising=1, raised_at=now,
                bell_at=now, late=False, policy={}, next_step=1,
                next_step_at=now + timedelta(hours=1), hurry=False,
            )  # fmt: skip


async def _fill(tx: Tx, table: Table, series: CTE, **values: Any) -> None:
    """A row for each number of the series, made by the database."""
    made = [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]
    await tx.execute(insert(table).from_select(list(values), select(*made).select_from(series)))
