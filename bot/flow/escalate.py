"""The ladder's tick: whatever is due is told, and there always is a next time (I7, I11).

Due times are rows. Dies before the commit: the row is due still. Dies after: the step's messages,
its tellings and the next due time are there together. Rows that cannot be climbed are put off one
by one, with an alarm, and hold up no other.
"""

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from bot.domain.alert import Leg
from bot.domain.cover import Reachable
from bot.domain.message import CARDS
from bot.domain.routing import InForce, climb
from bot.flow.asking import give_up
from bot.flow.context import Context, Stage
from bot.flow.digest import owe_digests
from bot.flow.in_force import in_force
from bot.flow.ladder import ladders
from bot.flow.tell import Owed, subject_of, write_climb, write_owed
from bot.store import alarms, alerts, events
from bot.store.unit_of_work import Tx

_BATCH = 20
"""So few, because the loop does nothing else meanwhile (ADR 30)."""
_PUT_OFF = timedelta(seconds=30)
_HELD = timedelta(minutes=1)
"""When an alert is looked at again that waits for the desk to say whom an exclusion means."""
log = logging.getLogger(__name__)


async def escalate_due(ctx: Context) -> bool:
    """Climb every ladder that is due; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        if not await alerts.any_due(tx, ctx.now()):
            return False
    try:
        return await _climb_batch(ctx, _BATCH)
    except Exception:
        log.exception("escalating a batch failed; its alerts are climbed one by one")
        more = True
        while more:
            more = await _climb_one_or_put_off(ctx)
        return False


async def _climb_batch(ctx: Context, limit: int) -> bool:
    async with ctx.store.unit() as tx:
        due = await alerts.due(tx, ctx.now(), limit)
        if due:
            await _climb_all(ctx, tx, await in_force(ctx, tx), due)
        return len(due) == limit


async def _climb_one_or_put_off(ctx: Context) -> bool:
    try:
        return await _climb_batch(ctx, 1)
    except Exception as error:
        log.exception("escalating an alert failed")
        async with ctx.store.unit() as tx:
            for row in await alerts.due(tx, ctx.now(), 1):
                await alerts.look_again(tx, [row.id], ctx.now() + _PUT_OFF)
                await alarms.set_off(
                    tx,
                    f"not_escalated:{row.reference}",
                    f"Reading its ladder failed ({type(error).__name__}).",
                    ctx.now(),
                )
        return True


async def _climb_all(ctx: Context, tx: Tx, known: InForce, due: Any) -> None:
    now = ctx.now()
    # The MASH desk's own ladder runs meanwhile, so that a held alert does not end in silence.
    await alerts.look_again(tx, [row.id for row in due if row.held], now + _HELD)
    due = [row for row in due if not row.held]
    owed: list[Owed] = []
    lines: list[dict[str, Any]] = []
    for row in due:
        if row.leg is Leg.QUESTION:  # whose owner may have gone away or left
            words, said = await give_up(tx, known, row, now)
            owed += words
            lines += said
    states = await ladders(tx, known, due)
    climbs: list[dict[str, Any]] = []
    kept: dict[datetime, list[Reachable]] = defaultdict(list)
    for row in due:
        state = states[row.id]
        climbed = climb(state, known.directory, now)
        words, said = await write_climb(
            tx, known, subject_of(row), state.policy, state.excluded, climbed, now
        )
        owed += words
        lines += said
        climbs.append(alerts.climbed_row(row.id, climbed))
        if row.next_step == 0 and row.held_until is not None and row.held_until <= now:
            kept[row.held_until] += [word.to for word in words if word.kind in CARDS]
    for held_until, to in kept.items():
        await owe_digests(tx, now, held_until, to)
    await write_owed(tx, now, owed)
    await events.append(tx, *lines)
    await alerts.set_climbs(tx, climbs)
    if owed:
        tx.wake(Stage.DISPATCH)
