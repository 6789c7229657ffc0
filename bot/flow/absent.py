"""`/absent`: a coordinator writes down that somebody is away, and names who stands in; the same for
the command line. Whoever is named must accept as well.

Stateless: what a button means stands in the row of its message. Dies before the commit: nothing has
happened, and the command or the press is handled again from its row. Dies after it: the same days
written again end the first, and nobody is asked twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable
from bot.domain.covers import CoverState, may_stand_in
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.message import Kind
from bot.domain.people import Absence, Person, Role
from bot.domain.routing import InForce
from bot.domain.spoken_days import days_of
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.away import BACK, STANDING
from bot.flow.catch_up import catch_up
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.stand_in import ask, begin, end, fresh, offer, tell_of_gaps
from bot.flow.tell import can_be_told
from bot.rendering.catalogue import words
from bot.store import absences
from bot.store.unit_of_work import Tx

WHICH = "cp"
"""What the data of a button begins with that says which of several people is meant."""
_MEANT, _DAYS = "meant", "days"
_SHOWN = 8


# --- the chat ------------------------------------------------------------------------------------


async def absent(ctx: Context, address: str, argument: str) -> None:
    """`/absent WHO FROM–TO`, by an id or part of a name; alone: who is away. For anyone but a
    coordinator the command does not exist."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        if may := to.person.role is Role.COORDINATOR:
            await _answer(ctx, tx, known, to, argument.strip())
    if not may:
        await help_text(ctx, address)


async def _answer(ctx: Context, tx: Tx, known: InForce, to: Reachable, argument: str) -> None:
    now = ctx.now()
    say, today = words(to.person.language), local_day(now)
    if not argument:
        await _who_is_away(tx, known, to, now)
        return
    who, days = _read(argument, today)
    people = _meant(known, who)
    if not people or days is None:
        line = say.say("absence.absent_how" if people else "absence.nobody_called_that")
        await tell_lines(tx, now, to, [line])
    elif len(people) > 1:
        await tell_lines(
            tx,
            now,
            to,
            [say.say("absence.which")],
            buttons=[(f"{p.name[:40]} {p.id[:15]}", f"{WHICH}:{n}") for n, p in enumerate(people)],
            about={_MEANT: [p.id for p in people], _DAYS: [day.isoformat() for day in days]},
        )
    else:
        await write_absence(tx, known, to, people[0], days, now)


def _read(argument: str, today: date) -> tuple[str, tuple[date, date] | None]:
    """The person and the days: where the days begin is where what follows can be read as days."""
    said = argument.split()
    for number in range(1, len(said)):
        if days := days_of(" ".join(said[number:]), today):
            return " ".join(said[:number]), days
    return argument, None


def _meant(known: InForce, who: str) -> list[Person]:
    """By id, else everybody with this in their name, eight at most."""
    if person := known.directory.people.get(who):
        return [person]
    found = [p for p in known.directory.people.values() if who.casefold() in p.name.casefold()]
    return sorted(found, key=lambda p: (p.name, p.id))[:_SHOWN]


async def write_absence(
    tx: Tx,
    known: InForce,
    to: Reachable,
    person: Person,
    days: tuple[date, date],
    now: datetime,
) -> None:
    absence = await _begin(tx, person, *days, now, to.person.id)
    after = await fresh(tx, known)
    say = words(to.person.language)
    lines, buttons, about = offer(after, say, after.directory.people[person.id], absence)
    head = say.say(
        "absence.written",
        person=person.name,
        first=say.day(absence.first_on),
        last=say.day(absence.last_on),
    )
    await tell_lines(tx, now, to, [head, *lines], buttons=buttons, about=about)
    if not buttons:
        await tell_of_gaps(tx, after, after.directory.people[person.id], absence, now)


async def _begin(
    tx: Tx, person: Person, first_on: date, last_on: date, now: datetime, by: str
) -> Absence:
    """Somebody else says it: then the person concerned hears of it."""
    absence = await begin(tx, person, first_on, last_on, now, by)
    if person.id != by and (to := can_be_told(person, frozenset(), now)):
        say = words(person.language)
        line = say.say("absence.by_coordinator", first=say.day(first_on), last=say.day(last_on))
        await tell_lines(tx, now, to, [line], kind=Kind.COVER)
    return absence


async def _who_is_away(tx: Tx, known: InForce, to: Reachable, now: datetime) -> None:
    say = words(to.person.language)
    standing = standing_absences(known, local_day(now))[:_SHOWN]
    lines, buttons = [], []
    for number, (person, absence) in enumerate(standing):
        values = {
            "person": person.name,
            "first": say.day(absence.first_on),
            "last": say.day(absence.last_on),
        }
        cover = known.directory.people.get(absence.cover)
        if cover is None:
            lines.append(say.say("absence.away_item", **values))
        else:
            lines.append(say.say("absence.away_item_covered", cover=cover.name, **values))
        buttons.append((say.say("absence.is_back", person=person.name[:40]), f"{BACK}:{number}"))
    about = {STANDING: [absence.id for _, absence in standing]}
    head = [] if standing else [say.say("absence.nobody_is_away")]
    how = say.say("absence.absent_how")
    await tell_lines(tx, now, to, [*head, *lines, how], buttons=buttons, about=about)


