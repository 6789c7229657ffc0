"""Every promise, again: checked by a tick on the real database; a broken one turns health red and
is told to the coordinators. One function serves production, tests, rigs and restore drills.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.incident import incident_of
from bot.domain.message import Kind
from bot.domain.namesakes import namesakes
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.flow.answer import tell_lines
from bot.flow.context import CHANNEL, STILL, Context
from bot.flow.departure import NOBODY_HEARD_OF
from bot.flow.in_force import in_force
from bot.flow.tell import NOBODY_TO_TELL, reachable
from bot.rendering.catalogue import words
from bot.store import alarms, alerts, invariants, notifications
from bot.store.invariants import Breach
from bot.store.unit_of_work import Store, Tx

PROMISE = "promise:"
_EVENTS = (
    "message_refused:",
    "message_not_worded:",
    "press_not_handled",
    "not_escalated:",
    "absence_not_served:",
    "cover_not_checked:",
    NOBODY_HEARD_OF,
    STILL,
)
_TELL_AGAIN = timedelta(days=1)
log = logging.getLogger(__name__)


async def check_invariants(store: Store, ctx: Context, *, history: bool = True) -> list[Breach]:
    """Every promise that the database shows to be broken now; see `store/invariants`."""
    async with store.reading() as tx:
        return await invariants.breaches(tx, ctx.now(), history=history)


async def watch(ctx: Context, *, history: bool = False) -> list[Breach]:
    """Check, set off and clear the alarms of broken promises, and tell the coordinators once."""
    found = await check_invariants(ctx.store, ctx, history=history)
    names = {
        f"{PROMISE}{breach.invariant}:{breach.what}": f"{breach.what}: {breach.count}"
        for breach in found
    }
    names |= dict.fromkeys(ctx.trouble, "This worker's surroundings are not as they should be.")
    mine = f"{STILL}{ctx.worker}:"
    names |= {mine + loop: "This loop of a worker does not come round." for loop in ctx.still}
    async with ctx.store.reading() as tx:
        standing = await alarms.standing(tx)
        cleared = [
            a.name
            for a in standing
            if a.name not in names
            and (a.name.startswith(mine) or _is_over(a, ctx.now()) or await _has_ended(tx, a.name))
        ]
    untold = [a.name for a in standing if a.told_at is None]
    if not (names or cleared or untold):
        return found
    async with ctx.store.unit() as tx:
        now = ctx.now()
        await alarms.clear(tx, *cleared)
        for name, detail in names.items():
            log.error("a promise is broken", extra={"promise": name})
            await alarms.set_off(tx, name, detail, now)
        known = await in_force(ctx, tx)
        for alarm in await alarms.standing(tx):
            if alarm.told_at is not None:
                continue
            excluded = await _excluded_from(tx, known, alarm.name)
            coordinators = reachable(known, Role.COORDINATOR, None, excluded, now)
            if not coordinators:
                continue
            for to in coordinators:
                line = words(to.person.language).say("alarm.promise_broken", name=alarm.name)
                await tell_lines(tx, now, to, [line], kind=Kind.ALARM)
            await alarms.mark_told(tx, alarm.name, now)
    return found


def _is_over(alarm: Row[Any], now: datetime) -> bool:
    """A promise kept again; or a single event that was told a day ago, so that the next of its kind
    is told anew. What else stands is cleared by whoever sees it put right."""
    if alarm.name.startswith(PROMISE):
        return True
    told = alarm.told_at is not None and alarm.told_at < now - _TELL_AGAIN
    return told and alarm.name.startswith(_EVENTS)


async def _has_ended(tx: Tx, name: str) -> bool:
    """Nobody could be told of a duty, and it has ended since, whoever ended it."""
    if not name.startswith(NOBODY_TO_TELL):
        return False
    row = await notifications.by_reference(tx, name.removeprefix(NOBODY_TO_TELL))
    duties = [] if row is None else await alerts.of_notifications(tx, [row.id], lock=False)
    return all(duty.state is not AlertState.OPEN for duty in duties)


async def _excluded_from(tx: Tx, known: InForce, name: str) -> frozenset[str]:
    """Who must learn nothing of the notification that an alarm names by its reference, if any. One
    that could not be raised has not said yet who may be named in it."""
    row = await notifications.by_reference(tx, name.rpartition(":")[2])
    if row is None:
        return frozenset()
    excluded = frozenset((*row.excluded, *row.content.get("exclude", ())))
    if row.raised_version == row.version:
        return excluded
    named = namesakes(incident_of(row.content), known.directory, (), ())
    return excluded.union(namesake.person.id for namesake in named)


@dataclass(frozen=True, slots=True)
class Health:
    """`red` are broken promises and a channel that refuses us; `warnings` want a person's eye."""

    red: tuple[str, ...]
    warnings: tuple[str, ...]


async def health(ctx: Context) -> Health:
    """What stands now. Raises StoreError when the database cannot serve. A loop of this worker that
    stands still is seen without the stage that watches, which may be the one."""
    async with ctx.store.reading() as tx:
        names = [alarm.name for alarm in await alarms.standing(tx)]
    red = tuple(name for name in names if name.startswith((PROMISE, CHANNEL)))
    still = tuple(f"{STILL}{loop}" for loop in ctx.still)
    return Health((*red, *still), tuple(name for name in names if name not in red))
