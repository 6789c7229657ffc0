"""Away, and who stands in: what is written and said of it, whoever says it, in the chat or at the
command line.

One is asked at a time, and stands in only once they have said so. Dies before a commit: nothing of
it has happened. Dies after it: the absence's next turn and the question's time are due rows, and
the tick of `cover_due` finds them; what is said waits in the outbox.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.calendar import local_day
from bot.domain.covers import CoverState, answer_due, candidates, may_stand_in, next_turn, overlap
from bot.domain.message import Kind
from bot.domain.people import Absence, Person, Role
from bot.domain.readiness import gaps_while_away
from bot.domain.routing import InForce
from bot.flow.answer import tell_lines
from bot.flow.context import Stage
from bot.flow.departure import Bare, bare_lines
from bot.flow.tell import can_be_told, reachable, refresh_cards
from bot.rendering.catalogue import Words, words
from bot.store import absences, alerts, directory, events
from bot.store.unit_of_work import Tx

WHO, ANSWER = "cw", "ca"
"""What the data of a button begins with that says who is to be asked; and of one that answers."""
ABSENCE, OFFERED, COVER = "absence", "offered", "cover"
"""What a button is about, by the name of a value in its message's row."""

Buttons = list[tuple[str, str]]


async def begin(
    tx: Tx, person: Person, first_on: date, last_on: date, now: datetime, by: str
) -> Absence:
    """This person is away on these days, in the place of whatever they had said of any of them."""
    absence = Absence(first_on, last_on)
    await end(tx, person, [a for a in person.absences if overlap(a, absence)], now, by)
    turn_at = next_turn(absence, local_day(now))
    assert turn_at is not None, "an absence that is over is refused before"
    number = await absences.add(tx, person.id, first_on, last_on, turn_at)
    if local_day(now) in absence:
        await alerts.look_again(tx, await alerts.open_told_to(tx, person.id), now)
    await events.append(
        tx,
        events.line(
            "person:away",
            now,
            person_id=person.id,
            first_on=first_on.isoformat(),
            last_on=last_on.isoformat(),
            by=by,
        ),
    )
    tx.wake(Stage.ESCALATE)
    return replace(absence, id=number)


async def end(tx: Tx, person: Person, ended: Sequence[Absence], now: datetime, by: str) -> None:
    """These absences are taken back; whoever stands in, or was asked to, hears that they need not,
    and ladders are read anew."""
    for cover in await absences.end(tx, [absence.id for absence in ended], now):
        people = (await directory.load(tx)).people
        await _off_duty(tx, cover.person_id, now)
        if to := can_be_told(people.get(cover.person_id), frozenset(), now):
            say = words(to.person.language)
            line = say.say("absence.no_longer", person=person.name)
            await tell_lines(tx, now, to, [line], kind=Kind.COVER)
    if ended:
        await events.append(tx, events.line("person:back", now, person_id=person.id, by=by))
        tx.wake(Stage.ESCALATE)


async def _off_duty(tx: Tx, cover_id: str, now: datetime) -> None:
    """Whoever stood in stands for nothing of it any more: their cards say so, and a child of whom
    they alone were told is somebody else's now."""
    told = await alerts.open_told_to(tx, cover_id)
    await refresh_cards(tx, now, told, [cover_id])
    await alerts.look_again(tx, told, now)
    tx.wake(Stage.ESCALATE)


# --- who could, and asking them ------------------------------------------------------------------


def offer(
    known: InForce, say: Words, person: Person, absence: Absence, asked: Sequence[str] = ()
) -> tuple[list[str], Buttons, dict[str, Any]]:
    """Whom one may ask to stand in: the words, a button each, and what the buttons are about."""
    people = candidates(known.policies, known.directory, person, absence, asked)
    lines = [say.say("absence.who_could" if people else "absence.nobody_could")]
    buttons = [(other.name[:60], f"{WHO}:{number}") for number, other in enumerate(people)]
    return lines, buttons, {ABSENCE: absence.id, OFFERED: [other.id for other in people]}


