"""Cannot act: somebody who was told says so, and the ladder's next step is told at once.

It settles nothing and hides nothing: they may still open it, and still take it on. Dies before the
commit: the update is in the inbox still and is handled again. Dies after it: the ladder is due and
the escalating stage's tick climbs it; handling the update again finds the line in the trail.
"""

from bot.domain.alert import OF_THE_DESK, AlertState
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.store import alerts, events

_SAID = "alert:cannot_act"


async def cannot_act(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Pull the next step up, once for each person and each raising of the alert."""
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
            case AlertState.MISDIRECTED:
                return await closed_here(tx, known, alert, person, now)
            case AlertState.WITHDRAWN:
                return Reply("press.withdrawn", person.language)
            case AlertState.CLOSED:
                return Reply("press.closed", person.language)
            case AlertState.ACKNOWLEDGED:
                return Reply("press.cannot_act_settled", person.language)
            case AlertState.OPEN:
                pass
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
        tx.wake(Stage.ESCALATE)
        return Reply("press.cannot_act", person.language)
