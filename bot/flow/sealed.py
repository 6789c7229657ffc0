"""What a press comes to once a school has said "not our pupil": kind to who had been told of it and
might have opened it, and to everybody else as if there were nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import may_take
from bot.flow.reply import Reply, nothing_here
from bot.store import alerts
from bot.store.unit_of_work import Tx


async def closed_here(
    tx: Tx, known: InForce, alert: Row[Any], person: Person, now: datetime
) -> Reply:
    """The answer to somebody for whom no child is in this alert (any more)."""
    if not alerts.refused_here(alert) or not may_take(known, person, alert, (), now):
        return nothing_here(person.language)
    if person.id not in (await alerts.told(tx, [alert.id]))[alert.id]:
        return nothing_here(person.language)
    return Reply("press.not_ours_before", person.language)
