"""What became of a message: the commit after the send, and what follows from each outcome.

| outcome | the message | besides |
|---|---|---|
| Sent | sent | settled meanwhile: its card is put right (a stand-down) |
| Deferred | pending, due then | its chat, or for a dead line the channel, waits as well |
| Rejected, address dead | rejected | contact blocked, ladder on at once, coordinators told (I11) |
| Rejected otherwise | rejected | ladder on at once, an alarm |
| Unknown | pending again, later each time, marked | after two: the next step comes forward (I5) |
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.delivery import Deferred, Operation, Outcome, Reason, Rejected, Sent, Unknown
from bot.domain.message import CARDS, MessageState
from bot.flow.contact import contact_is_dead
from bot.flow.context import CHANNEL, Context, Stage
from bot.flow.tell import refresh_card
from bot.store import alarms, alerts, messages
from bot.store.unit_of_work import Tx

_REPEAT_AFTER = (10, 30, 60, 120, 300, 600)
"""Seconds until a message whose outcome is unknown is sent again, growing."""
_CHANNEL_PAUSE = timedelta(seconds=5)
_OF_THE_CHANNEL = (Reason.CREDENTIALS, Reason.CONFLICT, Reason.UNREACHABLE)


async def record_outcomes(
    ctx: Context, outcomes: Sequence[tuple[int, Outcome]], *, take_over: bool = False
) -> None:
    """Record these in one commit. A claim that was taken over is not ours to record (fencing)."""
    now = ctx.now()
    async with ctx.store.unit() as tx:
        if take_over:
            abandoned = await messages.abandoned(tx, now, 100)
            outcomes = [(row.id, Unknown("the worker stopped answering")) for row in abandoned]
            rows = {row.id: row for row in abandoned}
        else:
            rows = await messages.still_claimed(tx, [i for i, _ in outcomes], ctx.worker)
        states = await alerts.by_ids(tx, {r.alert_id for r in rows.values() if r.alert_id})
        for number, outcome in outcomes:
            if (row := rows.get(number)) is not None:
                await _record(ctx, tx, row, outcome, states.get(row.alert_id), now)
        await messages.add_attempts(
            tx,
            [
                {
                    "message_id": number,
                    "outcome": type(outcome).__name__.lower(),
                    "detail": _detail(outcome),
                    "ended_at": now,
                }
                for number, outcome in outcomes
                if number in rows
            ],
        )
        tx.wake(Stage.DISPATCH)


def _detail(outcome: Outcome) -> str:
    match outcome:
        case Deferred(_, reason):
            return reason.value
        case Rejected(reason, detail):
            return f"{reason.value} {detail}".strip()
        case Unknown(detail):
            return detail
        case Sent():
            return ""


async def _record(
    ctx: Context, tx: Tx, row: Row[Any], outcome: Outcome, alert: Row[Any] | None, now: datetime
) -> None:
    match outcome:
        case Sent(provider_message_id):
            ctx.trouble.discard(f"{CHANNEL}{Reason.CREDENTIALS.value}")
            await _sent(tx, row, provider_message_id, alert, now)
        case Deferred(until, reason):
            await _again(tx, row, until)
            await messages.hold_chats(tx, row.channel, {row.address: until})
            if reason in (Reason.CREDENTIALS, Reason.CONFLICT):
                ctx.trouble.add(f"{CHANNEL}{reason.value}")
            if reason in _OF_THE_CHANNEL:
                await messages.set_pace(tx, row.channel, now + _CHANNEL_PAUSE)
        case Rejected(Reason.BLOCKED, _):
            await messages.change(tx, row.id, state=MessageState.REJECTED)
            await _dead_address(ctx, tx, row)
        case Rejected(reason, detail):
            await messages.change(tx, row.id, state=MessageState.REJECTED)
            await _not_taken(tx, row, f"{reason.value} {detail}".strip(), now)
        case Unknown():
            await _unknown(tx, row, now)


async def _sent(
    tx: Tx, row: Row[Any], provider_message_id: str | None, alert: Row[Any] | None, now: datetime
) -> None:
    changes: dict[str, Any] = {"state": MessageState.SENT, "sent_at": now}
    if row.operation is Operation.SEND:
        changes["provider_message_id"] = provider_message_id
    await messages.change(tx, row.id, **changes)
    landed_late = alert is not None and alert.state is not AlertState.OPEN
    if row.operation is Operation.SEND and row.kind in CARDS and landed_late:
        await refresh_card(tx, now, row)  # settled while it was in flight: a stand-down follows


async def _again(tx: Tx, row: Row[Any], at: datetime, **changes: Any) -> None:
    """Back into the queue; an edit of a card that has a newer one waiting is not needed."""
    superseded = row.operation is Operation.EDIT and await messages.refresh_waits(tx, row.parent_id)
    state = MessageState.CANCELLED if superseded else MessageState.PENDING
    await messages.change(tx, row.id, state=state, due_at=at, **changes)


async def _unknown(tx: Tx, row: Row[Any], now: datetime) -> None:
    unknowns = row.unknowns + 1
    wait = _REPEAT_AFTER[min(unknowns, len(_REPEAT_AFTER)) - 1]
    await _again(tx, row, now + timedelta(seconds=wait), unknowns=unknowns)
    if unknowns == 2 and row.kind in CARDS:
        await alerts.look_again(tx, [row.alert_id], now, hurry=True)
        tx.wake(Stage.ESCALATE)


async def _not_taken(tx: Tx, row: Row[Any], why: str, now: datetime) -> None:
    """The channel will never take this message: somebody else must be told instead."""
    await alarms.set_off(
        tx, f"message_refused:{row.kind.value}", f"Telegram refused a message ({why}).", now
    )
    if row.kind in CARDS and row.operation is Operation.SEND:
        await alerts.look_again(tx, [row.alert_id], now, hurry=True)
        tx.wake(Stage.ESCALATE)


async def _dead_address(ctx: Context, tx: Tx, row: Row[Any]) -> None:
    if row.contact_id is not None:
        await contact_is_dead(ctx, tx, row.contact_id, row.person_id)
