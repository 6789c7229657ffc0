"""Triage tasks as rows: what the MASH desk is asked, and what it settled."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from bot.store.tables import triage_tasks
from bot.store.unit_of_work import Tx


async def add(tx: Tx, **values: Any) -> None:
    await tx.execute(insert(triage_tasks).values(**values))


async def of_alert(tx: Tx, alert_id: int) -> Row[Any] | None:
    return await tx.first(select(triage_tasks).where(triage_tasks.c.alert_id == alert_id))


async def of_alerts(tx: Tx, ids: Collection[int]) -> dict[int, Row[Any]]:
    if not ids:
        return {}
    rows = await tx.all(select(triage_tasks).where(triage_tasks.c.alert_id.in_(ids)))
    return {row.alert_id: row for row in rows}


async def decide(tx: Tx, alert_id: int, decision: str, person_id: str, at: datetime) -> None:
    await tx.execute(
        update(triage_tasks)
        .where(triage_tasks.c.alert_id == alert_id)
        .values(decision=decision, decided_by=person_id, decided_at=at)
    )


async def undecide(tx: Tx, alert_id: int) -> None:
    """The task stands open again."""
    await tx.execute(
        update(triage_tasks)
        .where(triage_tasks.c.alert_id == alert_id)
        .values(decision=None, decided_by=None, decided_at=None)
    )
