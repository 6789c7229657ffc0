"""Questions to the MASH desk as rows: each hangs on the alert that is its ladder."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.asking import Asked
from bot.store.tables import alerts, question_askers, questions
from bot.store.unit_of_work import Tx

_WITH_DUTY = select(
    questions,
    alerts.c.notification_id,
    alerts.c.school_code,
    alerts.c.state,
    alerts.c.bell_at,
).join(alerts, alerts.c.id == questions.c.alert_id)


async def add(tx: Tx, **values: Any) -> None:
    await tx.execute(insert(questions).values(**values))


async def add_asker(tx: Tx, question: int, person_id: str, about_id: int, at: datetime) -> bool:
    """Somebody wants to know it as well; whether they had not said so before."""
    row = {"question_id": question, "person_id": person_id, "about_id": about_id, "asked_at": at}
    result = await tx.execute(tx.insert(question_askers).values(row).on_conflict_do_nothing())
    return bool(result.rowcount)


async def by_alert(tx: Tx, alert_id: int) -> Row[Any] | None:
    return await tx.first(_WITH_DUTY.where(questions.c.alert_id == alert_id))


async def by_alerts(tx: Tx, ids: Collection[int]) -> dict[int, Row[Any]]:
    if not ids:
        return {}
    rows = await tx.all(_WITH_DUTY.where(questions.c.alert_id.in_(ids)))
    return {row.alert_id: row for row in rows}


async def of_notification(
    tx: Tx, notification_id: int, school_code: str | None = None
) -> Sequence[Row[Any]]:
    """What was asked of it, at this school alone if one is given; oldest first."""
    where = [alerts.c.notification_id == notification_id]
    if school_code is not None:
        where.append(alerts.c.school_code == school_code)
    return await tx.all(_WITH_DUTY.where(*where).order_by(questions.c.alert_id))


async def askers(tx: Tx, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Who asked each, from which alert; the first one first."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if not ids:
        return found
    for row in await tx.all(
        select(question_askers)
        .where(question_askers.c.question_id.in_(ids))
        .order_by(question_askers.c.question_id, question_askers.c.id)
    ):
        found[row.question_id].append(row)
    return found


async def set_owner(tx: Tx, alert_id: int, owner: str | None, at: datetime | None) -> None:
    await tx.execute(
        update(questions).where(questions.c.alert_id == alert_id).values(owner=owner, taken_at=at)
    )


async def set_answer(tx: Tx, alert_id: int, **answer: Any) -> None:
    await tx.execute(update(questions).where(questions.c.alert_id == alert_id).values(**answer))


def asked(row: Row[Any]) -> Asked:
    """A row as the domain reads it."""
    return Asked(
        number=row.alert_id,
        question=row.question,
        child=row.child_number,
        leg=row.leg,
        due_at=row.bell_at,
        stands=row.state is AlertState.OPEN,
        wording=row.wording or "",
        answer=row.answer,
        text=row.text or "",
        answered_at=row.answered_at,
    )
