"""Notifications as rows: taken in, versioned, found again."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, NotificationState
from bot.domain.routing import Refusal
from bot.store.tables import alerts, notification_versions, notifications, partners, receipts
from bot.store.unit_of_work import Tx

_MOST_AT_ONCE = 10_000
"""Values of one statement; PostgreSQL takes 32,767."""


def receipt(
    *,
    partner_id: int,
    door: str,
    raw: bytes,
    outcome: str,
    at: datetime,
    keep: bool = True,
    faults: list[str] | None = None,
) -> dict[str, Any]:
    """What came, as a row: bytes and hash; of a refusal, and of bytes held already, the hash
    alone."""
    return {
        "partner_id": partner_id,
        "door": door,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "raw": raw if keep else None,
        "outcome": outcome,
        "faults": faults,
        "received_at": at,
    }


async def add_receipt(tx: Tx, **values: Any) -> int:
    """Keep one; its number. The values are those of `receipt`."""
    [number] = await add_receipts(tx, [receipt(**values)])
    return number


async def add_receipts(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Keep these; their numbers, in the order given."""
    if not rows:
        return []
    number = receipts.c.id
    statement = insert(receipts).returning(number, sort_by_parameter_order=True)
    return [row.id for row in await tx.all(statement, rows)]


async def is_held(tx: Tx, partner_id: int, raw: bytes) -> bool:
    """Whether these very bytes are kept already."""
    statement = select(receipts.c.id).where(
        receipts.c.sha256 == hashlib.sha256(raw).hexdigest(),
        receipts.c.partner_id == partner_id,
        receipts.c.raw.is_not(None),
    )
    return await tx.first(statement.limit(1)) is not None


async def made_a_version(tx: Tx, notification_id: int, raw: bytes) -> bool:
    """Whether these very bytes made a version of this notification."""
    statement = (
        select(receipts.c.id)
        .join(notification_versions, notification_versions.c.receipt_id == receipts.c.id)
        .where(
            notification_versions.c.notification_id == notification_id,
            receipts.c.sha256 == hashlib.sha256(raw).hexdigest(),
        )
    )
    return await tx.first(statement.limit(1)) is not None


async def with_source_references(tx: Tx, references: Collection[str]) -> list[Row[Any]]:
    """Every partner's notifications of these references, locked until the commit; of no drill."""
    wanted, rows = sorted(references), list[Row[Any]]()
    for begin in range(0, len(wanted), _MOST_AT_ONCE):
        rows += await tx.all(
            select(notifications, partners.c.name.label("partner"))
            .join(partners, partners.c.id == notifications.c.partner_id)
            .where(
                notifications.c.source_reference.in_(wanted[begin : begin + _MOST_AT_ONCE]),
                notifications.c.drill_id.is_(None),
            )
            .order_by(notifications.c.id)  # two workers lock in one order, or wait for each other
            .with_for_update(of=notifications)
        )
    return rows


