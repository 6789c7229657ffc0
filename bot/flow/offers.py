"""What a card offers for a short while: *Undo* after an answer, and the lists that a press opens.

The row that says how long is committed with the answer. Dies before the commit: nothing is offered.
Dies after it: the row is there, and once its time is over this stage's tick finds it and has the
cards shown anew; an edit that goes out later than that offers nothing, whatever it was owed for.
"""

from bot.domain.message import Priority
from bot.domain.plan import LISTED_FOR, UNDO_FOR, Answer, Offer
from bot.flow.answering import Reached
from bot.flow.context import Context, Stage
from bot.flow.reply import Reply
from bot.flow.tell import refresh_cards
from bot.store import offers

_BATCH = 100


async def offer_undo(
    reached: Reached, answer: Answer, acknowledgement_id: int | None = None
) -> None:
    """For two minutes this answer may be undone; the one before it no longer."""
    await offers.add(
        reached.tx,
        reached.alert.id,
        reached.person.id,
        Offer.UNDO,
        reached.now,
        reached.now + UNDO_FOR,
        answer=answer,
        acknowledgement_id=acknowledgement_id,
    )
    await _show(reached)


async def open_list(reached: Reached, what: Offer) -> Reply:
    """This reader's cards show a list to choose from; pressed once more, they do not."""
    tx, alert_id, person, now = reached.tx, reached.alert.id, reached.person, reached.now
    if (alert_id, person.id, what) in await offers.open_on(tx, [alert_id], now):
        await close_lists(reached)
        await _show(reached)
        return Reply("press.list_closed", person.language)
    await close_lists(reached)  # one at a time
    await offers.add(tx, alert_id, person.id, what, now, now + LISTED_FOR)
    await _show(reached)
    return Reply("press.choose", person.language)


async def close_lists(reached: Reached) -> None:
    lists = [Offer.PLAN, Offer.HAND_ON]
    await offers.end(reached.tx, reached.alert.id, reached.person.id, lists, reached.now)


async def _show(reached: Reached) -> None:
    await refresh_cards(
        reached.tx, reached.now, [reached.alert.id], [reached.person.id], Priority.VIEW
    )


async def offers_over(ctx: Context) -> bool:
    """Take off the cards what is offered no more; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        if not await offers.any_over(tx, ctx.now()):
            return False
    async with ctx.store.unit() as tx:
        over = await offers.end_over(tx, ctx.now(), _BATCH)
        for alert_id, person_id in dict.fromkeys((row.alert_id, row.person_id) for row in over):
            await refresh_cards(tx, ctx.now(), [alert_id], [person_id], Priority.VIEW)
        tx.wake(Stage.DISPATCH)
        return len(over) == _BATCH
