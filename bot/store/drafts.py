"""Drafts of the next versions, as rows. What became of one stays to be read."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.versions import Draft, DraftState
from bot.store.tables import drafts
from bot.store.unit_of_work import Tx

_d = drafts.c


async def add(
    tx: Tx,
    *,
    kind: str,
    body: str,
    made_from: int,
    author: str,
    at: datetime,
    reason: str,
    restored_from: int | None = None,
) -> int:
    return await tx.add(
        drafts,
        kind=kind,
        body=body,
        made_from=made_from,
        author=author,
        made_at=at,
        reason=reason,
        state=DraftState.OPEN,
        restored_from=restored_from,
    )


async def by_id(tx: Tx, number: int, *, lock: bool = False) -> Draft | None:
    wanted = select(drafts).where(_d.id == number)
    row = await tx.first(wanted.with_for_update() if lock else wanted)
    return None if row is None else _draft(row)


async def open_ones(tx: Tx) -> list[Draft]:
    """The newest first."""
    rows = await tx.all(select(drafts).where(_d.state == DraftState.OPEN).order_by(_d.id.desc()))
    return [_draft(row) for row in rows]


async def base_of_text(tx: Tx, kind: str, sha256: str) -> int | None:
    """The version that the newest draft with this very text was made from."""
    wanted = select(_d.body, _d.made_from).where(_d.kind == kind).order_by(_d.id.desc())
    for row in await tx.all(wanted):
        if hashlib.sha256(row.body.encode()).hexdigest() == sha256:
            return int(row.made_from)
    return None


async def end(
    tx: Tx, number: int, state: DraftState, at: datetime, version_id: int | None = None
) -> bool:
    """Whether it was open until now."""
    result = await tx.execute(
        update(drafts)
        .where(_d.id == number, _d.state == DraftState.OPEN)
        .values(state=state, ended_at=at, version_id=version_id)
    )
    return bool(result.rowcount)


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        kind=row.kind,
        body=row.body,
        made_from=row.made_from,
        author=row.author,
        made_at=row.made_at,
        reason=row.reason,
        state=row.state,
        restored_from=row.restored_from,
    )
