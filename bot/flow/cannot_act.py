"""Cannot act: somebody who was told says so, and the ladder's next step is told at once.

It settles nothing and hides nothing: they may still open it, and still take it on. Dies before the
commit: the update is in the inbox still and is handled again. Dies after it: the ladder is due and
the escalating stage's tick climbs it; handling the update again finds the line in the trail.
"""

from bot.domain.alert import AlertState
from bot.domain.plan import Answer
from bot.flow.answering import answering
from bot.flow.context import Context, Stage
from bot.flow.offers import offer_undo
from bot.flow.reply import Reply
from bot.store import alerts, events

_SAID = "alert:cannot_act"


async def cannot_act(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Pull the next step up, once for each person and each raising of the alert."""
    async with ctx.store.unit() as tx:
        reached = await answering(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        alert, person, now = reached.alert, reached.person, reached.now
        if alert.state is AlertState.ACKNOWLEDGED:
            return Reply("press.cannot_act_settled", person.language)
        if await events.said_before(tx, _SAID, alert_id, person_id, raising=alert.raising):
            return Reply("press.cannot_act_before", person.language)
        await events.append(
            tx,
            events.line(
                _SAID,
                now,
                notification_id=alert.notification_id,
                alert_id=alert_id,
                person_id=person_id,
                raising=alert.raising,
            ),
        )
        await alerts.look_again(tx, [alert_id], now, hurry=True)
        await offer_undo(reached, Answer.CANNOT_ACT)
        tx.wake(Stage.ESCALATE)
        return Reply("press.cannot_act", person.language)
