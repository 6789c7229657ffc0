"""Asking for a drill, and ending one by hand.

Dies before a commit: nothing was asked for. Dies after it: the row waits, confirmed, and the
drills' tick starts it, or ends it, when its time has come (`drill_due`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.drill import (
    Drill,
    DrillState,
    Reach,
    end_of,
    reach,
    schools_meant,
    start_meant,
)
from bot.domain.drill_report import DrillReport
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.routing import InForce
from bot.flow.context import Context, Stage
from bot.flow.drill_due import finish
from bot.flow.drill_report import report_of
from bot.flow.in_force import in_force
from bot.store import drills, events
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """A drill that was asked for or proposed, and what it would come to."""

    number: int
    schools: tuple[str, ...]
    start_at: datetime
    end_at: datetime
    reach: Reach


async def ask_for(ctx: Context, schools: str, at: datetime | None) -> Asked:
    """A drill that will start at `at`, or now, by the command line. SlipError if it cannot be
    meant; nothing is written then."""
    async with ctx.store.unit() as tx:
        return await write(tx, await in_force(ctx, tx), schools, at, ctx.now())


async def write(
    tx: Tx,
    known: InForce,
    schools: str,
    at: datetime | None,
    now: datetime,
    *,
    proposed_by: str | None = None,
) -> Asked:
    """Within a commit: the row of a drill, confirmed, or only proposed by this coordinator."""
    codes = schools_meant(schools, known.directory.schools)
    start_at = start_meant(at, now)
    end_at = end_of(known, codes, start_at)
    number = await drills.add(
        tx,
        schools=list(codes),
        asked_by=proposed_by,
        created_at=now,
        start_at=start_at,
        end_at=end_at,
        confirmed_at=None if proposed_by else now,
    )
    note = "drill:proposed" if proposed_by else "drill:asked"
    await say(tx, note, number, now, person_id=proposed_by, schools=len(codes))
    tx.wake(Stage.DRILL)
    return Asked(number, codes, start_at, end_at, reach(known, codes, start_at, end_at))


async def confirm(tx: Tx, known: InForce, drill: Drill, now: datetime) -> datetime:
    """Within a commit: a proposal becomes a drill; when it starts."""
    start_at = max(drill.start_at, now)
    end_at = end_of(known, drill.schools, start_at)
    await drills.change(tx, drill.number, confirmed_at=now, start_at=start_at, end_at=end_at)
    await say(tx, "drill:asked", drill.number, now, person_id=drill.asked_by)
    tx.wake(Stage.DRILL)
    return start_at


async def end(ctx: Context, number: int, by: str) -> DrillState:
    """End it now: what it left open is closed, or, if it had not started, it never will. How it
    stands then. NotFoundError if there is none, ConflictError if it is over."""
    async with ctx.store.unit() as tx:
        now = ctx.now()
        drill = await known_one(tx, number, now, lock=True)
        match drill.state(now):
            case DrillState.WAITING:
                await drills.change(tx, number, ended_at=now, ended_by=by)
                await say(tx, "drill:called_off", number, now, by=by)
                return DrillState.CALLED_OFF
            case DrillState.UNDER_WAY:
                await drills.change(tx, number, end_at=now, ended_by=by)
                tx.wake(Stage.DRILL)
            case _:
                raise ConflictError(f"Drill {number} is over already.")
    # At once, for whoever asked; should we die here, the tick does the same.
    await finish(ctx, number)
    return DrillState.OVER


async def known_one(tx: Tx, number: int, now: datetime, *, lock: bool = False) -> Drill:
    """A drill that was really asked for. NotFoundError for any other number: a proposal is nobody
    else's to know of."""
    drill = await drills.by_number(tx, number, lock=lock)
    unborn = (DrillState.PROPOSED, DrillState.LAPSED, DrillState.DECLINED)
    if drill is None or drill.state(now) in unborn:
        raise NotFoundError(f"There is no drill {number}.")
    return drill


async def listed(ctx: Context) -> Sequence[Drill]:
    """Every drill that was really asked for, the newest first."""
    async with ctx.store.reading() as tx:
        return await drills.confirmed(tx, over=True)


async def report(ctx: Context, number: int) -> tuple[DrillReport, InForce]:
    """What it came to, or has come to so far; and the directory, for the names of schools."""
    async with ctx.store.reading() as tx:
        drill = await known_one(tx, number, ctx.now())
        known = await in_force(ctx, tx)
        return await report_of(tx, known, drill, ctx.now()), known


async def say(tx: Tx, action: str, number: int, now: datetime, **detail: Any) -> None:
    """A line for the trail; a drill itself belongs to no notification."""
    await events.append(tx, events.line(action, now, drill=number, **detail))
