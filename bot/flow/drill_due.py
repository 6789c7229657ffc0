"""The drills' tick: starts what is due, and ends what is over or settled.

Starting is one commit: `started_at` and one notification for each school, by receiving's own
insertion. Dies before it: the row is due still. Dies after it: the notifications wait to be raised,
and from there everything is the real way. The row is locked, so two workers start it once.

Ending closes what is open, each reference by the closing use case in a commit of its own. Dies
between any two: the drill is due still, and what was closed stays closed. The last commit says that
it is over, keeps who was not reached, and tells the coordinators: once, whoever comes second finds
it ended.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.alert import AlertState, NotificationState
from bot.domain.cover import Reachable
from bot.domain.drill import AFTER_THE_BELL, REASON, Drill, end_of, synthetic_incident
from bot.domain.errors import ConflictError
from bot.domain.incident import Submission
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.versions import FROM_COMMAND_LINE
from bot.flow.answer import tell_lines
from bot.flow.close import close
from bot.flow.context import Context, Stage
from bot.flow.drill_report import kept, report_lines, report_of
from bot.flow.in_force import in_force
from bot.flow.new_notices import Incoming, insert
from bot.flow.partners import DRILLS
from bot.flow.tell import can_be_told, reachable
from bot.rendering.catalogue import words
from bot.store import alarms, alerts, drills, events, notifications, partners
from bot.store.unit_of_work import Tx

DOOR = "drill"
_ITSELF = "drill"
_PUT_OFF = timedelta(seconds=30)
log = logging.getLogger(__name__)


async def drill_due(ctx: Context) -> bool:
    """Start and end what is due; one that fails is put off and holds up no other."""
    async with ctx.store.reading() as tx:
        starting = await drills.to_start(tx, ctx.now())
        ending = await drills.to_end(tx, ctx.now())
    for number in starting:
        await _do_or_put_off(ctx, number, start)
    for number in ending:
        await _do_or_put_off(ctx, number, finish)
    return False


async def _do_or_put_off(
    ctx: Context, number: int, act: Callable[[Context, int], Awaitable[None]]
) -> None:
    try:
        await act(ctx, number)
    except Exception as error:
        log.exception("a drill was not moved on", extra={"drill": number})
        async with ctx.store.unit() as tx:
            await drills.change(tx, number, retry_at=ctx.now() + _PUT_OFF)
            says = f"It could not be moved on ({type(error).__name__})."
            await alarms.set_off(tx, _alarm(number), says, ctx.now())


def _alarm(number: int) -> str:
    return f"drill_not_moved_on:{number}"


async def start(ctx: Context, number: int) -> None:
    """Make its notices, if nobody has."""
    async with ctx.store.unit() as tx:
        now, known = ctx.now(), await in_force(ctx, tx)
        drill = await drills.due_one(tx, number)
        if drill is None or drill.started_at is not None or drill.start_at > now:
            return
        codes = [code for code in drill.schools if code in known.directory.schools]
        partner = await partners.named(tx, DRILLS, now)
        await insert(tx, [_notice(drill, partner, code, now) for code in codes], None, now)
        # A start that came late, after an outage say, has other bells than were foreseen.
        end_at = end_of(known, codes, now)
        await drills.change(tx, number, started_at=now, end_at=end_at)
        await alarms.clear(tx, _alarm(number))
        by = drill.asked_by or FROM_COMMAND_LINE
        line = events.line("drill:started", now, drill=number, schools=len(codes), by=by)
        await events.append(tx, line)
        tx.wake(Stage.RAISE)


def _notice(drill: Drill, partner_id: int, code: str, now: datetime) -> Incoming:
    incident = synthetic_incident(drill.number, code, now)
    raw = json.dumps(incident.content()).encode()
    return Incoming(partner_id, DRILLS, DOOR, raw, Submission(incident), drill.number)


async def finish(ctx: Context, number: int) -> None:
    """Close what it left open and say that it is over, unless it has to go on for a while."""
    references = await _to_close(ctx, number)
    if references is None:
        return
    for reference, by in references:
        try:
            await close(ctx, reference, REASON, by)
        except ConflictError:
            continue  # acknowledged a moment ago, or closed by another worker
    async with ctx.store.unit() as tx:
        drill = await drills.due_one(tx, number)
        if drill is not None and await _nothing_left(tx, drill, ctx.now()):
            await _over(ctx, tx, drill)


async def _to_close(ctx: Context, number: int) -> list[tuple[str, str]] | None:
    """The references of which something is open, and in whose name they are closed; None while it
    has to go on: its alerts have later bells than were foreseen, or are still to be raised."""
    async with ctx.store.unit() as tx:
        drill = await drills.due_one(tx, number)
        if drill is None or drill.started_at is None:
            return None
        rows = await drills.notices(tx, number)
        if drill.ended_by is None and not await drills.is_settled(tx, number):
            until = await _goes_on_until(tx, drill, rows, ctx.now())
            if until is not None:
                await drills.change(tx, number, end_at=until)
                return None
        duties = await alerts.of_notifications(tx, [row.id for row in rows], lock=False)
    open_ones = {duty.reference for duty in duties if duty.state is AlertState.OPEN}
    return [(reference, drill.ended_by or _ITSELF) for reference in sorted(open_ones)]


async def _goes_on_until(tx: Tx, drill: Drill, rows: Any, now: datetime) -> datetime | None:
    """After an outage a drill may be at its end before its alerts were ever raised."""
    if any(row.raise_due_at is not None and not row.raise_attempts for row in rows):
        return now + _PUT_OFF
    bell = await drills.latest_bell(tx, drill.number)
    until = drill.end_at if bell is None else bell + AFTER_THE_BELL
    return until if until > now else None


async def _nothing_left(tx: Tx, drill: Drill, now: datetime) -> bool:
    """Whether nothing is open. What was never raised, since somebody ended it at once, never is."""
    for row in await drills.notices(tx, drill.number, lock=True):
        if row.raise_due_at is not None:
            closed = NotificationState.CLOSED
            await notifications.change(tx, row.id, state=closed, raise_due_at=None)
            line = events.line("notification:closed", now, notification_id=row.id, reason=REASON)
            await events.append(tx, line)
            await alarms.clear(tx, f"not_raised:{row.reference}")
    return await drills.is_settled(tx, drill.number)


async def _over(ctx: Context, tx: Tx, drill: Drill) -> None:
    now, known = ctx.now(), await in_force(ctx, tx)
    report = await report_of(tx, known, drill, now)
    await drills.change(tx, drill.number, ended_at=now, unreached=kept(report))
    by = drill.ended_by or _ITSELF
    await events.append(tx, events.line("drill:ended", now, drill=drill.number, by=by))
    await alarms.clear(tx, _alarm(drill.number))
    for to in _who_hears(known, drill, now):
        say = words(to.person.language)
        lines = report_lines(say, known, report, over=True)
        await tell_lines(tx, now, to, lines, kind=Kind.DRILL)


def _who_hears(known: InForce, drill: Drill, now: datetime) -> list[Reachable]:
    """The coordinators; who asked for it or ended it hears though they be away."""
    hearing = reachable(known, Role.COORDINATOR, None, frozenset(), now)
    for person_id in (drill.asked_by, drill.ended_by):
        to = can_be_told(known.directory.people.get(person_id or ""), frozenset(), now)
        if to is not None and to not in hearing:
            hearing.append(to)
    return hearing
