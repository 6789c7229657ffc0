"""`/closed` for coordinators and head teachers: a school is closed on days when pupils were to be
in, or open after all. For anyone else the command does not exist.

What a button means stands in the row of the message that carries it, so that forged data means
nothing and a button works only in the chat it was sent to; whether its presser may is asked when it
is pressed. Dies before the commit: the press is in the inbox still and is handled again. Dies after
it: the press that is handled again finds the closure there; what follows from it is in `replan`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.calendar import DayRange, local_day
from bot.domain.cover import Reachable
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.answer import pressed_message, tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.closures import may_close, put_down, take_back
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.rendering.catalogue import Words, words
from bot.store import closures
from bot.store.unit_of_work import Tx

CLOSE, OPEN_AGAIN = "sc", "so"
"""What the data of a button begins with; which of its message's days, or which closure, follows."""
_DAYS, _ENDS = "closing", "opening"
"""What the buttons of a message mean, by the names of values in its row."""
_CLOSED = ("closure.button_close", "closure.button_close_days")
_OPEN = ("closure.button_open", "closure.button_open_days")
_WHY = "said in the chat"
_MOST = timedelta(days=31)
_MAY = (Role.COORDINATOR, Role.HEAD_TEACHER)

Proposal = tuple[list[str], list[tuple[str, str]], dict[str, Any]]


async def closed(ctx: Context, address: str, argument: str) -> None:
    """`/closed [CODE] [FIRST [LAST]]`: the days to choose from, and what stands, each a button."""
    async with ctx.store.unit() as tx:
        asking = await asker(ctx, tx, address)
        if asking is None:
            return
        known, to = asking
        if may := to.person.role in _MAY:
            lines, buttons, about = await _proposal(tx, known, to, argument.split(), ctx.now())
            await tell_lines(tx, ctx.now(), to, lines, buttons=buttons, about=about)
    if not may:
        await help_text(ctx, address)


async def _proposal(
    tx: Tx, known: InForce, to: Reachable, parts: Sequence[str], now: datetime
) -> Proposal:
    say = words(to.person.language)
    mine = [code for code in known.directory.schools if may_close(known, to.person, code)]
    if parts and not _is_day(parts[0]):
        code, parts = parts[0], parts[1:]
        if code not in mine:
            return [say.say("closure.unknown_school")], [], {}
    elif len(mine) == 1:
        code = mine[0]
    else:
        return [say.say("closure.how")], [], {}
    try:
        days = [date.fromisoformat(part) for part in parts]
    except ValueError:
        return [say.say("closure.how")], [], {}
    today = local_day(now)
    if len(days) > 2 or (days and not days[0] <= days[-1] <= days[0] + _MOST):
        return [say.say("closure.how")], [], {}
    if days and days[-1] < today:
        return [say.say("closure.past")], [], {}
    choices = [(days[0], days[-1])] if days else _next_two(known, code, today)
    school = known.directory.schools[code].name_in(to.person.language)
    standing = [
        row for row in await closures.standing(tx, from_day=today) if row.school_code == code
    ]
    buttons = [
        (_said(say, _CLOSED, first, last), f"{CLOSE}:{number}")
        for number, (first, last) in enumerate(choices)
    ]
    buttons += [
        (_said(say, _OPEN, row.first_on, row.last_on), f"{OPEN_AGAIN}:{row.id}") for row in standing
    ]
    about = {
        _DAYS: [[code, first.isoformat(), last.isoformat()] for first, last in choices],
        _ENDS: [row.id for row in standing],
    }
    return [say.say("closure.which_days", school=school)], buttons, about


def _next_two(known: InForce, code: str, today: date) -> list[tuple[date, date]]:
    """The next two days on which this school's pupils are to be in, today among them."""
    calendar = known.calendar_of(known.directory.schools[code])
    coming = calendar.pupil_days(code, today)
    return [(day, day) for _, day in zip(range(2), coming, strict=False)]


def _said(say: Words, sentences: tuple[str, str], first: date, last: date) -> str:
    of_a_day, of_several = sentences
    if first == last:
        return say.say(of_a_day, day=say.day(first))
    return say.say(of_several, first=say.day(first), last=say.day(last))


def _is_day(written: str) -> bool:
    return "-" in written


# --- the buttons ---------------------------------------------------------------------------------


async def close(ctx: Context, person_id: str, address: str, card: str, choice: int) -> Reply:
    """The school of this message is closed on the days of this button."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        asked = await pressed_message(tx, person, address, card, _DAYS)
        choices = asked.params[_DAYS] if asked is not None else []
        if person is None or choice >= len(choices):
            return nothing_here(person.language if person else "en")
        code, first, last = choices[choice]
        if not may_close(known, person, code):
            return nothing_here(person.language)
        days = DayRange(date.fromisoformat(first), date.fromisoformat(last), _WHY)
        if days.last_on < local_day(now):
            return Reply("closure.past", person.language)
        done = await put_down(tx, known, code, days, person.id, now)
        school = known.directory.schools[code].name_in(person.language)
        if not done.changed:
            return Reply("closure.press_closed_before", person.language, {"school": school})
        return Reply("closure.press_closed", person.language, {"school": school}, alert=True)


async def reopen(ctx: Context, person_id: str, address: str, card: str, number: int) -> Reply:
    """The school is open on the days of this closure after all."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        asked = await pressed_message(tx, person, address, card, _ENDS)
        row = await closures.by_number(tx, number)
        if person is None or asked is None or row is None or number not in asked.params[_ENDS]:
            return nothing_here(person.language if person else "en")
        if not may_close(known, person, row.school_code):
            return nothing_here(person.language)
        done = await take_back(tx, known, row, person.id, now)
        school = known.directory.schools[row.school_code].name_in(person.language)
        if not done.changed:
            return Reply("closure.press_open_before", person.language, {"school": school})
        return Reply("closure.press_open", person.language, {"school": school}, alert=True)
