"""Why somebody may not be shown an alert. Once a school has said "not our pupil" it is
kind to who had been told of it and might have opened it, and to everybody else as if there were
nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild, AlertState
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import Opening, may_open, may_take
from bot.flow.reply import Reply, nothing_here
from bot.store import alerts
from bot.store.unit_of_work import Tx


async def refusal(
    tx: Tx,
    known: InForce,
    person: Person,
    alert: Row[Any],
    children: tuple[AlertChild, ...],
    now: datetime,
) -> Reply | None:
    """Why this person may not be shown this alert now, in a sentence for them; None if they may."""
    match may_open(known, person, alert, children, now):
        case Opening.YES:
            return None
        case Opening.TAKEN_BACK:
            return Reply("press.withdrawn", person.language)
    if alert.state is AlertState.MISDIRECTED or not may_take(known, person, alert, children, now):
        return await closed_here(tx, known, alert, person, now)
    return nothing_here(person.language)


async def closed_here(
    tx: Tx, known: InForce, alert: Row[Any], person: Person, now: datetime
) -> Reply:
    """The answer to somebody for whom no child is in this alert (any more)."""
    if not alerts.refused_here(alert) or not may_take(known, person, alert, (), now):
        return nothing_here(person.language)
    if person.id not in (await alerts.told(tx, [alert.id]))[alert.id]:
        return nothing_here(person.language)
    return Reply("press.not_ours_before", person.language)
