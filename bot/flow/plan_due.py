"""Plans that are due: whoever acknowledged is reminded once, then the authority is shown it.

Due times are rows. Dies before the commit: the plan is due still. Dies after it: the word and the
next due time are there together. One that cannot be looked at is put off alone, with an alarm. What
nobody is to say any more, because the alert has ended or their answer stands no longer, is let be.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import STANDING
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.domain.plan import SHOWN_AFTER
from bot.domain.routing import InForce
from bot.flow.authorise import may_take
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, can_be_told, reachable, subject_of, write_owed
from bot.store import alarms, alerts, events, plans
from bot.store.plans import Whose
from bot.store.unit_of_work import Tx

NOT_ASKED = "plan_not_asked:"
"""What the name of an alarm begins with: a plan that is due could not be asked for."""
_BATCH = 50
_PUT_OFF = timedelta(minutes=10)
log = logging.getLogger(__name__)


async def plans_due(ctx: Context) -> bool:
    """Ask for every plan that is due; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        due = await plans.due(tx, ctx.now(), _BATCH)
    for whose in due:
        await _ask_or_put_off(ctx, whose)
    return len(due) == _BATCH


async def _ask_or_put_off(ctx: Context, whose: Whose) -> None:
    try:
        async with ctx.store.unit() as tx:
            await _ask(ctx, tx, whose)
    except Exception as error:
        log.exception("asking for a plan failed", extra={"alert": whose[0]})
        async with ctx.store.unit() as tx:
            alert = await alerts.by_id(tx, whose[0], lock=True)
            await plans.change_owed(tx, whose, next_at=ctx.now() + _PUT_OFF)
            reference = alert.reference if alert else ""
            why = f"Asking for a plan failed ({type(error).__name__})."
            await alarms.set_off(tx, f"{NOT_ASKED}{reference}", why, ctx.now())


async def _ask(ctx: Context, tx: Tx, whose: Whose) -> None:
    alert = await alerts.by_id(tx, whose[0], lock=True)
    owed, now = await plans.owed_by(tx, whose), ctx.now()
    if alert is None or owed is None or owed.next_at is None or owed.next_at > now:
        return  # another worker has asked
    given = (await alerts.answers(tx, [alert.id]))[alert.id]
    stands = any(answer.person_id == owed.person_id for answer in given)
    if alert.state not in STANDING or not stands or owed.person_id in alert.excluded:
        await plans.end_owed(tx, whose, now)
        return
    known = await in_force(ctx, tx)
    if owed.told == 0 and not await _may_say_no_more(tx, known, alert, owed.person_id, now):
        await _remind(ctx, tx, known, alert, owed)
    else:
        await _show(ctx, tx, known, alert, owed)


async def _may_say_no_more(
    tx: Tx, known: InForce, alert: Row[Any], person_id: str, now: datetime
) -> bool:
    """Whoever stood in for somebody, and does so no longer: there is nothing to remind them of, and
    the authority is shown it at once."""
    person, children = known.directory.people.get(person_id), await alerts.children(tx, [alert.id])
    if person is None or alert.held:
        return False
    return not may_take(known, person, alert, children[alert.id], now)


async def _remind(ctx: Context, tx: Tx, known: InForce, alert: Row[Any], owed: Row[Any]) -> None:
    """Once. Who has left since cannot be reminded, and the authority is shown it all the same."""
    now, person = ctx.now(), known.directory.people.get(owed.person_id)
    to = can_be_told(person, frozenset(alert.excluded), now)
    if to is not None:
        occasion = f"plan.{int(owed.due_at.timestamp())}"
        await write_owed(tx, now, [Owed(subject_of(alert), to, Kind.PLAN, occasion)])
    await _note(tx, ctx, "alert:plan_asked", alert, owed)
    whose = (alert.id, owed.person_id)
    await plans.change_owed(tx, whose, told=1, next_at=now + SHOWN_AFTER)


async def _show(ctx: Context, tx: Tx, known: InForce, alert: Row[Any], owed: Row[Any]) -> None:
    now, excluded = ctx.now(), frozenset(alert.excluded)
    coordinators = reachable(known, Role.COORDINATOR, alert.school_code, excluded, now)
    occasion = f"plan.{owed.person_id}.{int(owed.due_at.timestamp())}"
    await write_owed(
        tx,
        now,
        [
            Owed(subject_of(alert), to, Kind.PLAN_MISSING, occasion, rank)
            for rank, to in enumerate(coordinators)
        ],
    )
    # With nobody to tell it stands in `status` until somebody looks.
    await _note(tx, ctx, "alert:plan_missing", alert, owed)
    await plans.change_owed(tx, (alert.id, owed.person_id), told=2, next_at=None)


async def _note(tx: Tx, ctx: Context, action: str, alert: Row[Any], owed: Row[Any]) -> None:
    line = events.line(
        action,
        ctx.now(),
        notification_id=alert.notification_id,
        alert_id=alert.id,
        person_id=owed.person_id,
    )
    await events.append(tx, line)