async def choose_who(ctx: Context, person_id: str, address: str, card: str, number: int) -> Reply:
    """The one whose button was pressed is away on the days of that message."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        shown = await pressed_message(tx, presser, address, card, _MEANT)
        if (
            presser is None
            or shown is None
            or presser.role is not Role.COORDINATOR
            or number >= len(shown.params[_MEANT])
        ):
            return nothing_here(presser.language if presser else "en")
        person = known.directory.people.get(shown.params[_MEANT][number])
        first_on, last_on = (date.fromisoformat(day) for day in shown.params[_DAYS])
        if person is None or last_on < local_day(now):
            return Reply("absence.press_over", presser.language)
        if any((a.first_on, a.last_on) == (first_on, last_on) for a in person.absences):
            return Reply("absence.press_written", presser.language)
        to = can_be_told(presser, frozenset(), now)
        if to is None:
            return nothing_here(presser.language)
        await write_absence(tx, known, to, person, (first_on, last_on), now)
        tx.wake(Stage.COVER)
        return Reply("absence.press_written", presser.language)


# --- the command line ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """One absence that stands, with whoever was asked to stand in."""

    id: int
    person: Person
    first_on: date
    last_on: date
    cover: str | None
    state: CoverState | None


def standing_absences(known: InForce, today: date) -> list[tuple[Person, Absence]]:
    """Everybody who is away today or will be, the earliest first."""
    found = [
        (person, absence)
        for person in known.directory.people.values()
        for absence in person.absences
        if absence.last_on >= today
    ]
    return sorted(found, key=lambda one: (one[1].first_on, one[0].name, one[1].id))


async def add(
    ctx: Context, person_id: str, first_on: date, last_on: date, cover_id: str | None, by: str
) -> int:
    """Write an absence down and ask the named cover; the absence's number. ConflictError for days
    that are over or a cover who could not stand in, NotFoundError for nobody."""
    async with ctx.store.unit() as tx:
        return await add_within(ctx, tx, person_id, first_on, last_on, cover_id, by)


async def add_within(
    ctx: Context,
    tx: Tx,
    person_id: str,
    first_on: date,
    last_on: date,
    cover_id: str | None,
    by: str,
) -> int:
    """`add` within a transaction, for whoever has been asked whether they may."""
    now, known = ctx.now(), await in_force(ctx, tx)
    person = _found(known, person_id)
    if not max(first_on, local_day(now)) <= last_on:
        raise ConflictError("The last day must not come before the first, nor be over.")
    other = _found(known, cover_id) if cover_id else None
    if other is not None and not may_stand_in(known.policies, person, other):
        raise ConflictError(f"{other.id} has no role that could stand in for {person.id}.")
    absence = await _begin(tx, person, first_on, last_on, now, by)
    after = await fresh(tx, known)
    if other is not None and not await ask(tx, after, person, absence, other, None, now):
        raise ConflictError(f"{other.id} is not enrolled or is away, and cannot be asked.")
    if other is None:
        await tell_of_gaps(tx, after, after.directory.people[person.id], absence, now)
    tx.wake(Stage.COVER)
    return absence.id


async def listed(ctx: Context) -> Sequence[Listed]:
    """Every absence that stands, the earliest first."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        standing = standing_absences(known, local_day(ctx.now()))
        asked = await absences.of_absences(tx, [absence.id for _, absence in standing])
    last = {row.absence_id: row for row in asked}
    return [
        Listed(
            absence.id,
            person,
            absence.first_on,
            absence.last_on,
            last[absence.id].person_id if absence.id in last else None,
            last[absence.id].state if absence.id in last else None,
        )
        for person, absence in standing
    ]


async def take_back(ctx: Context, number: int, by: str) -> Person:
    """This absence is over from now on; whose it was. NotFoundError if no such one stands."""
    async with ctx.store.unit() as tx:
        return await take_back_within(ctx, tx, number, by)


async def take_back_within(ctx: Context, tx: Tx, number: int, by: str) -> Person:
    """`take_back` within a transaction, for whoever has been asked whether they may."""
    known = await in_force(ctx, tx)
    row = await absences.by_id(tx, number, lock=True)
    if row is None or row.person_id not in known.directory.people:
        raise NotFoundError(f"No absence that stands has the number {number}.")
    person = known.directory.people[row.person_id]
    await end(tx, person, [Absence(row.first_on, row.last_on, id=row.id)], ctx.now(), by)
    await catch_up(tx, ctx, await fresh(tx, known), person.id)
    return person


def _found(known: InForce, person_id: str) -> Person:
    person = known.directory.people.get(person_id)
    if person is None:
        raise NotFoundError(f"Nobody in the directory has the id {person_id}.")
    return person
