"""Plans as rows: what was chosen, and who still owes a word by when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, insert, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import STANDING
from bot.domain.plan import Choice
from bot.store.tables import alerts, notifications, plans, plans_owed
from bot.store.unit_of_work import Tx

Whose = tuple[int, str]
"""An alert's number and a person's id."""


_OF_THESE: BindParameter[int] = bindparam("ids", expanding=True)
_NEWEST = (
    select(plans.c.alert_id, plans.c.person_id, plans.c.choice)
    .where(plans.c.alert_id.in_(_OF_THESE))
    .order_by(plans.c.id)
)
_OWED = select(plans_owed).where(
    plans_owed.c.alert_id.in_(_OF_THESE), plans_owed.c.ended_at.is_(None)
)


async def add(tx: Tx, **values: Any) -> None:
    """Appended, never edited: the newest of a person counts."""
    await tx.execute(insert(plans).values(**values))


async def said(tx: Tx, alert_id: int, person_id: str) -> list[Choice | None]:
    """What this person has said, oldest first; None where it was taken back."""
    rows = await tx.all(
        select(plans.c.choice)
        .where(plans.c.alert_id == alert_id, plans.c.person_id == person_id)
        .order_by(plans.c.id)
    )
    return [row.choice for row in rows]


async def newest(tx: Tx, alert_ids: Collection[int]) -> dict[Whose, Choice]:
    """The plan that stands, of each person who has one."""
    rows = await tx.all(_NEWEST, {"ids": list(alert_ids)})
    found = {(row.alert_id, row.person_id): row.choice for row in rows}
    return {whose: choice for whose, choice in found.items() if choice is not None}


# --- who owes one ------------------------------------------------------------------------------


async def owe(tx: Tx, whose: Whose, due_at: datetime, next_at: datetime | None) -> None:
    """A plan is owed by `due_at`; looked at from `next_at` on, or never for None."""
    statement = tx.insert(plans_owed).values(
        alert_id=whose[0], person_id=whose[1], due_at=due_at, told=0, next_at=next_at, ended_at=None
    )
    again = {"due_at": due_at, "told": 0, "next_at": next_at, "ended_at": None}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["alert_id", "person_id"], set_=again)
    )


async def change_owed(tx: Tx, whose: Whose, **values: Any) -> None:
    await tx.execute(update(plans_owed).where(*_is(whose)).values(**values))


async def end_owed(tx: Tx, whose: Whose, now: datetime) -> None:
    """It is said, or nobody is asked for it any more."""
    await change_owed(tx, whose, next_at=None, ended_at=now)


def _is(whose: Whose) -> tuple[Any, ...]:
    return plans_owed.c.alert_id == whose[0], plans_owed.c.person_id == whose[1]


async def owed(tx: Tx, alert_ids: Collection[int]) -> dict[Whose, datetime]:
    """By when each person who owes a plan was asked for it."""
    rows = await tx.all(_OWED, {"ids": list(alert_ids)})
    return {(row.alert_id, row.person_id): row.due_at for row in rows}


async def owed_by(tx: Tx, whose: Whose) -> Row[Any] | None:
    return await tx.first(select(plans_owed).where(*_is(whose)))


async def due(tx: Tx, now: datetime, limit: int) -> Sequence[Whose]:
    rows = await tx.all(
        select(plans_owed.c.alert_id, plans_owed.c.person_id)
        .where(plans_owed.c.next_at <= now)
        .order_by(plans_owed.c.next_at, plans_owed.c.alert_id)
        .limit(limit)
    )
    return [(row.alert_id, row.person_id) for row in rows]


async def missing(tx: Tx) -> list[Row[Any]]:
    """Acknowledged, and no plan said yet; drills are no part of it. A row each, with who must not
    hear of it."""
    rows = await tx.all(
        select(notifications.c.excluded, plans_owed.c.person_id)
        .select_from(
            plans_owed.join(alerts, alerts.c.id == plans_owed.c.alert_id).join(
                notifications, notifications.c.id == alerts.c.notification_id
            )
        )
        .where(
            plans_owed.c.ended_at.is_(None),
            alerts.c.state.in_(STANDING),
            notifications.c.drill_id.is_(None),
        )
        .order_by(plans_owed.c.due_at, alerts.c.id)
    )
    return [row for row in rows if row.person_id not in row.excluded]
