"""What coordinators and the MASH desk ask for in the chat: states and times, never a child's data.

For anyone else these commands do not exist: they get the help that everyone gets.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON, local_day
from bot.domain.cover import Reachable
from bot.domain.evening import lines_of
from bot.domain.people import Channel, Role
from bot.domain.readiness import missing
from bot.domain.routing import InForce
from bot.domain.screen import View
from bot.domain.spoken_days import days_of
from bot.flow.answer import tell_lines
from bot.flow.ask import asker, help_text
from bot.flow.context import Context
from bot.flow.look import Look
from bot.flow.ready import line_in_words
from bot.flow.retell import retell
from bot.flow.route_words import route_lines
from bot.flow.screen_press import put
from bot.flow.triage import decide_by_code
from bot.rendering.catalogue import Words, words
from bot.store import alerts, directory
from bot.store.unit_of_work import Tx

_LINES = 15
_URGENT = "urgent"


async def _overseer(
    ctx: Context, tx: Tx, address: str, *roles: Role
) -> tuple[InForce, Reachable] | None:
    asking = await asker(ctx, tx, address)
    return asking if asking and asking[1].person.role in roles else None


def _more(say: Words, count: int) -> list[str]:
    return [say.count("answer.more_not_shown", count)] if count > 0 else []


async def triage(ctx: Context, address: str, argument: str = "") -> None:
    """`/triage`: for the desk the tasks' cards anew; for coordinators that they stand.

    `/triage 17 9990000` settles task 17 with a school that is not among the candidates.
    """
    match argument.split():
        case [task, code] if task.isascii() and task.isdecimal() and len(task) < 19:
            await _decide(ctx, address, int(task), code)
            return
    async with ctx.store.unit() as tx:
        if asking := await _overseer(ctx, tx, address, Role.MASH_DESK):
            to, now = asking[1], ctx.now()
            if not await retell(tx, ctx, to, f"asked.{int(now.timestamp() * 1000)}"):
                line = words(to.person.language).say("answer.triage_none")
                await tell_lines(tx, now, to, [line])
            return
        if asking := await _overseer(ctx, tx, address, Role.COORDINATOR):
            to, now = asking[1], ctx.now()
            say = words(to.person.language)
            standing = [
                row
                for row in await alerts.open_ones(tx)
                if row.leg is Leg.TRIAGE and to.person.id not in row.excluded
            ]
            lines = [
                say.say("triage_stands.item", reference=row.reference) for row in standing[:_LINES]
            ]
            lines += _more(say, len(standing) - _LINES)
            await tell_lines(tx, now, to, lines or [say.say("answer.triage_none")])
            return
    await help_text(ctx, address)


async def _decide(ctx: Context, address: str, task: int, code: str) -> None:
    async with ctx.store.reading() as tx:
        holder = await directory.holder_of(tx, Channel.TELEGRAM, address)
    reply = await decide_by_code(ctx, holder[0] if holder else "", task, code)
    async with ctx.store.unit() as tx:
        if asking := await asker(ctx, tx, address):
            await tell_lines(tx, ctx.now(), asking[1], [reply.text])


async def readiness(ctx: Context, address: str, argument: str = "") -> None:
    """`/readiness [DAY]`: where nobody can be told on the next pupil day, or on this one."""
    async with ctx.store.unit() as tx:
        if asking := await _overseer(ctx, tx, address, Role.COORDINATOR):
            known, to = asking
            say, now = words(to.person.language), ctx.now()
            if not argument.strip():
                await put(tx, Look(tx, known, now, to.person, View.READINESS, (0,)), to)
                return
            meant = days_of(argument, local_day(now))
            if meant is None:
                await tell_lines(tx, now, to, [say.say("ready.day_not_understood")])
                return
            day = meant[0]
            found = lines_of(known, missing(known, day))
            if not found:
                lines = [say.say("answer.readiness_all_well", day=say.day(day))]
            else:
                lines = [say.say("answer.readiness_gaps", day=say.day(day))]
                lines += [line_in_words(known, say, line) for line in found[:_LINES]]
                lines += _more(say, len(found) - _LINES)
            await tell_lines(tx, now, to, lines)
            return
    await help_text(ctx, address)


async def route(ctx: Context, address: str, argument: str) -> None:
    """`/route CODE [WHEN] [YEAR] [urgent]`: who would be told, when, by the real functions."""
    async with ctx.store.unit() as tx:
        if asking := await _overseer(ctx, tx, address, Role.COORDINATOR):
            known, to = asking
            say = words(to.person.language)
            if argument.strip() in known.directory.schools and argument.strip().isdecimal():
                numbers = int(argument), 0, 0
                await put(tx, Look(tx, known, ctx.now(), to.person, View.ROUTE, numbers), to)
                return
            await tell_lines(tx, ctx.now(), to, _route_lines(known, say, argument, ctx.now()))
            return
    await help_text(ctx, address)


def _route_lines(known: InForce, say: Words, argument: str, now: datetime) -> Sequence[str]:
    parts = argument.split()
    if not parts or parts[0] not in known.directory.schools:
        return [say.say("answer.route_how")]
    school = known.directory.schools[parts[0]]
    at, year = now, None
    for part in parts[1:]:
        if part == _URGENT:
            continue
        if part.isdecimal() and len(part) <= 2:
            year = int(part)
        else:
            try:
                at = datetime.fromisoformat(part)
            except ValueError:
                return [say.say("answer.route_how")]
    at = at.replace(tzinfo=LONDON) if at.tzinfo is None else at
    return route_lines(known, say, school, at, year, urgent=_URGENT in parts)
