"""Containment records: the coordinators hear at once, and again until somebody has ended it.

Due times are rows. Dies before the commit: the record is due still. Dies after it: the messages and
the next due time are there together. With nobody to tell an alarm stands until somebody hears.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.containment import next_reminder
from bot.domain.message import Kind
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, reachable, subject_of, write_owed
from bot.store import alarms, alerts, containments
from bot.store.unit_of_work import Tx

UNTOLD = "containment_untold:"
"""What the name of an alarm begins with: no coordinator could be told of a record."""
_BATCH = 50
_TRY_AGAIN = timedelta(minutes=10)
log = logging.getLogger(__name__)


async def contain_due(ctx: Context) -> bool:
    """Tell of every record that is due; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        due = await containments.due(tx, ctx.now(), _BATCH)
    for number in due:
        await _tell_or_put_off(ctx, number)
    return len(due) == _BATCH


async def _tell_or_put_off(ctx: Context, number: int) -> None:
    """One record that cannot be told holds up no other."""
    try:
        async with ctx.store.unit() as tx:
            record = await containments.due_one(tx, number, ctx.now())
            if record is not None:  # else another worker has it, or had it
                await _tell(ctx, tx, await in_force(ctx, tx), record)
    except Exception as error:
        log.exception("telling of a containment record failed", extra={"containment": number})
        async with ctx.store.unit() as tx:
            record = await containments.due_one(tx, number, ctx.now())
            if record is not None:
                await _put_off(
                    tx, record, ctx.now(), f"Telling of it failed ({type(error).__name__})."
                )


async def _put_off(tx: Tx, record: Row[Any], now: datetime, why: str) -> None:
    await alarms.set_off(tx, f"{UNTOLD}{record.reference}", why, now)
    await containments.told(tx, record.id, record.told, now + _TRY_AGAIN)


async def _tell(ctx: Context, tx: Tx, known: InForce, record: Row[Any]) -> None:
    now = ctx.now()
    alert = await alerts.by_id(tx, record.alert_id)
    assert alert is not None
    excluded = frozenset(record.excluded)
    coordinators = reachable(known, Role.COORDINATOR, record.school_code, excluded, now)
    if not coordinators:
        why = "Something reached a wrong school, and no coordinator can be told of it."
        await _put_off(tx, record, now, why)
        return
    opened = await containments.openings(
        tx, record.notification_id, record.school_code, record.child_number, record.ledger_end
    )
    said = {
        "containment": record.id,
        "report_due": int(record.report_due_at.timestamp()),
        "opened": len({opening.person_id for opening in opened}),
        "reminder": record.told > 0,
    }
    occasion = f"{record.id}.{record.told}"
    await write_owed(
        tx,
        now,
        [
            Owed(subject_of(alert), to, Kind.CONTAINMENT, occasion, rank, said)
            for rank, to in enumerate(coordinators)
        ],
    )
    await containments.told(tx, record.id, record.told + 1, next_reminder(record.sealed_at, now))
    await alarms.clear(tx, f"{UNTOLD}{record.reference}")
