"""Closures that nobody planned, as rows: laid over the calendars as long as they stand."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.calendar import DayRange
from bot.store.tables import closures
from bot.store.unit_of_work import Tx

_STANDS = closures.c.ended_at.is_(None)


async def add(
    tx: Tx,
    *,
    school_code: str,
    first_on: date,
    last_on: date,
    why: str,
    added_by: str,
    added_at: datetime,
) -> bool:
    """Put one down; False if the school is closed for just these days already."""
    values = {
        "school_code": school_code,
        "first_on": first_on,
        "last_on": last_on,
        "why": why,
        "added_by": added_by,
        "added_at": added_at,
        "replan_at": added_at,
    }
    result = await tx.execute(tx.insert(closures).values(**values).on_conflict_do_nothing())
    return bool(result.rowcount)


async def end(tx: Tx, number: int, by: str, at: datetime) -> bool:
    """The school is open on these days after all; False if that had been said already."""
    result = await tx.execute(
        update(closures)
        .where(closures.c.id == number, _STANDS)
        .values(ended_by=by, ended_at=at, replan_at=at)
    )
    return bool(result.rowcount)


async def by_number(tx: Tx, number: int) -> Row[Any] | None:
    return await tx.first(select(closures).where(closures.c.id == number))


async def standing(tx: Tx, *, from_day: date | None = None) -> Sequence[Row[Any]]:
    """Every closure that has not been ended; with `from_day` those that are not over by then."""
    statement = select(closures).where(_STANDS)
    if from_day is not None:
        statement = statement.where(closures.c.last_on >= from_day)
    return await tx.all(statement.order_by(closures.c.first_on, closures.c.school_code))


async def by_school(tx: Tx) -> dict[str, tuple[DayRange, ...]]:
    """What stands, as days of each school by its code."""
    found: dict[str, list[DayRange]] = defaultdict(list)
    for row in await standing(tx):
        found[row.school_code].append(DayRange(row.first_on, row.last_on, row.why))
    return {code: tuple(days) for code, days in found.items()}


# --- what a tick finds ---------------------------------------------------------------------------


async def to_replan(tx: Tx, now: datetime, *, lock: bool = False) -> Sequence[Row[Any]]:
    statement = select(closures).where(closures.c.replan_at <= now).order_by(closures.c.id)
    return await tx.all(statement.with_for_update(skip_locked=True) if lock else statement)


async def look_again(tx: Tx, school_code: str, at: datetime | None) -> None:
    """This school's alerts are looked at then for deadlines that moved; None: that was done."""
    await tx.execute(
        update(closures)
        .where(closures.c.school_code == school_code, closures.c.replan_at.is_not(None))
        .values(replan_at=at)
    )
