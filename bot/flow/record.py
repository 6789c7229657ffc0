"""What became of a message: the commit after the send, and what follows from each outcome.

| outcome | the message | besides |
|---|---|---|
| Sent | sent | settled meanwhile: its card is put right (a stand-down) |
| Deferred | pending, due then | its chat, or for a dead line the channel, waits as well; after three minutes: the next way |
| Rejected, address dead | rejected | contact blocked, next way or ladder on at once, coordinators told (I11) |
| Rejected otherwise | rejected | next way or ladder on at once, an alarm |
| Unknown | pending again, later each time, marked | after two: the next way, or the next step, comes forward (I5) |

Where there is no way beside Telegram, or none is left for this person, the ladder moves on (ADR 22).

A menu is a nicety: what Telegram thinks of one says nothing about the chat, and holds nobody up.
"""  # noqa: E501

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.delivery import Deferred, Operation, Outcome, Reason, Rejected, Sent, Unknown
from bot.domain.message import CARDS, Kind, MessageState
from bot.domain.people import Channel
from bot.flow.contact import contact_is_dead, next_way_or_somebody_else, tell_somebody_else
from bot.flow.context import CHANNEL, Context, Stage
from bot.flow.in_force import in_force
from bot.flow.next_way import owe_next_way
from bot.flow.outage import note_service
from bot.flow.tell import message_row, refresh_card
from bot.store import alarms, alerts, claims, menus, messages, pace
from bot.store.unit_of_work import Tx

_REPEAT_AFTER = (10, 30, 60, 120, 300, 600)
"""Seconds until a message whose outcome is unknown is sent again, growing."""
_CHANNEL_PAUSE = timedelta(seconds=5)
_REFUSED = (Reason.CREDENTIALS, Reason.CONFLICT)
_OF_THE_CHANNEL = (*_REFUSED, Reason.UNREACHABLE)
_LANDS_LATE = timedelta(seconds=60)
"""An edit that nobody knew the outcome of may take effect behind the one that came after it."""
_PUT_OFF = timedelta(seconds=60)
_HELD = timedelta(seconds=30)
_BATCH = 100
_OTHER_WAY_AFTER = timedelta(minutes=3)
"""A message that a channel has put off for so long, or will, is owed by the next way as well."""
log = logging.getLogger(__name__)


async def record_outcomes(ctx: Context, ended: Sequence[tuple[Row[Any], Outcome]]) -> None:
    """Record what became of these claims, in one commit, or one by one if that fails. A claim that
    cannot be recorded runs out and is taken over: a repeat, never a loss."""
    try:
        await _record_ours(ctx, ended)
    except Exception:
        log.exception("recording outcomes failed; they are recorded one by one")
        for pair in ended:
            try:
                await _record_ours(ctx, [pair])
            except Exception:
                log.exception("recording an outcome failed", extra={"outbox": pair[0].id})


async def _record_ours(ctx: Context, ended: Sequence[tuple[Row[Any], Outcome]]) -> None:
    async with ctx.store.unit() as tx:
        unhappy = {
            row.alert_id for row, outcome in ended if isinstance(outcome, Rejected | Unknown)
        }
        await alerts.lock_all(tx, unhappy - {None})  # before their messages, as whoever answers
        ours = await _still_ours(ctx, tx, [row for row, _ in ended])
        still = [(ours[row.id], outcome) for row, outcome in ended if row.id in ours]
        await _record_all(ctx, tx, still)


