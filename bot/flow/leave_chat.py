"""`/leave` for coordinators and `/lost` for everyone, each with one button to confirm.

What a button means stands in the row of the message that carries it, so that forged data means
nothing, a button works only in the chat it was sent to, and an old one has lapsed. Dies before
the commit: nothing has ended, and the press is handled again from its row. Dies after it: the
press that is handled again finds the person gone, or a stranger.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.cover import Reachable
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.context import Context
from bot.flow.departure import bare_lines, foreseen
from bot.flow.in_force import in_force
from bot.flow.leave import end_account, is_last_coordinator, let_leave
from bot.flow.reply import Reply, nothing_here
from bot.rendering.catalogue import Words, words
from bot.store import directory
from bot.store.unit_of_work import Tx

LEAVE = "v"
"""What the data of the button begins with that confirms a leaving; and of the next, a loss."""
LOST = "x"
_LAPSES = timedelta(hours=1)
_LEAVES, _LOST = "leaves", "lost"
"""Whom a button is about, by the name of a value in its message's row."""


# --- asking --------------------------------------------------------------------------------------


async def leave(ctx: Context, address: str, argument: str) -> None:
    """`/leave PERSON_ID`: who that is and what would be missing, with one button to confirm. For
    anyone but a coordinator the command does not exist."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        if may := to.person.role is Role.COORDINATOR:
            say, now = words(to.person.language), ctx.now()
            leaver = known.directory.people.get(argument.strip())
            if leaver is None:
                line = say.say("leave.nobody" if argument.strip() else "leave.how")
                await tell_lines(tx, now, to, [line])
            else:
                await propose_leave(tx, known, to, leaver, now)
    if not may:
        await help_text(ctx, address)


async def propose_leave(
    tx: Tx, known: InForce, to: Reachable, leaver: Person, now: datetime
) -> None:
    """The proposal to this coordinator, with the button that confirms it."""
    say = words(to.person.language)
    if _leaves_nobody(known, to.person, leaver, now):
        await tell_lines(tx, now, to, [say.say("leave.last_coordinator")])
        return
    await tell_lines(
        tx,
        now,
        to,
        _proposal(known, say, leaver, now),
        buttons=[(say.say("leave.button"), f"{LEAVE}:1")],
        about={_LEAVES: leaver.id},
    )


def _proposal(known: InForce, say: Words, leaver: Person, now: datetime) -> list[str]:
    missing = bare_lines(say, foreseen(known, leaver, now))
    return [
        say.say("leave.who", person=leaver.name, role=say.say(f"role.{leaver.role.value}")),
        say.say("leave.proposal"),
        *([say.say("leave.then"), *missing] if missing else [say.say("leave.nothing_missing")]),
    ]


def _leaves_nobody(known: InForce, presser: Person, leaver: Person, now: datetime) -> bool:
    return leaver.id == presser.id and is_last_coordinator(known, leaver, now)


async def lost(ctx: Context, address: str) -> None:
    """`/lost`: what it would do, with one button to confirm, since the chat cannot undo it."""
    async with ctx.store.unit() as tx:
        if asking := await asker(ctx, tx, address):
            await propose_loss(tx, asking[1], ctx.now())


async def propose_loss(tx: Tx, to: Reachable, now: datetime) -> None:
    """The proposal, in the chat of the account that it would end."""
    say = words(to.person.language)
    await tell_lines(
        tx,
        now,
        to,
        [say.say("lost.proposal")],
        buttons=[(say.say("lost.button"), f"{LOST}:1")],
        about={_LOST: to.person.id},
    )


# --- the buttons ---------------------------------------------------------------------------------


async def confirm_leave(ctx: Context, person_id: str, address: str, card: str) -> Reply:
    """The person of this proposal leaves, if it is this coordinator's own and not an old one."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        asked = await pressed_message(tx, presser, address, card, _LEAVES)
        if presser is None or asked is None or presser.role is not Role.COORDINATOR:
            return nothing_here(presser.language if presser else "en")
        if asked.created_at < now - _LAPSES:
            return Reply("leave.press_lapsed", presser.language)
        leaver = known.directory.people.get(asked.params[_LEAVES])
        if leaver is None:
            return Reply("leave.nobody", presser.language)
        if leaver.role is Role.COORDINATOR:
            # Coordinators leave one after the other: who comes second sees who is left.
            await directory.changed(tx)
            known = replace(known, directory=await directory.load(tx))
            if not {presser.id, leaver.id} <= known.directory.people.keys():
                return nothing_here(presser.language)
        if _leaves_nobody(known, presser, leaver, now):
            return Reply("leave.last_coordinator", presser.language, alert=True)
        await let_leave(tx, known, leaver, now, presser.id)
        return Reply("leave.press_done", presser.language, {"person": leaver.name}, alert=True)


async def confirm_lost(ctx: Context, person_id: str, address: str, card: str) -> Reply:
    """The account that asked ends; whoever holds it is a stranger from now on."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        asked = await pressed_message(tx, person, address, card, _LOST)
        if person is None or asked is None:
            return nothing_here(person.language if person else "en")
        if asked.created_at < now - _LAPSES:
            return Reply("leave.press_lapsed", person.language)
        await end_account(tx, known, person, now, person.id)
        return Reply("lost.press_done", person.language, alert=True)
