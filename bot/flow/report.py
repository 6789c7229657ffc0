"""Content-free figures: for a partnership's board, and for the metrics page."""

from datetime import date, datetime, time, timedelta

from bot.domain.calendar import LONDON
from bot.flow.context import Context
from bot.store import figures


async def report(ctx: Context, first: date, last: date) -> dict[str, int]:
    """Figures of the local days from `first` to `last`, both included."""
    begin = datetime.combine(first, time(), LONDON)
    end = datetime.combine(last + timedelta(days=1), time(), LONDON)
    async with ctx.store.reading() as tx:
        return await figures.between(tx, begin, end, ctx.now())


async def metrics(ctx: Context) -> dict[str, float]:
    """Gauges by name; seconds for what is overdue."""
    async with ctx.store.reading() as tx:
        gauges: dict[str, float] = dict(await figures.gauges(tx))
        soonest = await figures.soonest(tx)
    for name, at in soonest.items():
        late = (ctx.now() - at).total_seconds() if at else 0.0
        gauges[f"{name}_overdue_seconds"] = max(0.0, late)
    return gauges


async def due_next(ctx: Context) -> dict[str, datetime]:
    """What is due next, of each kind that waits."""
    async with ctx.store.reading() as tx:
        return {name: at for name, at in (await figures.soonest(tx)).items() if at is not None}
