"""Which notices are about one child, as rows: marks alone, nothing of the child."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.alert import NotificationState
from bot.store import facts
from bot.store.tables import child_marks, notifications
from bot.store.unit_of_work import Tx

_KEY = "pattern_key"


async def key(tx: Tx) -> bytes:
    """This database's own; made at its first use."""
    if (held := await facts.read(tx, _KEY)) is None:
        await facts.write_once(tx, _KEY, secrets.token_hex(32))
        held = await facts.read(tx, _KEY)
    assert held is not None
    return bytes.fromhex(held)


async def forget_marks(tx: Tx, notification_id: int, *, besides: Collection[int]) -> None:
    """Whom a newer version no longer names, or names without what makes a mark; `besides` these,
    by number."""
    of = child_marks.c
    gone = child_marks.delete().where(of.notification_id == notification_id)
    await tx.execute(gone.where(of.number.not_in(besides)) if besides else gone)


async def set_marks(tx: Tx, notification_id: int, marks: Mapping[int, str]) -> None:
    """The marks of a notice's children, by number, as its newest version has them."""
    for number, mark in marks.items():
        await tx.execute(
            tx.insert(child_marks)
            .values(notification_id=notification_id, number=number, mark=mark)
            .on_conflict_do_update(
                index_elements=["notification_id", "number"], set_={"mark": mark}
            )
        )


async def of_children(tx: Tx, marks: Collection[str]) -> Sequence[Row[Any]]:
    """Every notice of these marks that stands and is no drill's, with who must not learn of it."""
    return await tx.all(
        select(
            child_marks,
            notifications.c.reference,
            notifications.c.excluded,
            notifications.c.content,
        )
        .join(notifications, notifications.c.id == child_marks.c.notification_id)
        .where(
            child_marks.c.mark.in_(marks),
            notifications.c.state != NotificationState.WITHDRAWN,
            notifications.c.drill_id.is_(None),
        )
        .order_by(child_marks.c.notification_id)
    )


async def of_notification(tx: Tx, notification_id: int) -> Sequence[Row[Any]]:
    """The marks of one notice's children."""
    return await tx.all(select(child_marks).where(child_marks.c.notification_id == notification_id))


async def mark_told(tx: Tx, notification_id: int, number: int, at: datetime) -> bool:
    """Whether the desk has not been told of this child's notices by this one before."""
    of = child_marks.c
    result = await tx.execute(
        update(child_marks)
        .where(of.notification_id == notification_id, of.number == number, of.told_at.is_(None))
        .values(told_at=at)
    )
    return bool(result.rowcount)
