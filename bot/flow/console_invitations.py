"""Invitations in the console: who has not enrolled, by school; codes for them as a sheet to print
and hand out; and word by e-mail that one waits.

A code is made in the commit that its sheet is the answer to, and its hash alone is kept. Dies
before the commit: no code was made, and an earlier one is good still. Dies after it: the codes are
good and nobody has seen them; another sheet makes others, and those end. The e-mail has no code: a
second way opens nothing (docs/adr/0022). It is pending in the outbox, where the tick of e-mail
finds it.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.cover import Reachable
from bot.domain.directory import Directory
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, ContactState, Person
from bot.flow.console import Changer, may_change
from bot.flow.context import Context, Stage
from bot.flow.enrol import LIVES, make_codes
from bot.flow.identity import remembered_bot
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.flow.tell import message_row
from bot.rendering.catalogue import Words, words
from bot.store import enrolment, messages
from bot.store.unit_of_work import Tx

SECTION = "directory"
EVERYONE = "everyone"
_WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Group:
    """Those of one school, one nurse team or the whole authority who have not enrolled."""

    key: str
    """How a form names it."""
    name: str
    people: tuple[tuple[Person, datetime | None], ...]
    """Each with until when a code of theirs is good."""


@dataclass(frozen=True, slots=True)
class Invitations:
    groups: tuple[Group, ...]
    by_email: int
    """How many of them an e-mail could reach."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What one person is handed, in their language."""

    say: Words
    person: Person
    places: tuple[str, ...]
    link: str
    code: str


@dataclass(frozen=True, slots=True)
class Sheet:
    slips: tuple[Slip, ...]
    good_until: datetime


async def invitations(ctx: Context, someone: Visitor) -> Invitations:
    async with ctx.store.reading() as tx:
        known = (await in_force(ctx, tx)).directory
        until = await enrolment.good_until(tx, ctx.now())
    say, waiting = words(someone.person.language), not_enrolled(known)
    grouped: dict[str, tuple[str, list[Person]]] = {}
    for person in waiting:
        for key, name in _places(say, known, person):
            grouped.setdefault(key, (name, []))[1].append(person)
    groups = [
        Group(key, name, tuple((person, until.get(person.id)) for person in people))
        for key, (name, people) in grouped.items()
    ]
    groups.sort(key=lambda group: (group.key != _WHOLE, group.name, group.key))
    return Invitations(tuple(groups), sum(mailbox_of(p) is not None for p in waiting))


def not_enrolled(known: Directory) -> list[Person]:
    """Everyone without an account in Telegram, by name."""
    return sorted(
        (
            person
            for person in known.people.values()
            if all(contact.channel is not Channel.TELEGRAM for contact in person.contacts)
        ),
        key=lambda person: (person.name, person.id),
    )


def _places(say: Words, known: Directory, person: Person) -> Iterator[tuple[str, str]]:
    """Where somebody belongs: the key and the name of each."""
    if person.scope.everywhere:
        yield _WHOLE, say.say("invite.whole_authority")
    for code in sorted(person.scope.schools & known.schools.keys()):
        yield f"s{code}", known.schools[code].name_in(say.language)
    for team in sorted(person.scope.teams):
        mark = hashlib.blake2b(team.encode(), digest_size=8).hexdigest()
        yield f"t{mark}", say.say("invite.team", team=team)


def mailbox_of(person: Person) -> Reachable | None:
    """Where an e-mail reaches this person; None where e-mail is not set up."""
    for contact in person.contacts:
        if contact.channel is Channel.EMAIL and contact.state is ContactState.WORKING:
            return Reachable(person, contact)
    return None


async def make_sheet(ctx: Context, someone: Visitor, chosen: Collection[str]) -> Sheet | Reply:
    """A code for everyone of these groups who has not enrolled; each person once."""
    language = someone.person.language
    bot = await remembered_bot(ctx)
    if bot is None:
        return Reply("invite.no_bot", language, alert=True)
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, SECTION)
        if changer is None:
            return nothing_here(language)
        people = _chosen(changer, chosen)
        if not people:
            return Reply("invite.nobody", language, alert=True)
        made = await make_codes(tx, people, changer.now, changer.person.id)
    known = changer.known.directory
    slips = []
    for person in people.values():
        say, code = words(person.language), made[person.id]
        places = tuple(name for _, name in _places(say, known, person))
        link = f"https://t.me/{bot}?start={code}"
        slips.append(Slip(say, person, places, link, code))
    return Sheet(tuple(slips), changer.now + LIVES)


def _chosen(changer: Changer, chosen: Collection[str]) -> dict[str, Person]:
    """Those of the groups that a form names who have not enrolled by now."""
    known, say = changer.known.directory, words(changer.person.language)
    return {
        person.id: person
        for person in not_enrolled(known)
        if EVERYONE in chosen or any(key in chosen for key, _ in _places(say, known, person))
    }


async def send_word(ctx: Context, someone: Visitor, chosen: Collection[str]) -> Reply:
    """An e-mail to each of them who can be reached so, that an invitation waits and with whom."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, SECTION)
        if changer is None:
            return nothing_here(language)
        boxes = [mailbox_of(person) for person in _chosen(changer, chosen).values()]
        reached = [to for to in boxes if to is not None]
        if not reached:
            return Reply("invite.nobody_by_email", language, alert=True)
        await _mail(tx, changer, reached)
        tx.wake(Stage.DISPATCH)
    return Reply("invite.sent", language, {"number": len(reached)})


async def _mail(tx: Tx, changer: Changer, reached: Iterable[Reachable]) -> None:
    rows = []
    for to in reached:
        line = words(to.person.language).say("invite.waits", by=changer.person.name)
        rows.append(
            message_row(
                Kind.ANSWER, to, changer.now, params={"lines": [line]}, priority=Priority.ANSWER
            )
        )
    await messages.add(tx, rows)
