"""The evening before: every school and team is looked at before each pupil day, and coordinators
hear, in one message, where nobody can be told; again in the morning, if that stands.

Due times are rows, planned ahead and each once, whichever worker plans them. Dies before the
commit: the check is due still, and is done late. Dies after it: the messages are in the outbox, and
the row says that it is done. With nobody to tell an alarm stands, and the check is done again until
somebody hears or its day is over.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable
from bot.domain.evening import CheckKind, Line, checks_ahead, line_of, lines_of
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.domain.readiness import missing
from bot.domain.routing import InForce
from bot.flow.answer import MESSAGE_UNITS, pressed_message, tell_lines
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import can_be_told, reachable
from bot.rendering.catalogue import Words, words
from bot.rendering.view import year_group
from bot.store import alarms, readiness
from bot.store.unit_of_work import Tx

LIST = "rl"
"""What the data of the button begins with that shows the whole list."""
UNTOLD = "no_coordinator_can_be_told"
_CHECK = "check"
_FIRST_LINES = 5
_PUT_OFF = timedelta(minutes=10)
_FAILED = timedelta(seconds=30)
log = logging.getLogger(__name__)


async def ready_due(ctx: Context) -> bool:
    """Plan what lies ahead, where what decides it has changed, and do what is due."""
    async with ctx.store.reading() as tx:
        known, now = await in_force(ctx, tx), ctx.now()
        due = await readiness.due(tx, now)
    assert ctx.known is not None
    plan = (ctx.known[0], local_day(now).isoformat())
    if ctx.planned != plan:
        async with ctx.store.unit() as tx:
            await readiness.plan(tx, checks_ahead(known, now))
        ctx.planned = plan
    for number in due:
        await _do_or_put_off(ctx, number)
    return False


async def _do_or_put_off(ctx: Context, number: int) -> None:
    """A check that fails holds up no other."""
    try:
        async with ctx.store.unit() as tx:
            row = await readiness.due_one(tx, number, ctx.now())
            if row is not None:  # else another worker has it, or had it
                await _check(ctx, tx, await in_force(ctx, tx), row)
    except Exception as error:
        log.exception("a check of cover failed", extra={"check": number})
        async with ctx.store.unit() as tx:
            if await readiness.due_one(tx, number, ctx.now()) is not None:
                await readiness.put_off(tx, number, ctx.now() + _FAILED)
                why = f"Looking at the cover failed ({type(error).__name__})."
                await alarms.set_off(tx, f"cover_not_checked:{number}", why, ctx.now())


async def _check(ctx: Context, tx: Tx, known: InForce, row: Row[Any]) -> None:
    now = ctx.now()
    found = lines_of(known, missing(known, row.day))
    plain = [line.plain() for line in found]
    coordinators = reachable(known, Role.COORDINATOR, None, frozenset(), now)
    over = local_day(now) > row.day  # nobody is told of yesterday
    said_again = row.kind is CheckKind.EVENING and await readiness.later_one_due(tx, row, now)
    if not over and not coordinators:
        await alarms.set_off(tx, UNTOLD, "No coordinator can be told of anything.", now)
        if found:
            await readiness.put_off(tx, row.id, now + _PUT_OFF)
            return
    elif coordinators:
        await alarms.clear(tx, UNTOLD)
    if over or said_again or not found:
        await readiness.done(tx, row.id, now, plain, 0)
        return
    for to in coordinators:
        await _tell(tx, known, to, row, found, now)
    await readiness.done(tx, row.id, now, plain, len(coordinators))
    tx.wake(Stage.DISPATCH)


async def _tell(
    tx: Tx, known: InForce, to: Reachable, row: Row[Any], found: Sequence[Line], now: Any
) -> None:
    say = words(to.person.language)
    evening = row.kind is CheckKind.EVENING
    name = "ready.evening" if evening else "ready.morning"
    head = say.count(name, len(found), day=say.day(row.day))
    first = [line_in_words(known, say, line) for line in found[:_FIRST_LINES]]
    if (more := len(found) - _FIRST_LINES) > 0:
        first.append(say.count("answer.more_not_shown", more))
    await tell_lines(
        tx,
        now,
        to,
        [head, *first],
        kind=Kind.READINESS,
        buttons=[(say.say("ready.show_list"), f"{LIST}:1")],
        about={_CHECK: row.id},
    )


def line_in_words(known: InForce, say: Words, line: Line) -> str:
    """`Ysgol Bryn, year 7: Designated safeguarding person, Deputy.`"""
    roles = ", ".join(say.say(f"role.{role.value}") for role in line.roles)
    if line.team:
        return say.say("ready.team", team=line.team, roles=roles)
    if not line.school:
        return say.say("cover.nobody_in_role", role=roles)
    school = known.directory.schools.get(line.school)
    name = school.name_in(say.language) if school else line.school
    if not line.years:
        return say.say("answer.readiness_item", school=name, roles=roles)
    years = ", ".join(year_group(say, year) for year in line.years)
    return say.say("cover.nobody_for_years", school=name, years=years, roles=roles)


async def show_list(ctx: Context, person_id: str, address: str, card: str) -> Reply:
    """All that this check found, in as many messages as it takes."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        presser = known.directory.people.get(person_id)
        shown = await pressed_message(tx, presser, address, card, _CHECK)
        if presser is None or shown is None or presser.role is not Role.COORDINATOR:
            return nothing_here(presser.language if presser else "en")
        row = await readiness.by_id(tx, shown.params[_CHECK])
        to = can_be_told(presser, frozenset(), now)
        if row is None or to is None:
            return nothing_here(presser.language)
        say = words(presser.language)
        lines = [line_in_words(known, say, line_of(plain)) for plain in row.gaps or ()]
        pages = _paged([say.say("answer.readiness_gaps", day=say.day(row.day)), *lines])
        for number, page in enumerate(pages, 1):
            foot = [say.say("note.page", page=number, pages=len(pages))] if len(pages) > 1 else []
            await tell_lines(tx, now, to, [*page, *foot])
        return Reply("ready.press_list", presser.language)


def _paged(lines: Sequence[str]) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    for line in lines:
        if sum(len(said) + 1 for said in pages[-1]) + len(line) > MESSAGE_UNITS - 200:
            pages.append([])
        pages[-1].append(line)
    return pages