async def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Insert new notifications; the ones that were inserted, reference to number.

    A reference or source reference that is there already is left out: whoever lost the race
    looks again.
    """
    if not rows:
        return {}
    statement = (
        tx.insert(notifications)
        .on_conflict_do_nothing()
        .returning(notifications.c.reference, notifications.c.id)
    )
    return {row.reference: row.id for row in await tx.all(statement, rows)}


def version(
    number: int, version: int, receipt_id: int, content: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """A version of a notification as a row."""
    return {
        "notification_id": number,
        "version": version,
        "receipt_id": receipt_id,
        "content": content,
        "received_at": at,
    }


async def add_versions(tx: Tx, *rows: dict[str, Any]) -> None:
    if rows:
        await tx.execute(insert(notification_versions), list(rows))


async def ids_due(tx: Tx, now: datetime, limit: int) -> list[int]:
    """The notifications that wait to be raised or looked at again, the oldest first."""
    rows = await tx.all(
        select(notifications.c.id)
        .where(notifications.c.raise_due_at <= now)
        .order_by(notifications.c.raise_due_at, notifications.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


_DUE_ONE = (
    select(notifications)
    .where(
        notifications.c.id == bindparam("number"),
        notifications.c.raise_due_at <= bindparam("at", type_=notifications.c.raise_due_at.type),
    )
    .with_for_update(key_share=True, skip_locked=True)
)


async def due_fresh(tx: Tx, ids: Collection[int], now: datetime) -> Sequence[Row[Any]]:
    """Those of these that are due for the first time and that no other worker holds; each locked as
    `due_one` locks it."""
    return await tx.all(
        select(notifications)
        .where(
            notifications.c.id.in_(ids),
            notifications.c.raise_due_at <= now,
            notifications.c.state == NotificationState.RECEIVED,
            notifications.c.version == 1,
            notifications.c.raise_attempts == 0,
        )
        .order_by(notifications.c.id)
        .with_for_update(key_share=True, skip_locked=True)
    )


async def due_one(tx: Tx, notification_id: int, now: datetime) -> Row[Any] | None:
    """This one, if it is still due and no other worker holds it; locked until the commit.

    Not against being referred to: a ladder that holds an alert writes lines about its notification,
    and would wait for this lock while this one's holder waits for the alert.
    """
    return await tx.first(_DUE_ONE, {"number": notification_id, "at": now})


async def by_id(tx: Tx, notification_id: int, *, lock: bool = False) -> Row[Any] | None:
    statement = select(notifications).where(notifications.c.id == notification_id)
    return await tx.first(statement.with_for_update(key_share=True) if lock else statement)


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Row[Any]]:
    rows = await tx.all(select(notifications).where(notifications.c.id.in_(ids)))
    return {row.id: row for row in rows}


async def by_reference(tx: Tx, reference: str, *, lock: bool = False) -> Row[Any] | None:
    if "\0" in reference:  # which PostgreSQL takes for a fault of its own
        return None
    statement = select(notifications).where(notifications.c.reference == reference.upper())
    return await tx.first(statement.with_for_update(key_share=True) if lock else statement)


async def with_open_alerts(tx: Tx) -> dict[int, set[str]]:
    """The notifications of which something is open, with the schools of all their alerts."""
    standing = alerts.alias("standing")
    found: dict[int, set[str]] = {}
    for row in await tx.all(
        select(alerts.c.notification_id, alerts.c.school_code).where(
            alerts.c.notification_id.in_(
                select(standing.c.notification_id).where(standing.c.state == AlertState.OPEN)
            )
        )
    ):
        found.setdefault(row.notification_id, set()).add(row.school_code)
    return found


async def waiting(tx: Tx, ids: Collection[int]) -> set[int]:
    """Those of these that are to be raised, or looked at again, first."""
    rows = await tx.all(
        select(notifications.c.id).where(
            notifications.c.id.in_(ids), notifications.c.raise_due_at.is_not(None)
        )
    )
    return {row.id for row in rows}


async def change(tx: Tx, notification_id: int, **values: Any) -> None:
    await tx.change(notifications, notification_id, **values)


def refusals(row: Row[Any]) -> tuple[Refusal, ...]:
    """Every "not our pupil" of this notification, in its order."""
    return tuple(Refusal(refusal["child"], refusal["school"]) for refusal in row.refused)


async def contents(tx: Tx, notification_id: int) -> list[Any]:
    """What each version of this notification said, the oldest first."""
    versions = notification_versions.c
    rows = await tx.all(
        select(versions.content)
        .where(versions.notification_id == notification_id)
        .order_by(versions.version)
    )
    return [row.content for row in rows]


async def content_of(tx: Tx, notification_id: int, version: int) -> Any:
    """What this version of the notification said."""
    of = notification_versions.c
    return await tx.scalar(
        select(of.content).where(of.notification_id == notification_id, of.version == version)
    )


async def look_again(tx: Tx, notification_id: int, at: datetime) -> None:
    """The raising stage takes this notification up anew."""
    await change(tx, notification_id, raise_due_at=at)


# --- everything that is held ---------------------------------------------------------------------


async def of_no_drill(tx: Tx, beyond: int, limit: int) -> Sequence[Row[Any]]:
    """The next notifications after this number, each with its partner's name."""
    return await tx.all(
        select(notifications, partners.c.name.label("partner"))
        .join(partners, partners.c.id == notifications.c.partner_id)
        .where(notifications.c.id > beyond, notifications.c.drill_id.is_(None))
        .order_by(notifications.c.id)
        .limit(limit)
    )


async def versions_of(tx: Tx, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Every version of these notifications, the oldest first."""
    return await tx.all(
        select(notification_versions)
        .where(notification_versions.c.notification_id.in_(ids))
        .order_by(notification_versions.c.notification_id, notification_versions.c.version)
    )
