"""Binding one Telegram account to one person, once, by a one-time code.

Codes have 128 bits, live three days, are kept as hashes and belong to one person. Five wrong ones
lock an account and tell the coordinators (guarantees: security). Everyone else, whatever they
send, gets the one neutral answer.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.cover import Reachable
from bot.domain.errors import NotFoundError
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, ContactMethod, ContactState, Person, Role
from bot.domain.routing import InForce
from bot.flow.answer import language_buttons, tell_lines, tell_stranger
from bot.flow.contact import contact_is_back, contact_is_dead
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.menu import owe_menus
from bot.flow.retell import retell
from bot.flow.second_ways import renew_ways
from bot.flow.tell import reachable, refresh_card
from bot.rendering.catalogue import LANGUAGES, words
from bot.store import access, directory, enrolment, events, messages
from bot.store.unit_of_work import Tx

LIVES = timedelta(days=3)
_WRONG_CODES = 5


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


async def invite(ctx: Context, person_id: str) -> str:
    """A fresh one-time code for this person; NotFoundError if the directory has nobody of it."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        if person_id not in known.directory.people:
            raise NotFoundError(f"Nobody in the directory has the id {person_id}.")
        made = await make_codes(tx, [person_id], ctx.now(), "command line")
    return made[person_id]


async def make_codes(tx: Tx, people: Iterable[str], now: datetime, by: str) -> dict[str, str]:
    """A fresh one-time code for each of these people, within a transaction. Nobody can read it
    again: what is kept is its hash."""
    made = {person_id: secrets.token_urlsafe(16) for person_id in people}
    hashes = {person_id: _hash(code) for person_id, code in made.items()}
    await enrolment.add_codes(tx, hashes, now, now + LIVES)
    await events.append(
        tx, *(events.line("person:invited", now, person_id=invited, by=by) for invited in made)
    )
    return made


async def start(ctx: Context, address: str, code: str) -> None:
    """`/start CODE`: bind this account and welcome the person, or the neutral answer."""
    async with ctx.store.unit() as tx:
        now = ctx.now()
        known = await in_force(ctx, tx)
        holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
        if holder is not None and holder[0] in known.directory.people:
            person = known.directory.people[holder[0]]
            await _welcome(tx, ctx, person, holder[1], address)
            await contact_is_back(ctx, tx, _reached(person, holder[1], address))
            return
        if await enrolment.was_locked(tx, address):
            await tell_stranger(tx, now, address)
            return
        person_id = await enrolment.use_code(tx, _hash(code), now) if code else None
        person_or_none = known.directory.people.get(person_id or "")
        if person_or_none is None:
            if code and await enrolment.count_failure(tx, address, now, _WRONG_CODES):
                await _tell_of_lock(tx, ctx, known)
            await tell_stranger(tx, now, address)
            return
        # Sessions and links of another telephone, and an unlock code, which is chosen anew.
        for card in await access.end_access_of(tx, [person_or_none.id], now):
            await refresh_card(tx, now, card, Priority.ANSWER)
        accounts = [c for c in person_or_none.contacts if c.channel is Channel.TELEGRAM]
        for earlier in accounts:  # another telephone, which may not be theirs now
            await messages.cancel_of_contact(tx, earlier.id)
        contact = await directory.bind_contact(
            tx, person_or_none.id, Channel.TELEGRAM, address, now
        )
        await renew_ways(tx, [person_or_none.id], now)
        await owe_menus(tx, now, [address, *(earlier.address for earlier in accounts)])
        await events.append(tx, events.line("person:enrolled", now, person_id=person_or_none.id))
        await _welcome(tx, ctx, person_or_none, contact, address)
        await retell(tx, ctx, _reached(person_or_none, contact, address), f"enrolled.{contact}")


def _reached(person: Person, contact_id: int, address: str) -> Reachable:
    return Reachable(person, ContactMethod(contact_id, Channel.TELEGRAM, address))


async def _welcome(tx: Tx, ctx: Context, person: Person, contact_id: int, address: str) -> None:
    """In the language they have chosen; in both, with the question which, until they have."""
    chosen = await directory.has_chosen_language(tx, person.id)
    others = [] if chosen else [code for code in LANGUAGES if code != person.language]
    lines = [_welcome_in(code, person) for code in (person.language, *others)]
    then = "answer.language_changeable" if chosen else "answer.choose_language"
    await tell_lines(
        tx,
        ctx.now(),
        _reached(person, contact_id, address),
        ["\n\n".join([*lines, words(person.language).say(then)])],
        buttons=() if chosen else language_buttons(),
    )


def _welcome_in(language: str, person: Person) -> str:
    say = words(language)
    return say.say("answer.welcome", name=person.name, role=say.say(f"role.{person.role.value}"))


async def _tell_of_lock(tx: Tx, ctx: Context, known: InForce) -> None:
    now = ctx.now()
    await events.append(tx, events.line("account:locked", now))
    for to in reachable(known, Role.COORDINATOR, None, frozenset(), now):
        line = words(to.person.language).say("alarm.enrolment_locked")
        await tell_lines(tx, now, to, [line], kind=Kind.ALARM)


async def blocked_by_person(ctx: Context, address: str) -> None:
    """They blocked the bot: known before the next message fails, so the ladder moves on now."""
    await _contact_changed(ctx, address, ContactState.BLOCKED)


async def unblocked_by_person(ctx: Context, address: str) -> None:
    """They are back: what is open for them is sent again."""
    await _contact_changed(ctx, address, ContactState.WORKING)


async def _contact_changed(ctx: Context, address: str, state: ContactState) -> None:
    async with ctx.store.unit() as tx:
        holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
        if holder is None:
            return
        person_id, contact_id, _ = holder
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        if person is None:
            return
        if state is ContactState.BLOCKED:
            await contact_is_dead(ctx, tx, contact_id, person_id)
        else:
            await contact_is_back(ctx, tx, _reached(person, contact_id, address))
