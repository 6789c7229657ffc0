"""`/away`: the days on which somebody is not there, who could stand in, and coming back early.

What a button means stands in the row of the message that carries it, so that forged data means
nothing and a button works only in the chat it was sent to. Dies before the commit: nothing has
changed, and the command or the press is handled again from its row. Dies after it: handled again,
the same days are written anew, and a question that was asked is not asked twice.
"""

from datetime import date, datetime

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable
from bot.domain.covers import CoverState, may_stand_in
from bot.domain.people import Absence, Role
from bot.domain.routing import InForce
from bot.domain.spoken_days import days_of
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.ask import asker
from bot.flow.catch_up import catch_up
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.stand_in import ABSENCE, OFFERED, ask, begin, end, fresh, offer, tell_of_gaps
from bot.rendering.catalogue import Words, words
from bot.store import absences
from bot.store.unit_of_work import Tx

BACK = "cb"
"""What the data of a button begins with that ends an absence before its time."""
STANDING = "standing"
_SHOWN = 8


async def away(ctx: Context, address: str, argument: str) -> None:
    """`/away FROM–TO`, `/away` for what stands, `/away off`. Open ladders are read anew at once."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        person, now = known.directory.people[to.person.id], ctx.now()
        say, today = words(person.language), local_day(now)
        standing = [absence for absence in person.absences if absence.last_on >= today]
        if not argument.strip():
            await tell_what_stands(tx, known, to, now)
        elif argument.strip().casefold() in ("off", "back", "nôl", "yn ôl"):
            await end(tx, person, standing, now, person.id)
            await catch_up(tx, ctx, await fresh(tx, known), person.id)
            await tell_lines(tx, now, to, [say.say("answer.away_off")])
        elif (days := days_of(argument, today)) is None:
            await tell_lines(tx, now, to, [say.say("answer.away_not_understood")])
        else:
            await go_away(tx, known, to, days, now)


async def tell_what_stands(tx: Tx, known: InForce, to: Reachable, now: datetime) -> None:
    """One's own absences, each with a button to be back, and how to write down another."""
    say, today = words(to.person.language), local_day(now)
    person = known.directory.people[to.person.id]
    standing = [absence for absence in person.absences if absence.last_on >= today]
    lines, buttons = _what_stands(known, say, standing), _back_buttons(say, standing)
    about = {STANDING: [absence.id for absence in standing[:_SHOWN]]}
    await tell_lines(tx, now, to, lines, buttons=buttons, about=about)


async def go_away(
    tx: Tx, known: InForce, to: Reachable, days: tuple[date, date], now: datetime
) -> None:
    """Write these days down, and ask who could stand in."""
    person, say = known.directory.people[to.person.id], words(to.person.language)
    absence = await begin(tx, person, *days, now, person.id)
    line = away_line(say, absence)
    lines, buttons, about = offer(known, say, person, absence)
    if not buttons:
        after = await fresh(tx, known)
        await tell_of_gaps(tx, after, after.directory.people[person.id], absence, now)
    await tell_lines(tx, now, to, [line, *lines], buttons=buttons, about=about)


def away_line(say: Words, absence: Absence) -> str:
    return say.say(
        "answer.away_set", first=say.day(absence.first_on), last=say.day(absence.last_on)
    )


def _what_stands(known: InForce, say: Words, standing: list[Absence]) -> list[str]:
    lines = []
    for absence in standing[:_SHOWN]:
        cover = known.directory.people.get(absence.cover)
        lines.append(away_line(say, absence))
        if cover is not None:
            lines.append(say.say("absence.stands_in", name=cover.name))
    return [*lines, say.say("answer.away_how")]


def _back_buttons(say: Words, standing: list[Absence]) -> list[tuple[str, str]]:
    return [
        (
            say.say("absence.back_button", first=say.day(a.first_on), last=say.day(a.last_on)),
            f"{BACK}:{number}",
        )
        for number, a in enumerate(standing[:_SHOWN])
    ]


# --- the buttons ---------------------------------------------------------------------------------


async def come_back(ctx: Context, person_id: str, address: str, card: str, number: int) -> Reply:
    """This absence of the presser's own, or one that a coordinator was shown, is over from now."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        shown = await pressed_message(tx, presser, address, card, STANDING)
        if presser is None or shown is None or number >= len(shown.params[STANDING]):
            return nothing_here(presser.language if presser else "en")
        row = await absences.by_id(tx, shown.params[STANDING][number], lock=True)
        if row is None:
            return Reply("absence.press_over", presser.language)
        person = known.directory.people.get(row.person_id)
        if person is None or (person.id != presser.id and presser.role is not Role.COORDINATOR):
            return nothing_here(presser.language)
        now, absence = ctx.now(), Absence(row.first_on, row.last_on, id=row.id)
        await end(tx, person, [absence], now, presser.id)
        await catch_up(tx, ctx, await fresh(tx, known), person.id)
        return Reply("absence.press_back", presser.language)


async def choose(ctx: Context, person_id: str, address: str, card: str, number: int) -> Reply:
    """Ask the one whose name was pressed, for the absence that the message is about."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        shown = await pressed_message(tx, presser, address, card, OFFERED)
        if presser is None or shown is None or number >= len(shown.params[OFFERED]):
            return nothing_here(presser.language if presser else "en")
        row = await absences.by_id(tx, shown.params[ABSENCE], lock=True)
        now = ctx.now()
        if row is None or row.last_on < local_day(now):
            return Reply("absence.press_over", presser.language)
        person = known.directory.people.get(row.person_id)
        if person is None or (person.id != presser.id and presser.role is not Role.COORDINATOR):
            return nothing_here(presser.language)
        asked = await absences.of_absences(tx, [row.id])
        if standing := [c for c in asked if c.state in (CoverState.ASKED, CoverState.ACCEPTED)]:
            other = known.directory.people.get(standing[0].person_id)
            name = other.name if other else standing[0].person_id
            return Reply("absence.press_asked_already", presser.language, {"name": name})
        other = known.directory.people.get(shown.params[OFFERED][number])
        by = presser.id if presser.id != person.id else None
        absence = Absence(row.first_on, row.last_on, id=row.id)
        if other is None or not may_stand_in(known.policies, person, other):
            return Reply("absence.press_cannot_be_asked", presser.language)
        if not await ask(tx, known, person, absence, other, by, now):
            return Reply("absence.press_cannot_be_asked", presser.language)
        tx.wake(Stage.COVER)
        return Reply("absence.press_asked", presser.language, {"name": other.name})
