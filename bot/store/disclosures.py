"""The ledger of disclosures as rows: appended, never edited."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.store.tables import alerts, disclosures, people, schools
from bot.store.unit_of_work import Tx


async def add(tx: Tx, **values: Any) -> int:
    """The line that content is about to be shown: committed before it is (I6)."""
    return await tx.add(disclosures, **values)


async def of_notification(tx: Tx, notification_id: int) -> Sequence[Row[Any]]:
    """Every line of a notification, oldest first, with the names of people and schools, who may
    have left since or be excluded: what they were shown stays on record."""
    return await tx.all(
        select(
            disclosures,
            people.c.name.label("person_name"),
            alerts.c.leg,
            alerts.c.school_code,
            schools.c.name.label("school_name"),
        )
        .join(alerts, alerts.c.id == disclosures.c.alert_id)
        .join(people, people.c.id == disclosures.c.person_id)
        .outerjoin(schools, schools.c.code == alerts.c.school_code)
        .where(alerts.c.notification_id == notification_id)
        .order_by(disclosures.c.id)
    )


async def last_before(tx: Tx, alert_id: int, person_id: str, version: int) -> Row[Any] | None:
    """The newest line of an earlier version of the notice that this person was shown of this
    alert."""
    of = disclosures.c
    return await tx.first(
        select(disclosures)
        .where(
            of.alert_id == alert_id, of.person_id == person_id, of.notification_version < version
        )
        .order_by(of.notification_version.desc(), of.id.desc())
        .limit(1)
    )


async def first_openings(tx: Tx, alert_ids: Collection[int]) -> dict[tuple[int, str], datetime]:
    """When each person first opened each alert."""
    found: dict[tuple[int, str], datetime] = {}
    for row in await tx.all(
        select(disclosures).where(disclosures.c.alert_id.in_(alert_ids)).order_by(disclosures.c.id)
    ):
        found.setdefault((row.alert_id, row.person_id), row.disclosed_at)
    return found
