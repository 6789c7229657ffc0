"""One-time codes, kept as hashes, and the accounts that tried wrong ones."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.store.directory import by_many
from bot.store.tables import enrolment_codes as codes
from bot.store.tables import enrolment_failures as failures
from bot.store.unit_of_work import Tx


async def add_codes(
    tx: Tx, sha256_of: Mapping[str, str], now: datetime, expires_at: datetime
) -> None:
    """A fresh code for each of these people; an earlier one that was not used is worth nothing
    now."""
    for some in by_many(sha256_of):
        await tx.execute(
            update(codes)
            .where(codes.c.person_id.in_(some), codes.c.used_at.is_(None))
            .values(expires_at=now)
        )
        await tx.execute(
            insert(codes),
            [
                {
                    "person_id": person_id,
                    "sha256": sha256_of[person_id],
                    "created_at": now,
                    "expires_at": expires_at,
                }
                for person_id in some
            ],
        )


async def good_until(tx: Tx, now: datetime) -> dict[str, datetime]:
    """By person, until when a code of theirs that was not used is good."""
    rows = await tx.all(
        select(codes.c.person_id, codes.c.expires_at).where(
            codes.c.used_at.is_(None), codes.c.expires_at > now
        )
    )
    return {row.person_id: row.expires_at for row in rows}


async def use_code(tx: Tx, sha256: str, now: datetime) -> str | None:
    """Spend the code: whose it was, or None if it is unknown, spent or too old."""
    row = await tx.first(
        update(codes)
        .where(codes.c.sha256 == sha256, codes.c.used_at.is_(None), codes.c.expires_at > now)
        .values(used_at=now)
        .returning(codes.c.person_id)
    )
    return None if row is None else str(row.person_id)


async def end_codes(tx: Tx, people: Collection[str], now: datetime) -> int:
    """Codes of these people that were not used are worth nothing from now on; how many still
    were worth something."""
    result = await tx.execute(
        update(codes)
        .where(codes.c.person_id.in_(people), codes.c.used_at.is_(None), codes.c.expires_at > now)
        .values(expires_at=now)
    )
    return result.rowcount


async def was_locked(tx: Tx, address: str) -> bool:
    return (
        await tx.scalar(select(failures.c.locked_at).where(failures.c.address == address))
        is not None
    )


async def count_failure(tx: Tx, address: str, now: datetime, limit: int) -> bool:
    """One wrong code more from this account; whether this one locks it."""
    statement = tx.insert(failures).values(address=address, failures=1)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["address"], set_={"failures": failures.c.failures + 1}
        )
    )
    result = await tx.execute(
        update(failures)
        .where(
            failures.c.address == address,
            failures.c.failures >= limit,
            failures.c.locked_at.is_(None),
        )
        .values(locked_at=now)
    )
    return bool(result.rowcount)
