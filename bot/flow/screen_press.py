"""The first showing of a screen, and every press of its buttons.

Dies before the commit: nothing has changed, and the command or the press is handled again from its
row. Dies after it: the edit is pending and the dispatcher's tick sends it; a deed done before is
found done, and the press shows how things stand.
"""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.alert import CLOSINGS
from bot.domain.calendar import local_day
from bot.domain.cover import Reachable
from bot.domain.message import Kind, Priority
from bot.domain.screen import View, may_look
from bot.flow.answer import pressed_message
from bot.flow.ask import asker, help_text
from bot.flow.away import go_away, tell_what_stands
from bot.flow.close import close_all
from bot.flow.contact_test import send_test
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.leave_chat import propose_loss
from bot.flow.look import SCREEN, Done, Look, data_of
from bot.flow.menu import owe_menus
from bot.flow.reply import Reply, nothing_here
from bot.flow.screen_deeds import about_person, close_school
from bot.flow.screen_duties import found
from bot.flow.screen_me import MyDeed
from bot.flow.screens import read, screen_of
from bot.flow.tell import message_row, refresh_card
from bot.rendering.catalogue import LANGUAGES
from bot.store import directory, messages
from bot.store.unit_of_work import Tx

Deed = Callable[[Context, Look, Reachable], Awaitable[Done | Reply | None]]


async def show(ctx: Context, address: str, view: View, *numbers: int) -> None:
    """A command's answer: a message with this screen. For whoever has no such screen the command
    does not exist."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        look = Look(tx, known, ctx.now(), to.person, view, numbers)
        if may := may_look(to.person.role, view):
            await put(tx, look, to)
    if not may:
        await help_text(ctx, address)


async def put(tx: Tx, look: Look, to: Reachable) -> None:
    """The message, worded when it goes out."""
    row = message_row(
        Kind.SCREEN,
        to,
        look.now,
        params={SCREEN: data_of(look.view, look.numbers)},
        priority=Priority.ANSWER,
    )
    await messages.add(tx, [row])
    tx.wake(Stage.DISPATCH)


async def turn(ctx: Context, person_id: str, address: str, card: str, data: str) -> Reply:
    """A screen's button: another screen in its place, or a deed and what came of it. It works on a
    screen in its holder's own chat alone."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person, meant = known.directory.people.get(person_id), read(data)
        shown = await pressed_message(tx, person, address, card, SCREEN)
        if person is None or shown is None or meant is None:
            return nothing_here(person.language if person else "en")
        look = Look(tx, known, now, person, *meant)
        if not may_look(person.role, look.view):
            return nothing_here(person.language)
        contact = next(c for c in person.contacts if c.id == shown.contact_id)
        deed = _DEEDS.get(look.view)
        done = await deed(ctx, look, Reachable(person, contact)) if deed else None
        if isinstance(done, Reply):
            return done
        if done is None and await screen_of(look) is None:
            return nothing_here(person.language)
        then = data_of(done.view, done.numbers) if done else data
        await refresh_card(tx, now, shown, Priority.VIEW, params={SCREEN: then})
        return done.reply if done else Reply("screen.press_shown", person.language)


# --- the deeds -----------------------------------------------------------------------------------


async def _close(ctx: Context, look: Look, to: Reachable) -> Done | Reply | None:  # noqa: ARG001
    """Everything of this notice that is open ends, with a reason of the set list."""
    match look.numbers:
        case (alert_id, place, 1) if place < len(CLOSINGS):
            row = await found(look)
        case _:
            return None
    if row is None:
        return nothing_here(look.person.language)
    closed = await close_all(
        ctx,
        look.tx,
        row.reference,
        CLOSINGS[place].value,
        look.person.id,
        unless_excluded=look.person.id,
    )
    sentence = "screen.press_closed" if closed else "screen.press_closed_before"
    return Done(Reply(sentence, look.person.language), View.DUTY, (alert_id,))


async def _mine(ctx: Context, look: Look, to: Reachable) -> Done | Reply | None:  # noqa: ARG001
    """What somebody does about themselves; for a day or a confirmation a message of its own."""
    tx, now, person = look.tx, look.now, look.person
    match look.numbers:
        case (MyDeed.LANGUAGE, place) if place < len(LANGUAGES):
            await directory.set_language(tx, person.id, LANGUAGES[place])
            await owe_menus(tx, now, [to.contact.address])
            reply = Reply("answer.language_set", LANGUAGES[place])
        case (MyDeed.AWAY_TODAY,):
            today = local_day(now)
            if any(today in absence for absence in person.absences):
                reply = Reply("me.press_away_before", person.language)
            else:
                await go_away(tx, look.known, to, (today, today), now)
                reply = Reply("me.press_away", person.language)
        case (MyDeed.AWAY,):
            await tell_what_stands(tx, look.known, to, now)
            reply = Reply("me.press_asked", person.language)
        case (MyDeed.TEST,):
            reply = await send_test(tx, person, now)
        case (MyDeed.LOST,):
            await propose_loss(tx, to, now)
            reply = Reply("me.press_asked", person.language)
        case _:
            return None
    return Done(reply, View.ME, (0,))


_DEEDS: Mapping[View, Deed] = {
    View.CLOSE: _close,
    View.ME: _mine,
    View.PERSON: about_person,
    View.SNOW: close_school,
}
