"""A contact method that is dead: the ladders move on at once, and the coordinators hear of it; and
one that works again.
"""

from bot.domain.cover import Reachable
from bot.domain.message import Kind
from bot.domain.people import ContactState, Role
from bot.flow.answer import tell_lines
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.menu import owe_menus
from bot.flow.retell import retell
from bot.flow.tell import reachable
from bot.rendering.catalogue import words
from bot.store import alerts, directory, events, messages
from bot.store.unit_of_work import Tx


async def contact_is_dead(ctx: Context, tx: Tx, contact_id: int, person_id: str) -> None:
    """Blocked, gone or unknown, for good: what waits for it is cancelled, every open ladder that
    had told this person is read anew, and the coordinators are told to ring them (I11)."""
    if not await directory.mark_contact(tx, contact_id, ContactState.BLOCKED):
        return
    now = ctx.now()
    await messages.cancel_of_contact(tx, contact_id)
    await alerts.look_again(tx, await alerts.open_told_to(tx, person_id), now)
    await events.append(tx, events.line("contact:blocked", now, person_id=person_id))
    tx.wake(Stage.ESCALATE)
    known = await in_force(ctx, tx)
    person = known.directory.people.get(person_id)
    if person is None:
        return
    for to in reachable(known, Role.COORDINATOR, None, frozenset({person_id}), now):
        say = words(to.person.language)
        line = say.say("alarm.contact_blocked", person=person.name, id=person.id)
        await tell_lines(tx, now, to, [line], kind=Kind.ALARM)


async def contact_is_back(ctx: Context, tx: Tx, to: Reachable) -> None:
    """Whoever writes or lets the bot in again can be reached, whatever the channel said before:
    what is open for them is sent again."""
    if await directory.mark_contact(tx, to.contact.id, ContactState.WORKING):
        now = ctx.now()
        await events.append(tx, events.line("contact:working", now, person_id=to.person.id))
        await owe_menus(tx, now, [to.contact.address])
        await retell(tx, ctx, to, f"back.{int(now.timestamp() * 1000)}")
