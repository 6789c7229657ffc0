"""Take it: one person at the MASH desk has the question, and the others see who.

Dies before the commit: the press is in the inbox still and is handled again. Dies after it: the
cards' edits are pending and the dispatcher's tick sends them; pressed again, it is theirs already.
"""

from bot.domain.alert import AlertState, Leg
from bot.flow.asking import standing_owner
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import refresh_cards
from bot.store import alerts, events, questions


async def take_question(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Make this person its owner, unless somebody who is there has it."""
    async with ctx.store.unit() as tx:
        alert = await alerts.by_id(tx, alert_id, lock=True)  # who may is asked behind the lock
        known, now = await in_force(ctx, tx), ctx.now()
        person = known.directory.people.get(person_id)
        if person is None or alert is None or alert.leg is not Leg.QUESTION:
            return nothing_here(person.language if person else "en")
        if not may_take(known, person, alert, (), now):
            return nothing_here(person.language)
        if alert.state is not AlertState.OPEN:
            return Reply("press.question_over", person.language)
        owner = await standing_owner(tx, known, alert, now)
        if owner is not None and owner.id != person.id:
            return Reply("press.question_taken", person.language, {"name": owner.name})
        if owner is None:
            await questions.set_owner(tx, alert_id, person.id, now)
            await events.append(
                tx,
                events.line(
                    "question:taken",
                    now,
                    notification_id=alert.notification_id,
                    alert_id=alert_id,
                    person_id=person.id,
                ),
            )
            await refresh_cards(tx, now, [alert_id])
            tx.wake(Stage.DISPATCH)
        return Reply("press.question_yours", person.language)
