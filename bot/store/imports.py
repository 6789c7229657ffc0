"""Each import of the directory, with what takes the last few of them back."""

import json
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.store.directory import by_many
from bot.store.tables import alerts, directory_imports
from bot.store.unit_of_work import Tx

KEPT = 5
"""Imports that can be taken back, the newest first; of older ones nobody's details are kept."""


async def add(
    tx: Tx,
    kept: Mapping[str, Any],
    at: datetime,
    *,
    by: str,
    counts: Mapping[str, int],
    undoes: int | None,
) -> None:
    """One more; what it takes back counts as taken back."""
    packed = zlib.compress(json.dumps(kept, ensure_ascii=False).encode())
    number = await tx.add(
        directory_imports,
        imported_at=at,
        by=by,
        counts=dict(counts),
        kept=packed if undoes is None else None,  # an undo is undone by importing again
        undoes=undoes,
    )
    if undoes is not None:
        await tx.execute(
            update(directory_imports)
            .where(directory_imports.c.id == undoes)
            .values(undone_at=at, kept=None)
        )
    await tx.execute(
        update(directory_imports)
        .where(directory_imports.c.id <= number - KEPT, directory_imports.c.kept.is_not(None))
        .values(kept=None)
    )


async def last(tx: Tx, *, lock: bool = True) -> Row[Any] | None:
    """The newest that is neither taken back nor a taking back itself; locked until the commit, but
    for who only looks."""
    found = (
        select(directory_imports)
        .where(directory_imports.c.undone_at.is_(None), directory_imports.c.undoes.is_(None))
        .order_by(directory_imports.c.id.desc())
        .limit(1)
    )
    return await tx.first(found.with_for_update() if lock else found)


def unpacked(kept: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(kept))
    return found


async def with_open_alerts(tx: Tx, codes: Collection[str]) -> list[str]:
    """Of these schools, those that an open alert is addressed to."""
    found: set[str] = set()
    for some in by_many(codes):
        rows = await tx.all(
            select(func.distinct(alerts.c.school_code).label("code")).where(
                alerts.c.school_code.in_(some), alerts.c.state == AlertState.OPEN
            )
        )
        found |= {row.code for row in rows}
    return sorted(found)
