"""A contact method that is dead: the ladders move on at once, and the coordinators hear of it; and
one that works again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.cover import Reachable
from bot.domain.message import CARDS, Kind
from bot.domain.people import Channel, ContactState, Role
from bot.flow.answer import tell_lines
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.menu import owe_menus
from bot.flow.next_way import owe_next_way
from bot.flow.retell import retell
from bot.flow.tell import reachable
from bot.rendering.catalogue import words
from bot.store import alerts, directory, events, messages, ways
from bot.store.unit_of_work import Tx

_BLOCKED = {
    Channel.TELEGRAM: "alarm.contact_blocked",
    Channel.EMAIL: "alarm.email_refused",
    Channel.SMS: "alarm.sms_refused",
}


async def contact_is_dead(
    ctx: Context, tx: Tx, contact_id: int, person_id: str, refused: Row[Any] | None = None
) -> None:
    """Blocked, gone or unknown, for good: what waits for it is owed by this person's next way (ADR
    22), every open ladder that had told them is read anew, and the coordinators are told to ring
    them (I11). `refused` is the message by which it is known, if any."""
    now = ctx.now()
    if not await directory.mark_contact(tx, contact_id, ContactState.BLOCKED):
        if refused is not None and ctx.second is not None:  # it was on its way meanwhile
            await next_way_or_somebody_else(ctx, tx, refused, now)
        return
    if ctx.second is not None:
        owed = {row.id: row for row in await ways.owed_by_contact(tx, contact_id)}
        if refused is not None:
            owed[refused.id] = refused
        await owe_next_way(tx, await in_force(ctx, tx), list(owed.values()), now)
        if refused is not None and refused.channel is not Channel.TELEGRAM:
            await next_way_or_somebody_else(ctx, tx, refused, now)
    await messages.cancel_of_contact(tx, contact_id)
    await alerts.look_again(tx, await alerts.open_told_to(tx, person_id), now)
    await events.append(tx, events.line("contact:blocked", now, person_id=person_id))
    tx.wake(Stage.ESCALATE)
    known = await in_force(ctx, tx)
    person = known.directory.people.get(person_id)
    if person is None:
        return
    channel = next((c.channel for c in person.contacts if c.id == contact_id), Channel.TELEGRAM)
    for to in reachable(known, Role.COORDINATOR, None, frozenset({person_id}), now):
        say = words(to.person.language)
        line = say.say(_BLOCKED[channel], person=person.name, id=person.id)
        await tell_lines(tx, now, to, [line], kind=Kind.ALARM)


async def next_way_or_somebody_else(ctx: Context, tx: Tx, row: Row[Any], now: datetime) -> None:
    """One way did not bring this message to its person: the next way does, or, where none is left,
    somebody else is told instead."""
    if ctx.second is not None and await owe_next_way(tx, await in_force(ctx, tx), [row], now):
        return
    await tell_somebody_else(tx, row, now)


async def tell_somebody_else(tx: Tx, row: Row[Any], now: datetime) -> None:
    """The ladder takes its next step at once."""
    if row.kind in CARDS:
        await alerts.look_again(tx, [row.alert_id], now, hurry=True)
        tx.wake(Stage.ESCALATE)


async def contact_is_back(ctx: Context, tx: Tx, to: Reachable) -> None:
    """Whoever writes or lets the bot in again can be reached, whatever the channel said before:
    what is open for them is sent again."""
    if await directory.mark_contact(tx, to.contact.id, ContactState.WORKING):
        now = ctx.now()
        await events.append(tx, events.line("contact:working", now, person_id=to.person.id))
        await owe_menus(tx, now, [to.contact.address])
        await retell(tx, ctx, to, f"back.{int(now.timestamp() * 1000)}")
