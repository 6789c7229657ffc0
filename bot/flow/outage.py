"""Telegram as a whole fails: after three minutes everything that it owes goes by the second way as
well, by itself, and the coordinators are told (ADR 22). When it is back, what it owed still goes
there, marked, and the coordinators hear that it is over.

A row of `outages` stands from the first message that was not taken until one is. One person's
trouble does not count: either the reason is the channel's own, or the messages of several have
failed. Dies before the commit that declares it: the row stands, the next tick declares it. Dies
behind it: the tick goes on with whatever is owed and nobody stands in for.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.cover import Reachable
from bot.domain.delivery import Deferred, Outcome, Reason, Rejected, Sent, Unknown
from bot.domain.message import Kind
from bot.domain.people import Channel, Role
from bot.domain.routing import InForce
from bot.flow.answer import tell_lines
from bot.flow.context import DOWN, Context, Stage
from bot.flow.in_force import in_force
from bot.flow.next_way import owe_next_way
from bot.flow.tell import reachable
from bot.rendering.catalogue import words
from bot.store import alarms, events, ways
from bot.store.unit_of_work import Tx

FAILS_FOR = timedelta(minutes=3)
_FRESH = timedelta(seconds=10)
"""What was owed this short a while ago and not tried yet may be taken at the first try."""
_WHOLE = (Reason.CREDENTIALS, Reason.CONFLICT, Reason.UNREACHABLE)
_BATCH = 200
log = logging.getLogger(__name__)


# --- what each outcome says of the channel ---------------------------------------------------


async def note_service(
    ctx: Context, tx: Tx, ended: Sequence[tuple[Row[Any], Outcome]], now: datetime
) -> None:
    """A channel that took or refused a message serves; one that did neither may be failing."""
    for channel in {row.channel for row, outcome in ended if isinstance(outcome, Sent | Rejected)}:
        if (over := await ways.served(tx, channel)) is not None:
            await _tell_it_is_over(ctx, tx, over, now)
    for row, outcome in ended:
        if row.kind is Kind.MENU:
            continue
        match outcome:
            case Deferred(_, reason):
                await _failed(tx, row, now, whole=reason in _WHOLE)
            case Unknown():
                await _failed(tx, row, now, whole=False)
            case Sent() | Rejected():
                pass


async def _failed(tx: Tx, row: Row[Any], now: datetime, *, whole: bool) -> None:
    await ways.failed(tx, row.channel, row.address, now, now + FAILS_FOR, whole=whole)


async def _tell_it_is_over(ctx: Context, tx: Tx, over: Row[Any], now: datetime) -> None:
    log.warning("a channel is back", extra={"channel": over.channel.value})
    await alarms.clear(tx, f"{DOWN}{over.channel.value}")
    await events.append(
        tx,
        events.line(
            "channel:back",
            now,
            channel=over.channel.value,
            since=over.since.isoformat(),
            declared_at=over.declared_at.isoformat(),
        ),
    )
    if over.channel is Channel.TELEGRAM:
        for to in reachable(await in_force(ctx, tx), Role.COORDINATOR, None, frozenset(), now):
            say = words(to.person.language)
            line = say.say("alarm.telegram_back", at=say.moment(over.since))
            await tell_lines(tx, now, to, [line], kind=Kind.ALARM)


# --- the tick --------------------------------------------------------------------------------


async def outage_due(ctx: Context) -> bool:
    """Declare what has failed for three minutes, and have the second way bring what is owed;
    whether there is more at once."""
    if ctx.second is None:
        return False
    async with ctx.store.reading() as tx:
        if not _counts(await ways.outage(tx, Channel.TELEGRAM), ctx.now()):
            return False
    async with ctx.store.unit() as tx:
        now = ctx.now()
        row = await ways.outage(tx, Channel.TELEGRAM)
        if row is None or not _counts(row, now):
            return False
        known = await in_force(ctx, tx)
        if row.declared_at is None:
            if not await ways.anything_failing(tx, Channel.TELEGRAM):
                await ways.forget(tx, Channel.TELEGRAM)
                return False
            if await ways.declare(tx, Channel.TELEGRAM, now):
                await _tell_it_fails(tx, known, row, now)
        owed = await ways.owed_by(tx, Channel.TELEGRAM, now - _FRESH, _BATCH)
        found = await owe_next_way(tx, known, owed, now)
        return bool(found) and len(owed) == _BATCH


def _counts(row: Row[Any] | None, now: datetime) -> bool:
    return row is not None and row.several and row.due_at <= now


async def _tell_it_fails(tx: Tx, known: InForce, row: Row[Any], now: datetime) -> None:
    """The coordinators hear of it by their second way: by the first they could not."""
    log.warning("a channel fails as a whole", extra={"channel": row.channel.value})
    name = f"{DOWN}{row.channel.value}"
    detail = "It fails for all; what it owes goes by the second way."
    await alarms.set_off(tx, name, detail, now)
    await events.append(
        tx,
        events.line("channel:down", now, channel=row.channel.value, since=row.since.isoformat()),
    )
    for to in reachable(known, Role.COORDINATOR, None, frozenset(), now):
        contact = to.person.next_contact((row.channel,))
        if contact is None:
            continue
        say = words(to.person.language)
        line = say.say("alarm.telegram_down", at=say.clock(row.since))
        await tell_lines(tx, now, Reachable(to.person, contact), [line], kind=Kind.ALARM)
        await alarms.mark_told(tx, name, now)
    tx.wake(Stage.DISPATCH)