async def ask(
    tx: Tx,
    known: InForce,
    person: Person,
    absence: Absence,
    other: Person,
    by: str | None,
    now: datetime,
) -> bool:
    """Ask `other` to stand in; False where somebody is asked already, or stands in, or they cannot
    be told anything. `by` is the coordinator who named them."""
    to = can_be_told(other, frozenset(), now)
    if to is None:
        return False
    due_at = answer_due(now, absence.first_on)
    number = await absences.ask(tx, absence.id, other.id, by, now, due_at)
    if number is None:
        return False
    say = words(other.language)
    lines = [
        say.say(
            "absence.question",
            person=person.name,
            first=say.day(absence.first_on),
            last=say.day(absence.last_on),
        ),
        say.say("absence.answer_by", by=say.moment(due_at)),
    ]
    if schools := _new_to(known, person, other):
        lines.insert(1, say.listed([school.name_in(say.language) for school in schools]))
    await tell_lines(
        tx,
        now,
        to,
        lines,
        kind=Kind.COVER,
        buttons=[
            (say.say("absence.i_will"), f"{ANSWER}:1"),
            (say.say("absence.i_cannot"), f"{ANSWER}:0"),
        ],
        about={COVER: number},
    )
    await events.append(
        tx, events.line("cover:asked", now, person_id=other.id, away=person.id, by=by or person.id)
    )
    return True


def _new_to(known: InForce, away: Person, other: Person) -> list[Any]:
    """The schools, five at most, that somebody who stands in would not think of by themselves."""
    if away.scope.everywhere or other.scope.everywhere:
        return []
    covers = known.directory.covers_school
    schools = known.directory.schools.values()
    return [s for s in schools if covers(away, s.code) and not covers(other, s.code)][:5]


# --- nobody stands in ----------------------------------------------------------------------------


async def nobody_stands_in(
    tx: Tx, known: InForce, row: Row[Any], sentence: str, now: datetime
) -> None:
    """Whoever was asked does not: who is away, and the coordinator who asked, may choose another;
    the coordinators hear what nobody covers in those days, if anything. `row` as it was before."""
    known = await fresh(tx, known)
    if row.state is CoverState.ACCEPTED and row.first_on <= local_day(now):
        await _off_duty(tx, row.person_id, now)
    people = known.directory.people
    person, today = people.get(row.away), local_day(now)
    if person is None or row.last_on < today:
        return
    absence = Absence(row.first_on, row.last_on, id=row.absence_id)
    asked = [one.person_id for one in await absences.of_absences(tx, [row.absence_id])]
    name = (await directory.names_of(tx, [row.person_id])).get(row.person_id, row.person_id)
    for chooser in dict.fromkeys([person.id, *([row.asked_by] if row.asked_by else [])]):
        if to := can_be_told(people.get(chooser), frozenset(), now):
            say = words(to.person.language)
            lines, buttons, about = offer(known, say, person, absence, asked)
            own = chooser == person.id
            head = say.say(sentence, name=name, person=person.name)
            said = [head, *lines] if own or buttons else [head]
            await tell_lines(tx, now, to, said, kind=Kind.COVER, buttons=buttons, about=about)
    await tell_of_gaps(tx, known, person, absence, now)


async def tell_of_gaps(
    tx: Tx, known: InForce, person: Person, absence: Absence, now: datetime
) -> Bare:
    """Tell the coordinators what nobody covers while this person is away; nothing if somebody
    does. With nobody to tell, the evening's check stands behind it."""
    first = max(absence.first_on, local_day(now))
    gaps = gaps_while_away(known, person, first, absence.last_on)
    bare = Bare(gaps, ())
    for to in reachable(known, Role.COORDINATOR, None, frozenset(), now) if gaps else ():
        say = words(to.person.language)
        head = say.say(
            "absence.nobody_stands_in",
            person=person.name,
            first=say.day(absence.first_on),
            last=say.day(absence.last_on),
        )
        await tell_lines(tx, now, to, [head, *bare_lines(say, bare)], kind=Kind.COVER)
    return bare


def is_fit(known: InForce, away: Person | None, other: Person | None) -> bool:
    """Whether this person may stand in for that one still: both there, in a role that fits, with
    an account."""
    if away is None or other is None:
        return False
    return bool(other.contacts) and may_stand_in(known.policies, away, other)


async def fresh(tx: Tx, known: InForce) -> InForce:
    """What is in force, with the directory as this transaction has it and nobody else yet."""
    return replace(known, directory=await directory.load(tx))
