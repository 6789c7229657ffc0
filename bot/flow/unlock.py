"""The unlock code: a second thing to know, where the partnership asks for one.

Each person chooses theirs at their first sign-in. A try is counted, and committed, before anybody
looks whether it is right: many at once are five at most, and dying in between costs a try and
nothing else. The fifth wrong one locks it and tells the coordinators; an invitation that is used
starts afresh.
"""

import asyncio
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from bot.domain.access import MOST_DIGITS, TRIES, code_is_acceptable
from bot.domain.cover import Reachable
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.flow.answer import tell_lines
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Visitor
from bot.flow.tell import reachable
from bot.rendering.catalogue import words
from bot.store import access, alarms, events
from bot.store.unit_of_work import Tx

_hasher = PasswordHasher()
"""argon2id with RFC 9106's second recommendation, 64 MiB: some 30 ms and nobody's bottleneck."""
CODE_LOCKED = "unlock_code_locked:"


class Unlocking(StrEnum):
    """What the page asks of somebody who is in, or what became of their try."""

    DONE = "done"
    CHOOSE = "choose"
    """They have no code yet."""
    ASK = "ask"
    WRONG = "wrong"
    NOT_ACCEPTABLE = "not_acceptable"
    NOT_THE_SAME = "not_the_same"
    LOCKED = "locked"


async def standing_of(ctx: Context, visitor: Visitor) -> Unlocking:
    """What this visitor has to do before anything is shown."""
    if visitor.unlocked:
        return Unlocking.DONE
    async with ctx.store.reading() as tx:
        code = await access.unlock_code(tx, visitor.person.id)
    if code is None:
        return Unlocking.CHOOSE
    return Unlocking.LOCKED if code.locked_at is not None else Unlocking.ASK


async def choose(ctx: Context, visitor: Visitor, code: str, again: str) -> Unlocking:
    """Make this their code, and let them in."""
    if not code_is_acceptable(code):
        return Unlocking.NOT_ACCEPTABLE
    if code != again:
        return Unlocking.NOT_THE_SAME
    hashed = await asyncio.to_thread(_hasher.hash, code)
    async with ctx.store.unit() as tx:
        now = ctx.now()
        if not await access.choose_code(tx, visitor.person.id, hashed, now):
            return Unlocking.ASK  # somebody was quicker: what they chose stands
        await access.unlock_session(tx, visitor.session_id, now)
        await events.append(tx, events.line("code:chosen", now, person_id=visitor.person.id))
        # In their own chat: whoever else chose it for them is found out.
        await _tell_holder(ctx, tx, visitor, "code.chosen")
    return Unlocking.DONE


async def choose_or_unlock(
    ctx: Context, visitor: Visitor, standing: Unlocking, code: str, again: str
) -> Unlocking:
    """What became of a code that was typed twice, where one is to be chosen, or once. What is
    longer than any code is not looked at whole."""
    code, again = code[: MOST_DIGITS + 1], again[: MOST_DIGITS + 1]
    if standing is Unlocking.CHOOSE:
        return await choose(ctx, visitor, code, again)
    return await unlock(ctx, visitor, code)


async def unlock(ctx: Context, visitor: Visitor, code: str) -> Unlocking:
    """Let them in if this is their code."""
    async with ctx.store.unit() as tx:
        counted = await access.count_try(tx, visitor.person.id, TRIES)
    if counted is not None and await asyncio.to_thread(_is_right, counted.hash, code):
        async with ctx.store.unit() as tx:
            await access.code_was_right(tx, visitor.person.id)
            await access.unlock_session(tx, visitor.session_id, ctx.now())
            if counted.tries > 1:
                await _tell_holder(ctx, tx, visitor, "code.wrong_before")
        return Unlocking.DONE
    if counted is not None and counted.tries < TRIES:
        return Unlocking.WRONG
    async with ctx.store.unit() as tx:  # worn out now, or before by a process that died then
        if await access.lock_code(tx, visitor.person.id, ctx.now()):
            await _tell_of_lock(ctx, tx, visitor)
    return await standing_of(ctx, visitor)


async def _tell_holder(ctx: Context, tx: Tx, visitor: Visitor, sentence: str) -> None:
    person = (await in_force(ctx, tx)).directory.people.get(visitor.person.id)
    contact = None if person is None else person.answering_contact
    if person is not None and contact is not None:
        line = words(person.language).say(sentence)
        await tell_lines(tx, ctx.now(), Reachable(person, contact), [line])


def _is_right(hashed: str, code: str) -> bool:
    try:
        return _hasher.verify(hashed, code)
    except VerifyMismatchError:
        return False


async def _tell_of_lock(ctx: Context, tx: Tx, visitor: Visitor) -> None:
    now = ctx.now()
    known = await in_force(ctx, tx)
    person = visitor.person
    await events.append(tx, events.line("code:locked", now, person_id=person.id))
    coordinators = reachable(known, Role.COORDINATOR, None, frozenset(), now)
    for to in coordinators:
        line = words(to.person.language).say("alarm.code_locked", person=person.name, id=person.id)
        await tell_lines(tx, now, to, [line], kind=Kind.ALARM)
    if not coordinators:
        await alarms.set_off(
            tx,
            f"{CODE_LOCKED}{person.id}",
            "An unlock code was locked, and no coordinator can be reached to hear of it.",
            now,
        )
