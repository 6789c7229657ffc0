"""One look for all stages: whose rows have come due.

Each stage could look for itself at every tick, and does so each half minute (`App`): this spares a
dozen looks a second that find nothing. A stage that this look forgot would be half a minute late,
which the watch says (`store/invariants`).
"""

from bot.flow.context import Context, Stage
from bot.store import figures

_SERVES = {
    "notification": Stage.RAISE, "ladder": Stage.ESCALATE, "view": Stage.HIDE, "link": Stage.HIDE,
    "containment": Stage.CONTAIN, "plan": Stage.PLAN, "offer": Stage.OFFER, "cover": Stage.COVER,
    "absence": Stage.COVER, "readiness": Stage.READY, "update": Stage.HEAR, "drill": Stage.DRILL,
    "drill_end": Stage.DRILL, "closure": Stage.REPLAN, "outage": Stage.OUTAGE,
}  # fmt: skip
"""Of each kind that waits, but for the outbox's, whose tick is quicker than this look."""


async def due_stages(ctx: Context) -> set[Stage]:
    """The stages for which something is due now."""
    now = ctx.now()
    async with ctx.store.reading() as tx:
        soonest = await figures.soonest_besides_messages(tx)
    due = {_SERVES[name] for name, at in soonest.items() if at is not None and at <= now}
    # While a channel fails as a whole, what grows too old goes by the next way at each look.
    return due | {Stage.OUTAGE} if ctx.second is not None else due
