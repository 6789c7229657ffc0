"""A receipt: what became of a text message after GOV.UK Notify had accepted it.

| receipt | recorded | besides |
|---|---|---|
| delivered | on the message's attempts | nothing: a telephone is no reader |
| not delivered | the same | the next way; without one the same telephone again, twice at most |
| dead | the same | the contact blocked, the next way or the ladder at once, coordinators told |

One receipt is taken once: what comes again finds its line among the attempts. It may come before
the outcome of its send is recorded; then the claim is over with it. Dies before the commit: Notify
brings it again.
"""

from datetime import timedelta

from bot.domain.message import MessageState
from bot.domain.people import Channel
from bot.domain.receipt import Receipt, notify_receipt
from bot.flow.contact import contact_is_dead, tell_somebody_else
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.next_way import owe_next_way
from bot.store import messages, ways

_TRIES = 3
_AGAIN = timedelta(seconds=60)
_MOST_DIGITS = 18
_TAKEN = (MessageState.CLAIMED, MessageState.SENT)


async def take_receipt(ctx: Context, reference: str, provider_id: str, status: str) -> None:
    """Record what a receipt says of our message of this number; of any other, nothing."""
    receipt = notify_receipt(status)
    if receipt is None or not (reference.isascii() and reference.isdecimal()):
        return
    if len(reference) > _MOST_DIGITS or ctx.second is None:
        return
    async with ctx.store.unit() as tx:
        now = ctx.now()
        row = await messages.by_id(tx, int(reference), lock=True)
        if row is None or row.channel is not Channel.SMS or row.contact_id is None:
            return
        detail = f"notify {provider_id[:36]}"
        if await ways.has_receipt(tx, row.id, receipt.value, detail):
            return
        await messages.add_attempts(
            tx,
            [
                {
                    "message_id": row.id,
                    "outcome": receipt.value,
                    "detail": detail,
                    "ended_at": now,
                }
            ],
        )
        if receipt is Receipt.DEAD:
            await contact_is_dead(ctx, tx, row.contact_id, row.person_id, row)
        if receipt is Receipt.NOT_DELIVERED and row.state in _TAKEN:
            if await owe_next_way(tx, await in_force(ctx, tx), [row], now):
                return
            if row.attempts < _TRIES:
                again = {"state": MessageState.PENDING, "due_at": now + _AGAIN}
                await messages.change(tx, row.id, **again)
                tx.wake(Stage.DISPATCH)
            await tell_somebody_else(tx, row, now)
