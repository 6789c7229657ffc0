"""What ends when somebody leaves the directory, or when their telephone is out of their hands:
accounts and codes, waiting messages, open views and cards, their place in ladders.

Shared by the import, `encompass leave` and `lock`, and the chat's own ways to both, each of which
does all of it in one commit. Dies before it: nothing has ended. Dies after it: the edits that make
stubs are pending and the ladders are due, and the ticks of dispatch and escalate find them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable, standing
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, Person, Role
from bot.domain.readiness import Gap, gaps_made, roles_left_empty
from bot.domain.routing import InForce
from bot.flow.answer import tell_lines
from bot.flow.context import Stage
from bot.flow.menu import owe_menus
from bot.flow.tell import refresh_card, refresh_cards
from bot.rendering.catalogue import Words, words
from bot.rendering.view import year_group
from bot.store import (
    absences,
    access,
    alarms,
    alerts,
    directory,
    enrolment,
    events,
    messages,
    views,
)
from bot.store.unit_of_work import Tx

NOBODY_HEARD_OF = "nobody_heard_of:"
"""What the name of an alarm begins with: an account ended, and no coordinator could be told."""
_LINES = 15


@dataclass(frozen=True, slots=True)
class Ended:
    """How much of each there was to end."""

    accounts: int
    codes: int
    messages: int
    cards: int
    ladders: int


@dataclass(frozen=True, slots=True)
class Bare:
    """What nobody covers any more."""

    gaps: tuple[Gap, ...]
    roles: tuple[Role, ...]


async def end_access(
    tx: Tx, people: Collection[str], now: datetime, stand_ins: Collection[str] = ()
) -> Ended:
    """Whoever has these people's telephones learns nothing from now on: their accounts, codes,
    sessions and links are worth nothing, what waits for them is not sent, views are hidden before
    all else, their cards of what is open become stubs, their menus go; and the ladders that had
    told them are read anew. So are those of their `stand_ins`, who stand for nothing of it then."""
    # Codes first: one that is being used at this moment is waited for, and its account ends too.
    codes = await enrolment.end_codes(tx, people, now)
    hearers = [*people, *stand_ins]
    told_to = await alerts.open_told(tx, hearers)
    # Alerts before what hangs on them, as every press takes them.
    await alerts.lock_all(tx, sorted({told for of_one in told_to.values() for told in of_one}))
    contacts = await directory.end_contacts(tx, people, now)
    await directory.changed(tx)
    await owe_menus(tx, now, [c.address for c in contacts if c.channel is Channel.TELEGRAM])
    waiting = await messages.cancel_of_contact(tx, *(contact.id for contact in contacts))
    shown = [
        *await views.cards_shown_to(tx, people),
        *await access.end_access_of(tx, people, now),
    ]
    await views.hide(tx, [card.id for card in shown], now)
    for card in shown:
        await refresh_card(tx, now, card, Priority.ANSWER)
    await absences.look_again_at(tx, people, now)
    stubs, ladders = {card.id for card in shown}, set()
    for person_id in told_to.keys() & set(people):
        told = told_to[person_id]
        for card in await messages.cards_of(tx, told, [person_id]):
            await refresh_card(tx, now, card)
            stubs.add(card.id)
        await alerts.look_again(tx, told, now)
        ladders.update(told)
    for person_id in told_to.keys() & set(stand_ins):
        await refresh_cards(tx, now, told_to[person_id], [person_id])
        await alerts.look_again(tx, told_to[person_id], now)
    tx.wake(Stage.ESCALATE, Stage.COVER)
    return Ended(len(contacts), codes, waiting, len(stubs), len(ladders))


async def remove(tx: Tx, people: Collection[str], now: datetime, *, by: str) -> Ended:
    """These people leave the directory. What they did stays in the record."""
    await directory.remove_people(tx, people, now)
    ended = await end_access(tx, people, now, await absences.who_stands_in_for(tx, people))
    await absences.end_of_leavers(tx, people, now)
    await events.append(
        tx, *(events.line("person:left", now, person_id=left, by=by) for left in people)
    )
    return ended


# --- the gap in cover ----------------------------------------------------------------------------


async def tell_who_left(tx: Tx, before: InForce, people: Collection[str], now: datetime) -> Bare:
    """Tell the coordinators whose leaving left schools or roles without anybody, and which; nothing
    where somebody else is there. `before` is what was in force while they still were."""
    known = before.directory.people
    # Who could never be told leaves no gap that was not there before: thousands, after an undo.
    gone = [known[left] for left in people if left in known and known[left].contacts]
    return await _tell(tx, before, gone, now, "alarm.person_left", always=False)


async def tell_whose_account_ended(tx: Tx, before: InForce, person: Person, now: datetime) -> Bare:
    """Tell the coordinators whom to invite anew, and what nobody covers until then."""
    return await _tell(tx, before, [person], now, "alarm.account_ended", always=True)


async def _tell(
    tx: Tx,
    before: InForce,
    gone: Sequence[Person],
    now: datetime,
    sentence: str,
    *,
    always: bool,
) -> Bare:
    if not gone:
        return Bare((), ())
    after = replace(before, directory=await directory.load(tx))
    bare = _bare(before, after, gone, now)
    if not (always or bare.gaps or bare.roles):
        return bare
    coordinators = [
        stand
        for person in after.directory.people.values()
        if person.role is Role.COORDINATOR
        and isinstance(stand := standing(person, local_day(now)), Reachable)
    ]
    for to in coordinators:
        say = words(to.person.language)
        lines = [say.say(sentence, person=person.name, id=person.id) for person in gone[:_LINES]]
        await tell_lines(tx, now, to, [*lines, *bare_lines(say, bare)], kind=Kind.ALARM)
    if not coordinators:
        for person in gone:
            await alarms.set_off(
                tx,
                f"{NOBODY_HEARD_OF}{person.id}",
                "This account ended, and no coordinator can be told what nobody covers now.",
                now,
            )
    return bare


def foreseen(known: InForce, person: Person, now: datetime) -> Bare:
    """What nobody would cover if this person left now."""
    people = {i: other for i, other in known.directory.people.items() if i != person.id}
    after = replace(known, directory=replace(known.directory, people=people))
    return _bare(known, after, [person], now)


def _bare(before: InForce, after: InForce, gone: Sequence[Person], now: datetime) -> Bare:
    return Bare(tuple(gaps_made(before, after, gone, now)), roles_left_empty(after, gone, now))


def bare_lines(say: Words, bare: Bare) -> list[str]:
    """What nobody covers, a line each under a heading; none when somebody is there everywhere."""
    lines = [
        say.say("cover.nobody_in_role", role=say.say(f"role.{role.value}")) for role in bare.roles
    ]
    if bare.gaps:
        lines.append(say.say("cover.nobody_at"))
        lines += [_gap_line(say, gap) for gap in bare.gaps[:_LINES]]
    if (more := len(bare.gaps) - _LINES) > 0:
        lines.append(say.count("answer.more_not_shown", more))
    return lines


def _gap_line(say: Words, gap: Gap) -> str:
    school = gap.school.name_in(say.language)
    roles = ", ".join(say.say(f"role.{role.value}") for role in gap.roles)
    if not gap.years:
        return say.say("answer.readiness_item", school=school, roles=roles)
    years = ", ".join(year_group(say, year) for year in gap.years)
    return say.say("cover.nobody_for_years", school=school, years=years, roles=roles)
