"""Partners and their keys, kept as hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row

from bot.store.tables import partner_keys, partners
from bot.store.unit_of_work import Tx


async def named(tx: Tx, name: str, at: datetime) -> int:
    """The number of the partner of this name, who is there afterwards."""
    await tx.execute(tx.insert(partners).values(name=name, created_at=at).on_conflict_do_nothing())
    return int(await tx.scalar(select(partners.c.id).where(partners.c.name == name)))


async def names(tx: Tx) -> list[str]:
    return [row.name for row in await tx.all(select(partners.c.name).order_by(partners.c.id))]


async def add_key(tx: Tx, partner_id: int, sha256: str, at: datetime) -> int:
    return await tx.add(partner_keys, partner_id=partner_id, sha256=sha256, created_at=at)


_KEY = (
    select(partner_keys, partners.c.name)
    .join(partners, partners.c.id == partner_keys.c.partner_id)
    .where(partner_keys.c.sha256 == bindparam("sha256"))
)


async def key(tx: Tx, sha256: str) -> Row[Any] | None:
    return await tx.first(_KEY, {"sha256": sha256})


async def revoke(tx: Tx, key_id: int, at: datetime) -> bool:
    """Whether there is such a key; one that was revoked before stays as it was."""
    await tx.execute(
        update(partner_keys)
        .where(partner_keys.c.id == key_id, partner_keys.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return await tx.first(select(partner_keys.c.id).where(partner_keys.c.id == key_id)) is not None
