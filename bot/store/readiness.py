"""The checks of cover as rows: when each is due, and what it found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.evening import CheckKind
from bot.store.tables import readiness_checks
from bot.store.unit_of_work import Tx


async def plan(tx: Tx, checks: Iterable[tuple[date, CheckKind, datetime]]) -> None:
    """These are to be done, each once, whoever plans them."""
    rows = [{"day": day, "kind": kind, "due_at": at, "told": 0} for day, kind, at in checks]
    if rows:
        await tx.execute(tx.insert(readiness_checks).on_conflict_do_nothing(), rows)


async def due(tx: Tx, now: datetime) -> list[int]:
    """The checks whose time has come, the earliest first."""
    rows = await tx.all(
        select(readiness_checks.c.id)
        .where(readiness_checks.c.done_at.is_(None), readiness_checks.c.due_at <= now)
        .order_by(readiness_checks.c.due_at, readiness_checks.c.id)
    )
    return [row.id for row in rows]


async def due_one(tx: Tx, number: int, now: datetime) -> Row[Any] | None:
    """This one, if it is due still and no other worker holds it; locked until the commit."""
    return await tx.first(
        select(readiness_checks)
        .where(
            readiness_checks.c.id == number,
            readiness_checks.c.done_at.is_(None),
            readiness_checks.c.due_at <= now,
        )
        .with_for_update(skip_locked=True)
    )


async def later_one_due(tx: Tx, row: Row[Any], now: datetime) -> bool:
    """Whether the same day's next check is due as well: then this one would say the same twice."""
    later = select(readiness_checks.c.id).where(
        readiness_checks.c.day == row.day,
        readiness_checks.c.kind == CheckKind.MORNING,
        readiness_checks.c.id != row.id,
        readiness_checks.c.due_at <= now,
    )
    return await tx.first(later) is not None


async def done(
    tx: Tx, number: int, at: datetime, gaps: Sequence[Mapping[str, Any]], told: int
) -> None:
    await tx.execute(
        update(readiness_checks)
        .where(readiness_checks.c.id == number)
        .values(done_at=at, gaps=list(gaps), told=told)
    )


async def put_off(tx: Tx, number: int, until: datetime) -> None:
    await tx.execute(
        update(readiness_checks).where(readiness_checks.c.id == number).values(due_at=until)
    )


async def by_id(tx: Tx, number: int) -> Row[Any] | None:
    return await tx.first(select(readiness_checks).where(readiness_checks.c.id == number))
