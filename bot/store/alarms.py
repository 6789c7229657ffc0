"""What is wrong now: set off once, told once, cleared when it is right again."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, select, update
from sqlalchemy.engine import Row

from bot.store.tables import alarms
from bot.store.unit_of_work import Inserting, Tx

_CLEARING = delete(alarms).where(alarms.c.name.in_(bindparam("names", expanding=True)))


@cache
def _setting_off(inserting: Inserting) -> Executable:
    return inserting(alarms).on_conflict_do_nothing()


async def set_off(tx: Tx, name: str, detail: str, at: datetime) -> None:
    """An alarm that stands already keeps its first instant."""
    await tx.execute(_setting_off(tx.insert), {"name": name, "detail": detail, "since": at})


async def clear(tx: Tx, *names: str) -> None:
    await tx.execute(_CLEARING, {"names": names})


async def standing(tx: Tx) -> Sequence[Row[Any]]:
    return await tx.all(select(alarms).order_by(alarms.c.since))


async def mark_told(tx: Tx, name: str, at: datetime) -> None:
    await tx.execute(update(alarms).where(alarms.c.name == name).values(told_at=at))
