"""Requests for a complete export as rows: who was asked, who agreed, whether it was used."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.store.tables import export_requests
from bot.store.unit_of_work import Tx


async def add(tx: Tx, **values: Any) -> int | None:
    """The number of the new request; None where the reference is taken."""
    statement = tx.insert(export_requests).values(**values).on_conflict_do_nothing()
    row = await tx.first(statement.returning(export_requests.c.id))
    return None if row is None else int(row.id)


async def by_id(tx: Tx, number: int) -> Row[Any] | None:
    """Locked until the commit."""
    return await tx.first(
        select(export_requests).where(export_requests.c.id == number).with_for_update()
    )


async def by_reference(tx: Tx, reference: str) -> Row[Any] | None:
    """Locked until the commit."""
    if "\0" in reference:  # which PostgreSQL takes for a fault of its own
        return None
    return await tx.first(
        select(export_requests)
        .where(export_requests.c.reference == reference.upper())
        .with_for_update()
    )


async def agree(tx: Tx, number: int, agreed: list[str], expires_at: datetime) -> None:
    await _change(tx, number, agreed=agreed, expires_at=expires_at)


async def refuse(tx: Tx, number: int, at: datetime) -> None:
    await _change(tx, number, refused_at=at)


async def use(tx: Tx, number: int, at: datetime) -> None:
    await _change(tx, number, used_at=at)


async def _change(tx: Tx, number: int, **values: Any) -> None:
    await tx.execute(update(export_requests).where(export_requests.c.id == number).values(**values))
