"""Acknowledgements as they are given and taken back; `alerts.answers` reads those that stand."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, or_, select

from bot.domain.alert import Meaning
from bot.store.tables import acknowledgements, taken_back
from bot.store.unit_of_work import Tx

STANDS = ~exists().where(taken_back.c.acknowledgement_id == acknowledgements.c.id)
"""Of an acknowledgement: nobody has taken it back."""


async def add(tx: Tx, **values: Any) -> int | None:
    """One person's answer for these children at this version, kept once; its number if it is
    new."""
    turns = select(func.count()).where(
        acknowledgements.c.alert_id == values["alert_id"],
        acknowledgements.c.person_id == values["person_id"],
        or_(~STANDS, acknowledgements.c.meaning != values.get("meaning", Meaning.TAKEN)),
    )
    turn = int(await tx.scalar(turns))
    statement = tx.insert(acknowledgements).values(**values, turn=turn).on_conflict_do_nothing()
    row = await tx.first(statement.returning(acknowledgements.c.id))
    return None if row is None else int(row.id)


async def take_all_back(tx: Tx, alert_id: int, why: str, at: datetime) -> None:
    """No answer to this alert stands any more."""
    given = await tx.all(
        select(acknowledgements.c.id).where(acknowledgements.c.alert_id == alert_id, STANDS)
    )
    await take_back(tx, [row.id for row in given], why, at)


async def take_back(tx: Tx, ids: Collection[int], why: str, at: datetime) -> None:
    """These answers stand no more."""
    rows = [{"acknowledgement_id": i, "why": why, "taken_back_at": at} for i in ids]
    if rows:
        await tx.execute(insert(taken_back), rows)
