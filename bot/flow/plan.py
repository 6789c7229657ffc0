"""What a school plans: a choice from a short list, by whoever acknowledged, changed as often as
they like until the alert has ended. Nothing is written in words, here or in the chat.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
plan is there, nobody is asked for it any more, and handling the update again finds it.
"""

from bot.domain.alert import AlertState, Leg, children_in_scope
from bot.domain.plan import CHOICES, Answer, Choice, Offer
from bot.flow.answering import Reached, answering
from bot.flow.context import Context
from bot.flow.offers import close_lists, offer_undo, open_list
from bot.flow.reply import Reply, nothing_here
from bot.flow.view import own_answer, settling_answer
from bot.rendering.catalogue import words
from bot.store import alerts, events, plans


async def plan(ctx: Context, person_id: str, alert_id: int, number: int | None = None) -> Reply:
    """Record the choice of this place in the list; without one, show the list."""
    async with ctx.store.unit() as tx:
        reached = await answering(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        alert, person = reached.alert, reached.person
        if alert.leg is not Leg.SCHOOL or (number is not None and number >= len(CHOICES)):
            return nothing_here(person.language)
        given = (await alerts.answers(tx, [alert_id]))[alert_id]
        if own_answer(reached.known, alert, given, reached.children, person) is None:
            other = settling_answer(reached.known, given, alert.excluded)
            if alert.state is AlertState.ACKNOWLEDGED and other is not None:
                return Reply("press.settled_before", person.language, {"name": other.name})
            return Reply("press.plan_first", person.language)
        if number is None:
            return await open_list(reached, Offer.PLAN)
        return await _record(reached, CHOICES[number])


async def _record(reached: Reached, choice: Choice) -> Reply:
    tx, alert, person, now = reached.tx, reached.alert, reached.person, reached.now
    chosen = words(person.language).say(f"plan.{choice.value}")
    await close_lists(reached)
    if (await plans.newest(tx, [alert.id])).get((alert.id, person.id)) is choice:
        # Said again after more came: then it is what they plan for that too.
        owed = await plans.owed(tx, [alert.id])
        if (alert.id, person.id) not in owed:
            return Reply("press.planned_before", person.language, {"choice": chosen})
    await plans.add(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        choice=choice,
        children=sorted(children_in_scope(person, reached.children)),
        version=alert.notification_version,
        planned_at=now,
    )
    await plans.end_owed(tx, (alert.id, person.id), now)
    await events.append(
        tx,
        events.line(
            "alert:planned",
            now,
            notification_id=alert.notification_id,
            alert_id=alert.id,
            person_id=person.id,
            choice=choice.value,
        ),
    )
    await offer_undo(reached, Answer.PLAN)
    return Reply("press.planned", person.language, {"choice": chosen})
