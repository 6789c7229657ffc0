"""Leases: one worker at a time, for as long as it keeps saying so."""

from datetime import datetime

from sqlalchemy import select, update

from bot.store.tables import leases
from bot.store.unit_of_work import Tx


async def take(tx: Tx, name: str, holder: str, now: datetime, until: datetime) -> int | None:
    """Take or renew the lease; its fence, which grows with each new holder, or None if another
    worker holds it."""
    await tx.execute(
        tx.insert(leases)
        .values(name=name, holder=holder, fence=1, expires_at=until)
        .on_conflict_do_nothing()
    )
    await tx.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(expires_at=until)
    )
    await tx.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder != holder, leases.c.expires_at <= now)
        .values(holder=holder, fence=leases.c.fence + 1, expires_at=until)
    )
    fence = await tx.scalar(
        select(leases.c.fence).where(leases.c.name == name, leases.c.holder == holder)
    )
    return None if fence is None else int(fence)


async def give_up(tx: Tx, name: str, holder: str, now: datetime) -> None:
    """Let another worker have it at once."""
    await tx.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(expires_at=now)
    )


async def another_holds(tx: Tx, name: str, holder: str, now: datetime) -> bool:
    """Whether a worker besides this one has it."""
    of_another = select(leases.c.fence).where(
        leases.c.name == name, leases.c.holder != holder, leases.c.expires_at > now
    )
    return await tx.first(of_another) is not None
