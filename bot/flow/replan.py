"""A school is closed that was to be open, or open after all: its open alerts are due at another
bell.

It is done in the commit that writes the closure down, and once more soon after it, for alerts that
were being raised meanwhile by the calendar as it was. Dies before that commit: nobody has closed
anything. Dies after it: the new deadlines, the words about them and the next look at the ladders
are there together, and the tick of this stage finds the second look by its row.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.calendar import Bell
from bot.domain.escalation import EscalationPolicy
from bot.domain.message import Kind
from bot.domain.quiet import end_of_hold
from bot.domain.replan import replanned
from bot.domain.routing import InForce
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, can_be_told, refresh_cards, subject_of, write_owed
from bot.store import alerts, closures, events, waits
from bot.store.unit_of_work import Tx

SECOND_LOOK = timedelta(seconds=20)
"""Longer than raising an alert takes: whoever began before the closure has ended by then."""
_PUT_OFF = timedelta(seconds=30)
log = logging.getLogger(__name__)


async def replan_due(ctx: Context) -> bool:
    """Give every school whose closures changed its second look."""
    async with ctx.store.reading() as tx:
        codes = {row.school_code for row in await closures.to_replan(tx, ctx.now())}
    for code in sorted(codes):
        try:
            async with ctx.store.unit() as tx:
                if await closures.to_replan(tx, ctx.now(), lock=True):
                    await replan_school(tx, await in_force(ctx, tx), code, ctx.now())
                    await closures.look_again(tx, code, None)
        except Exception:
            log.exception("planning a school's alerts anew failed")
            async with ctx.store.unit() as tx:
                await closures.look_again(tx, code, ctx.now() + _PUT_OFF)
    return False


async def replan_school(tx: Tx, known: InForce, school_code: str, now: datetime) -> int:
    """Give each open alert of this school the deadline that it has by now; how many moved.

    Whoever was told of one hears that it is due at another time, once for each time it moves.
    """
    if school_code not in known.directory.schools:
        return 0
    rows = await waits.open_of_school(tx, school_code)
    moved: list[tuple[Row[Any], EscalationPolicy, Bell]] = []
    for row in rows:
        policy = alerts.policy(row)
        bell = replanned(known, policy, school_code, row.raised_at, row.bell_at, now)
        if bell is not None:
            moved.append((row, policy, bell))
    for row, policy, bell in moved:
        held_until = row.held_until
        if held_until is not None and held_until > now:
            calendar = known.calendar_of(known.directory.schools[school_code])
            held_until = end_of_hold(policy.holiday, calendar, bell)
        await waits.replan(tx, row.id, bell_at=bell.at, held_until=held_until, at=now)
    await _say(tx, known, [(row, bell) for row, _, bell in moved], now)
    return len(moved)


async def _say(
    tx: Tx, known: InForce, moved: Sequence[tuple[Row[Any], Bell]], now: datetime
) -> None:
    numbers = [row.id for row, _ in moved]
    if not numbers:
        return
    told = await alerts.told(tx, numbers)
    children = await alerts.children(tx, numbers)
    owed: list[Owed] = []
    for row, bell in moved:
        await events.append(
            tx,
            events.line(
                "alert:replanned",
                now,
                notification_id=row.notification_id,
                alert_id=row.id,
                was=row.bell_at.isoformat(),
                bell_at=bell.at.isoformat(),
                lane=bell.lane.value,
            ),
        )
        settled_by = alerts.policy(row).settled_by
        stands = []
        for person_id in sorted(told[row.id]):
            person = known.directory.people.get(person_id)
            settles = person is not None and person.role in settled_by
            if settles and not may_take(known, person, row, children[row.id], now):
                continue  # who may not open it any more hears nothing more of it either
            stands.append(can_be_told(person, frozenset(row.excluded), now))
        occasion = f"{row.raising}.bell.{int(now.timestamp() * 1_000_000)}"
        owed += [
            Owed(subject_of(row), to, Kind.REPLANNED, occasion, rank)
            for rank, to in enumerate(stand for stand in stands if stand is not None)
        ]
    await write_owed(tx, now, owed)
    await refresh_cards(tx, now, numbers)
    tx.wake(Stage.ESCALATE, Stage.DISPATCH)
