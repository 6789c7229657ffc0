"""What a card offers for a short while: to undo an answer, or a list to choose from."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Row

from bot.domain.plan import Answer, Offer
from bot.store.tables import offers
from bot.store.unit_of_work import Tx


async def add(
    tx: Tx,
    alert_id: int,
    person_id: str,
    what: Offer,
    now: datetime,
    until: datetime,
    *,
    answer: Answer | None = None,
    acknowledgement_id: int | None = None,
) -> None:
    """Of each kind a person has one on an alert: the newest."""
    await end(tx, alert_id, person_id, [what], now)
    await tx.execute(
        insert(offers).values(
            alert_id=alert_id,
            person_id=person_id,
            what=what,
            answer=answer,
            acknowledgement_id=acknowledgement_id,
            until_at=until,
        )
    )


async def end(
    tx: Tx, alert_id: int, person_id: str, what: Collection[Offer], now: datetime
) -> None:
    await tx.execute(
        update(offers)
        .where(
            offers.c.alert_id == alert_id,
            offers.c.person_id == person_id,
            offers.c.what.in_(what),
            offers.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


async def end_of_alert(tx: Tx, alert_id: int, now: datetime) -> None:
    """Nothing is on offer on this alert any more, to anybody."""
    of_it = offers.c.alert_id == alert_id, offers.c.ended_at.is_(None)
    await tx.execute(update(offers).where(*of_it).values(ended_at=now))


_OPEN_ON = select(offers.c.alert_id, offers.c.person_id, offers.c.what).where(
    offers.c.alert_id.in_(bindparam("ids", expanding=True)),
    offers.c.ended_at.is_(None),
    offers.c.until_at > bindparam("now"),
)


async def open_on(
    tx: Tx, alert_ids: Collection[int], now: datetime
) -> frozenset[tuple[int, str, Offer]]:
    """What is on offer now: alert, person and what."""
    rows = await tx.all(_OPEN_ON, {"ids": list(alert_ids), "now": now})
    return frozenset((row.alert_id, row.person_id, row.what) for row in rows)


async def newest_undo(tx: Tx, alert_id: int, person_id: str) -> Row[Any] | None:
    """The last answer of this person that could be undone, whether or not it still can."""
    return await tx.first(
        select(offers)
        .where(
            offers.c.alert_id == alert_id,
            offers.c.person_id == person_id,
            offers.c.what == Offer.UNDO,
        )
        .order_by(offers.c.id.desc())
        .limit(1)
    )


async def use(tx: Tx, offer_id: int, now: datetime) -> None:
    statement = update(offers).where(offers.c.id == offer_id)
    await tx.execute(statement.values(ended_at=now, used_at=now))


async def any_over(tx: Tx, now: datetime) -> bool:
    statement = select(offers.c.id).where(offers.c.ended_at.is_(None), offers.c.until_at <= now)
    return await tx.first(statement.limit(1)) is not None


async def end_over(tx: Tx, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """End those whose time is over: whose cards are to be shown anew."""
    over = (
        select(offers.c.id)
        .where(offers.c.ended_at.is_(None), offers.c.until_at <= now)
        .order_by(offers.c.until_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return await tx.all(
        update(offers)
        .where(offers.c.id.in_(over))
        .values(ended_at=now)
        .returning(offers.c.alert_id, offers.c.person_id)
    )
