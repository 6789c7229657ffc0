"""Giving account of who was shown what of a notification: the ledger of disclosures, read.

It names staff and fields, and nothing of what the fields said. Who has left since, was excluded or
recused themselves stays in it with what they opened before.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import NotFoundError
from bot.flow.context import Context
from bot.store import disclosures, notifications


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One line of the ledger."""

    at: datetime
    person_id: str
    person: str
    role: str
    leg: str
    school: str
    """The school's code; empty for a triage task."""
    school_name: str
    children: tuple[int, ...]
    fields: tuple[str, ...]
    matrix_version: str
    config_version_id: int | None
    notification_version: int | None
    way: str


async def disclosed(ctx: Context, reference: str) -> list[Disclosed]:
    """Every disclosure of this notification, oldest first; NotFoundError if there is no such."""
    async with ctx.store.reading() as tx:
        row = await notifications.by_reference(tx, reference)
        if row is None:
            raise NotFoundError(f"There is no notification {reference}.")
        lines = await disclosures.of_notification(tx, row.id)
    return [
        Disclosed(
            at=line.disclosed_at,
            person_id=line.person_id,
            person=line.person_name,
            role=line.role.value,
            leg=line.leg.value,
            school=line.school_code,
            school_name=line.school_name or "",
            children=tuple(line.children),
            fields=tuple(line.fields),
            matrix_version=line.matrix_version,
            config_version_id=line.config_version_id,
            notification_version=line.notification_version,
            way=line.way,
        )
        for line in lines
    ]
