"""Where every answer begins: the alert locked, who asks as they are in the directory now, and
whether they may; what has ended meanwhile is said kindly, and only to whom it was theirs to know.

Nothing is written here, so there is nothing to die in the middle of.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, AlertChild, AlertState
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.store import alerts
from bot.store.unit_of_work import Tx


@dataclass(frozen=True)
class Reached:
    """Somebody at an alert, locked: all within one transaction."""

    tx: Tx
    known: InForce
    alert: Row[Any]
    children: tuple[AlertChild, ...]
    person: Person
    now: datetime


async def reach(ctx: Context, tx: Tx, person_id: str, alert_id: int) -> Reached | Reply:
    """The alert behind its lock, and who asks. Whether they may is the next question."""
    alert = await alerts.by_id(tx, alert_id, lock=True)
    # Behind the lock, as is everything that decides: what was told meanwhile was told before.
    known, now = await in_force(ctx, tx), ctx.now()
    person = known.directory.people.get(person_id)
    if person is None or alert is None:
        return nothing_here(person.language if person else "en")
    children = (await alerts.children(tx, [alert_id]))[alert_id]
    return Reached(tx, known, alert, children, person, now)


async def answering(ctx: Context, tx: Tx, person_id: str, alert_id: int) -> Reached | Reply:
    """An alert that this person may answer, open or settled; or the sentence that says why not."""
    reached = await reach(ctx, tx, person_id, alert_id)
    if isinstance(reached, Reply):
        return reached
    known, alert, person, now = reached.known, reached.alert, reached.person, reached.now
    if alert.leg in OF_THE_DESK:
        return nothing_here(person.language)
    if not may_take(known, person, alert, reached.children, now):
        return await closed_here(tx, known, alert, person, now)
    state: AlertState = alert.state
    match state:
        case AlertState.MISDIRECTED:
            return await closed_here(tx, known, alert, person, now)
        case AlertState.WITHDRAWN:
            return Reply("press.withdrawn", person.language)
        case AlertState.CLOSED:
            return Reply("press.closed", person.language)
        case AlertState.OPEN | AlertState.ACKNOWLEDGED:
            return replace(reached, person=in_their_place(known, person, alert, now))