async def _still_ours(ctx: Context, tx: Tx, claimed: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """A claim that was taken over, even by ourselves, is not ours to record (fencing)."""
    held = await claims.still_claimed(tx, [row.id for row in claimed], ctx.worker)
    attempts = {row.id: row.attempts for row in claimed}
    return {number: row for number, row in held.items() if row.attempts == attempts[number]}


async def give_back(ctx: Context, claimed: Sequence[Row[Any]]) -> None:
    """Claimed messages that never left are anybody's again. If that cannot be written down, their
    claims run out."""
    try:
        async with ctx.store.unit() as tx:
            for row in (await _still_ours(ctx, tx, claimed)).values():
                await _unsent(tx, row, row.due_at)
            tx.wake(Stage.DISPATCH)
    except Exception:
        log.exception("messages could not be given back", extra={"count": len(claimed)})


async def take_over(ctx: Context) -> None:
    """Claims that nobody recorded in time: nobody can say what became of them."""
    try:
        await _take_over(ctx, _BATCH)
    except Exception:
        log.exception("taking claims over failed; they are taken over one by one")
        for _ in range(_BATCH):
            if not await _take_over_one_or_wait(ctx):
                break


async def _take_over(ctx: Context, limit: int) -> int:
    async with ctx.store.unit() as tx:
        over = await claims.over(tx, ctx.now(), limit)
        await alerts.lock_all(tx, {row.alert_id for row in over} - {None})
        abandoned = await claims.abandoned(tx, ctx.now(), [row.id for row in over])
        lost = Unknown("the worker stopped answering")
        await _record_all(ctx, tx, [(row, lost) for row in abandoned])
        return len(abandoned)


async def _take_over_one_or_wait(ctx: Context) -> int:
    try:
        return await _take_over(ctx, 1)
    except Exception:
        log.exception("taking a claim over failed")
        async with ctx.store.unit() as tx:
            over = await claims.over(tx, ctx.now(), 1)
            for row in await claims.abandoned(tx, ctx.now(), [row.id for row in over]):
                await messages.change(tx, row.id, claimed_until=ctx.now() + _PUT_OFF)
        return 1


async def _record_all(ctx: Context, tx: Tx, ended: Sequence[tuple[Row[Any], Outcome]]) -> None:
    now = ctx.now()
    # A chat's second counts from the send as it was, not from its slot as it was planned.
    free_at = now + timedelta(seconds=ctx.chat_seconds)
    for channel in {row.channel for row, _ in ended}:
        chats = {
            row.address for row, _ in ended if row.channel is channel and row.kind is not Kind.MENU
        }
        await pace.hold_chats(tx, channel, dict.fromkeys(chats, free_at))
    for channel in {row.channel for row, outcome in ended if isinstance(outcome, Sent)}:
        await alarms.clear(tx, *(_refusal(channel, reason) for reason in _REFUSED))
    if ctx.second is not None:
        await note_service(ctx, tx, ended, now)
    await _mark_sent(tx, ended, now)
    states = await alerts.by_ids(tx, {row.alert_id for row, _ in ended if row.alert_id})
    for row, outcome in ended:
        await _record(ctx, tx, row, outcome, states.get(row.alert_id), now)
    await messages.add_attempts(
        tx,
        [
            {
                "message_id": row.id,
                "outcome": type(outcome).__name__.lower(),
                "detail": _detail(outcome),
                "ended_at": now,
            }
            for row, outcome in ended
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


def _refusal(channel: Channel, reason: Reason) -> str:
    """The alarm that a channel refuses us: it stands for all workers until one is served again. Of
    Telegram it turns health red."""
    return f"{CHANNEL if channel is Channel.TELEGRAM else f'{channel.value}:'}{reason.value}"


async def _record(
    ctx: Context, tx: Tx, row: Row[Any], outcome: Outcome, alert: Row[Any] | None, now: datetime
) -> None:
    match outcome:
        case Rejected(reason, detail) if row.kind is Kind.MENU:
            log.info("a menu was refused", extra={"why": f"{reason.value} {detail}".strip()})
            await messages.end(tx, row.id, MessageState.REJECTED)
        case Sent():
            await _sent(tx, row, alert, now)
        case Deferred(until, reason):
            await _again(tx, row, until)
            if row.kind is Kind.MENU:
                await menus.put_off(tx, row.channel, until)
            else:
                await pace.hold_chats(tx, row.channel, {row.address: until})
            if reason in _REFUSED:
                name = _refusal(row.channel, reason)
                await alarms.set_off(tx, name, "The channel refuses this service.", now)
            if reason in _OF_THE_CHANNEL:
                await pace.set_next(tx, row.channel, now + _CHANNEL_PAUSE)
            long = max(now - row.created_at, until - now) >= _OTHER_WAY_AFTER
            if long and ctx.second is not None:
                await owe_next_way(tx, await in_force(ctx, tx), [row], now)
        case Rejected(Reason.BLOCKED, _):
            await messages.end(tx, row.id, MessageState.REJECTED)
            await _dead_address(ctx, tx, row)
        case Rejected(reason, detail):
            await messages.end(tx, row.id, MessageState.REJECTED)
            await _not_taken(ctx, tx, row, f"{reason.value} {detail}".strip(), now)
        case Unknown():
            await _unknown(ctx, tx, row, now)


async def _mark_sent(tx: Tx, ended: Sequence[tuple[Row[Any], Outcome]], now: datetime) -> None:
    """All that arrived at once: they are most of what there is to record."""
    cards, others = list[dict[str, Any]](), list[dict[str, Any]]()
    for row, outcome in ended:
        if isinstance(outcome, Sent):
            changes = {"id": row.id, "state": MessageState.SENT, "sent_at": now}
            if row.operation is Operation.SEND:
                cards.append({**changes, "provider_message_id": outcome.provider_message_id})
            else:
                others.append(changes)
    await messages.change_each(tx, cards)
    await messages.change_each(tx, others)


async def _sent(tx: Tx, row: Row[Any], alert: Row[Any] | None, now: datetime) -> None:
    """What follows for the card of a message that arrived."""
    landed_late = alert is not None and alert.state is not AlertState.OPEN
    if row.operation is Operation.SEND and row.kind in CARDS and landed_late:
        await refresh_card(tx, now, row)  # settled while it was in flight: a stand-down follows
    if row.operation is Operation.EDIT and row.unknowns:
        card = await messages.by_id(tx, row.parent_id)
        await refresh_card(tx, now + _LANDS_LATE, card)


async def _again(
    tx: Tx, row: Row[Any], at: datetime, *, unknowns: int | None = None, unsent: bool = False
) -> None:
    """Back into the queue; what another one there says as well is not needed twice."""
    unknowns = row.unknowns if unknowns is None else unknowns
    if row.kind in (Kind.NEUTRAL, Kind.MENU):
        # One waits at most, and another worker may be adding it now: the database decides.
        await messages.end(tx, row.id, MessageState.CANCELLED)
        again = message_row(
            row.kind,
            row.address,
            at,
            params=row.params,
            priority=row.priority,
            operation=row.operation,
        )
        await messages.add_once(tx, {**again, "unknowns": unknowns})
        return
    superseded = row.operation is Operation.EDIT and await messages.refresh_waits(
        tx, row.parent_id, unknowns
    )
    state = MessageState.CANCELLED if superseded else MessageState.PENDING
    await messages.change(
        tx, row.id, state=state, due_at=at, unknowns=unknowns, attempts=row.attempts - unsent
    )


async def _unsent(tx: Tx, row: Row[Any], at: datetime) -> None:
    """Back into the queue as if it had never been claimed."""
    await _again(tx, row, at, unsent=True)


async def hold_back(tx: Tx, row: Row[Any], now: datetime) -> None:
    """A claimed message that nobody may have yet: looked at again soon."""
    await _unsent(tx, row, now + _HELD)


async def another_way(ctx: Context, tx: Tx, row: Row[Any], now: datetime) -> None:
    """A claimed message that must not go to its address: the next way, or somebody else."""
    await messages.end(tx, row.id, MessageState.CANCELLED)
    await next_way_or_somebody_else(ctx, tx, row, now)


async def put_off(tx: Tx, row: Row[Any], fault: str, now: datetime) -> None:
    """A claimed message that nobody can make words of: tried again later, while somebody else is
    told instead."""
    await _again(tx, row, now + _PUT_OFF)
    await alarms.set_off(
        tx, f"message_not_worded:{row.kind.value}", f"It has no words ({fault}).", now
    )
    if row.attempts == 1:
        await tell_somebody_else(tx, row, now)


async def _unknown(ctx: Context, tx: Tx, row: Row[Any], now: datetime) -> None:
    unknowns = row.unknowns + 1
    wait = _REPEAT_AFTER[min(unknowns, len(_REPEAT_AFTER)) - 1]
    await _again(tx, row, now + timedelta(seconds=wait), unknowns=unknowns)
    if unknowns == 2:
        await next_way_or_somebody_else(ctx, tx, row, now)


async def _not_taken(ctx: Context, tx: Tx, row: Row[Any], why: str, now: datetime) -> None:
    """The channel will never take this message: the next way must, or somebody else be told."""
    await alarms.set_off(
        tx, f"message_refused:{row.kind.value}", f"{row.channel.name} refused it ({why}).", now
    )
    await next_way_or_somebody_else(ctx, tx, row, now)


async def _dead_address(ctx: Context, tx: Tx, row: Row[Any]) -> None:
    if row.contact_id is not None:
        await contact_is_dead(ctx, tx, row.contact_id, row.person_id, row)
