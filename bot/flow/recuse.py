"""Having no part in it: one press, no reason, and from then on nothing of this incident.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: who
pressed is excluded already, the ladder is due and the escalating stage's tick tells the next
person; an alert that their answer had settled is owed again by the raising stage's tick.
"""

from bot.domain.alert import STANDING, AlertState, NotificationState
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.hide import hide_from
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.store import alerts, events, notifications


async def recuse(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Exclude whoever asks it of themselves from all of this notification; nobody hears why."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        pressed = await alerts.by_id(tx, alert_id)
        if person is None or pressed is None:
            return nothing_here(person.language if person else "en")
        # The notification first, as raising locks them: who is excluded is its to say.
        row = await notifications.by_id(tx, pressed.notification_id, lock=True)
        duties = await alerts.of_notifications(tx, [pressed.notification_id])
        known, now, language = await in_force(ctx, tx), ctx.now(), person.language
        person = known.directory.people.get(person_id)
        if person is None:  # has left while this waited
            return nothing_here(language)
        alert = next(duty for duty in duties if duty.id == alert_id)
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        if alert.state is AlertState.MISDIRECTED:
            return await closed_here(tx, known, alert, person, now)
        if row is None or not may_take(known, person, alert, children, now):
            return nothing_here(person.language)
        await notifications.change(
            tx,
            row.id,
            recused=sorted({*row.recused, person.id}),
            excluded=sorted({*row.excluded, person.id}),
        )
        await hide_from(tx, now, [duty.id for duty in duties], [person.id])
        withdrawn = row.state is NotificationState.WITHDRAWN
        if not withdrawn and any(duty.state in STANDING for duty in duties):
            await notifications.look_again(tx, row.id, now)
            tx.wake(Stage.RAISE)
        await events.append(
            tx,
            events.line(
                "alert:recused",
                now,
                notification_id=row.id,
                alert_id=alert_id,
                person_id=person.id,
            ),
        )
        return Reply("press.recused", person.language)
