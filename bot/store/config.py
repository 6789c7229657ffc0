"""The versions of what partners configure: each body whole, with version, author and instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row

from bot.store.tables import config_versions
from bot.store.unit_of_work import Tx


async def latest_id(tx: Tx) -> int:
    return int(await tx.scalar(select(func.coalesce(func.max(config_versions.c.id), 0))))


async def in_force(tx: Tx) -> Sequence[Row[Any]]:
    """The newest version of each kind."""
    newest = select(func.max(config_versions.c.id)).group_by(config_versions.c.kind)
    return await tx.all(select(config_versions).where(config_versions.c.id.in_(newest)))


async def add_version(
    tx: Tx, *, kind: str, sha256: str, body: str, version: str, author: str, at: datetime
) -> None:
    await tx.execute(
        insert(config_versions).values(
            kind=kind, sha256=sha256, body=body, version=version, author=author, in_force_from=at
        )
    )
