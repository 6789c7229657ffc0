"""A coordinator's end of a duty that nobody settled, with a reason (I11: nothing ends silently)."""

from bot.domain.alert import AlertState, Leg, NotificationState
from bot.domain.errors import ConflictError, NotFoundError
from bot.flow.asking import tell_of_the_end
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.tell import refresh_cards
from bot.store import alerts, events, messages, notifications
from bot.store.unit_of_work import Tx

_CLOSED = {Leg.TRIAGE: "triage:closed", Leg.QUESTION: "question:closed"}


async def close(ctx: Context, reference: str, reason: str, by: str) -> list[int]:
    """Close every open alert of this reference; the numbers of those closed.

    NotFoundError if there is none of this reference, ConflictError if nothing of it is open.
    """
    async with ctx.store.unit() as tx:
        if not (closed := await close_all(ctx, tx, reference, reason, by)):
            raise ConflictError(f"Nothing of {reference} is open.")
        return closed


async def close_all(
    ctx: Context, tx: Tx, reference: str, reason: str, by: str, *, unless_excluded: str = ""
) -> list[int]:
    """The same within a transaction, for whoever has been asked whether they may; nothing where
    nothing is open, nor for somebody who turns out to be excluded from it behind the lock."""
    row = await notifications.by_reference(tx, reference, lock=True)
    if row is None:
        raise NotFoundError(f"There is no notification {reference}.")
    if unless_excluded and unless_excluded in row.excluded:
        return []
    known, duties = await in_force(ctx, tx), await alerts.of_notifications(tx, [row.id])
    now, closed, only_questions = ctx.now(), [], True
    for alert in duties:
        if alert.state is AlertState.OPEN and await alerts.move(
            tx, alert.id, AlertState.CLOSED, now
        ):
            closed.append(alert.id)
            only_questions &= alert.leg is Leg.QUESTION
            if alert.leg is Leg.QUESTION:
                await tell_of_the_end(tx, known, alert, now)
            await messages.cancel_of_alert(tx, alert.id)
            await events.append(
                tx,
                events.line(
                    _CLOSED.get(alert.leg, "alert:closed"),
                    now,
                    notification_id=row.id,
                    alert_id=alert.id,
                    reason=reason,
                    by=by,
                ),
            )
        elif alert.held:  # its question may end here, and a card held back for it with it
            await messages.cancel_of_alert(tx, alert.id)
    if not closed:
        return []
    await refresh_cards(tx, now, closed)
    # What a question is about is not closed with it; and if the notice is due to be raised, a
    # version or a decision came that is still to be told.
    if row.raise_due_at is None and not only_questions:
        await notifications.change(tx, row.id, state=NotificationState.CLOSED)
    tx.wake(Stage.DISPATCH)
    return closed
