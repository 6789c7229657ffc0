"""Taking an alert on: recorded first, answered second, once however often it is pressed.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
ladder has stopped in the same commit (I4), and handling the update again finds the answer there.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import (
    Acknowledgement,
    AlertState,
    Leg,
    Meaning,
    children_in_scope,
    uncovered,
)
from bot.domain.plan import Answer
from bot.flow.answering import Reached, answering
from bot.flow.context import Context, Stage
from bot.flow.offers import offer_undo
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import refresh_cards
from bot.store import alerts, answers, events, messages, plans
from bot.store.unit_of_work import Tx

_SAID = {
    Meaning.TAKEN: "alert:acknowledged",
    Meaning.NO_HEALTH_NEED: "alert:no_health_need",
}
_THANKS = {
    Meaning.TAKEN: "press.acknowledged",
    Meaning.NO_HEALTH_NEED: "press.no_health_need",
}
_BEFORE = {
    Meaning.TAKEN: "press.acknowledged_before",
    Meaning.NO_HEALTH_NEED: "press.no_health_need_before",
}
_UNDONE_AS = {
    Meaning.TAKEN: Answer.ACKNOWLEDGE,
    Meaning.NO_HEALTH_NEED: Answer.NO_HEALTH_NEED,
}


async def acknowledge(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Record that this person has it; settle the alert when every child in it is covered. At a
    school a plan is owed from then on."""
    return await _answer(ctx, person_id, alert_id, Meaning.TAKEN)


async def no_health_need(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """The same by a nurse who has looked and saw no health need: it settles the nurse leg for the
    children in their scope, and stands in the place of an earlier answer of theirs."""
    return await _answer(ctx, person_id, alert_id, Meaning.NO_HEALTH_NEED)


async def _answer(ctx: Context, person_id: str, alert_id: int, meaning: Meaning) -> Reply:
    async with ctx.store.unit() as tx:
        reached = await answering(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        if meaning is Meaning.NO_HEALTH_NEED and reached.alert.leg is not Leg.NURSE:
            return nothing_here(reached.person.language)
        given = [a for a in await _answers(tx, reached.alert) if a.person_id == reached.person.id]
        mine = children_in_scope(reached.person, reached.children)
        if mine <= frozenset().union(*(answer.children for answer in given)):
            if given and given[-1].meaning is not meaning:
                return await _record(reached, meaning)
            return Reply(_BEFORE[meaning], reached.person.language)
        if reached.alert.state is AlertState.ACKNOWLEDGED:
            return await _settled_already(reached)
        return await _record(reached, meaning)


async def _settled_already(reached: Reached) -> Reply:
    alert, person = reached.alert, reached.person
    given = [a for a in await _answers(reached.tx, alert) if a.person_id not in alert.excluded]
    if any(answer.person_id == person.id for answer in given) or not given:
        return Reply("press.acknowledged_before", person.language)
    who = reached.known.directory.people.get(given[-1].person_id)
    name = who.name if who else given[-1].person_id
    return Reply("press.settled_before", person.language, {"name": name})


async def _record(reached: Reached, meaning: Meaning) -> Reply:
    tx, alert, children = reached.tx, reached.alert, reached.children
    person, now = reached.person, reached.now
    mine = children_in_scope(person, children)
    number = await answers.add(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        children=sorted(mine),
        version=alert.notification_version,
        refusals=len(alert.refused),
        meaning=meaning,
        in_place_of=sorted(person.in_place_of),
        acknowledged_at=now,
    )
    given = await _answers(tx, alert)
    settled_by, people = alerts.policy(alert).settled_by, reached.known.directory.people
    owing = uncovered(children, given, settled_by, alert.excluded, people)
    await events.append(
        tx,
        events.line(
            _SAID[meaning],
            now,
            notification_id=alert.notification_id,
            alert_id=alert.id,
            person_id=person.id,
            settles=not owing,
        ),
    )
    if not owing and alert.state is AlertState.OPEN:
        await settle(tx, alert, now)
    if alert.leg is Leg.SCHOOL:
        await _owe_a_plan(reached)
    await offer_undo(reached, _UNDONE_AS[meaning], number)
    return Reply(_THANKS[meaning], person.language)


async def _owe_a_plan(reached: Reached) -> None:
    """By the end of the pupil day. A drill's card says so as any other's, and nobody is asked."""
    alert, known, now = reached.alert, reached.known, reached.now
    school = known.directory.schools.get(alert.school_code)
    due = known.calendar_of(school).next_closing(school, now) if school else alert.bell_at
    whose = (alert.id, reached.person.id)
    await plans.owe(reached.tx, whose, due, due if alert.drill_id is None else None)


async def _answers(tx: Tx, alert: Row[Any]) -> list[Acknowledgement]:
    return (await alerts.answers(tx, [alert.id]))[alert.id]


async def settle(tx: Tx, alert: Row[Any], now: datetime) -> None:
    """Every child is covered: the ladder ends, what is no longer owed is cancelled, the others'
    messages say so."""
    await alerts.move(tx, alert.id, AlertState.ACKNOWLEDGED, now)
    await messages.cancel_of_alert(tx, alert.id)
    await refresh_cards(tx, now, [alert.id])
    tx.wake(Stage.DISPATCH)
