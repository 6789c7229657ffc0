"""Taking an alert on: recorded first, answered second, once however often it is pressed.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
ladder has stopped in the same commit (I4), and handling the update again finds the answer there.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import (
    OF_THE_DESK,
    Acknowledgement,
    AlertChild,
    AlertState,
    children_in_scope,
    uncovered,
)
from bot.domain.message import Priority
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.flow.tell import refresh_cards
from bot.store import alerts, events, messages
from bot.store.unit_of_work import Tx


async def acknowledge(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Record that this person has it; settle the alert when every child in it is covered."""
    async with ctx.store.unit() as tx:
        now = ctx.now()
        alert = await alerts.by_id(tx, alert_id, lock=True)  # who may is asked behind the lock
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        if person is None or alert is None or alert.leg in OF_THE_DESK:
            return nothing_here(person.language if person else "en")
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        if not may_take(known, person, alert, children, now):
            return await closed_here(tx, known, alert, person, now)
        state: AlertState = alert.state
        match state:
            case AlertState.WITHDRAWN:
                return Reply("press.withdrawn", person.language)
            case AlertState.MISDIRECTED:
                return await closed_here(tx, known, alert, person, now)
            case AlertState.CLOSED:
                return Reply("press.closed", person.language)
            case AlertState.ACKNOWLEDGED:
                return await _settled_already(tx, known.directory.people, person, alert)
            case AlertState.OPEN:
                return await _record(tx, known, alert, children, person, now)


async def _settled_already(tx: Tx, people: Any, person: Person, alert: Row[Any]) -> Reply:
    given = [a for a in await _answers(tx, alert) if a.person_id not in alert.excluded]
    if any(answer.person_id == person.id for answer in given) or not given:
        return Reply("press.acknowledged_before", person.language)
    who = people.get(given[-1].person_id)
    name = who.name if who else given[-1].person_id
    return Reply("press.settled_before", person.language, {"name": name})


async def _record(
    tx: Tx,
    known: InForce,
    alert: Row[Any],
    children: tuple[AlertChild, ...],
    person: Person,
    now: datetime,
) -> Reply:
    mine = children_in_scope(person, children)
    given = await _answers(tx, alert)
    if mine <= frozenset().union(*(a.children for a in given if a.person_id == person.id)):
        return Reply("press.acknowledged_before", person.language)
    await alerts.add_acknowledgement(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        children=sorted(mine),
        version=alert.notification_version,
        refusals=len(alert.refused),
        acknowledged_at=now,
    )
    given = await _answers(tx, alert)
    settled_by, people = alerts.policy(alert).settled_by, known.directory.people
    owing = uncovered(children, given, settled_by, alert.excluded, people)
    await events.append(
        tx,
        events.line(
            "alert:acknowledged",
            now,
            notification_id=alert.notification_id,
            alert_id=alert.id,
            person_id=person.id,
            settles=not owing,
        ),
    )
    await refresh_cards(tx, now, [alert.id], [person.id], Priority.VIEW)
    if not owing:
        await settle(tx, alert, now)
    return Reply("press.acknowledged", person.language)


async def _answers(tx: Tx, alert: Row[Any]) -> list[Acknowledgement]:
    return (await alerts.answers(tx, [alert.id]))[alert.id]


async def settle(tx: Tx, alert: Row[Any], now: datetime) -> None:
    """Every child is covered: the ladder ends, what is no longer owed is cancelled, the others'
    messages say so."""
    await alerts.move(tx, alert.id, AlertState.ACKNOWLEDGED, now)
    await messages.cancel_of_alert(tx, alert.id)
    await refresh_cards(tx, now, [alert.id])
    tx.wake(Stage.DISPATCH)
