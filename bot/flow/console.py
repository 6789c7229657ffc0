"""Who is at the console, and whether they may change something there, asked at every request.

A session of the secure page is all there is: by a link that was given for the console, or by a
Mini App's start. Whoever is not in it, or holds no role that has this section, learns nothing: the
address is not there. Dies before a commit: nothing is changed. Nothing here waits for a tick.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.console import is_stepped_up, may_use
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.session import Visitor, still_in, visitor
from bot.flow.unlock import Unlocking
from bot.store import access, alerts
from bot.store.unit_of_work import Tx


async def console_visitor(
    ctx: Context, cookie: str, section: str, *, touch: bool = True
) -> Visitor | None:
    """Who holds this cookie, if they may read this section now. A link that was given for one
    alert opens that one and no console."""
    someone = await visitor(ctx, cookie, touch=touch)
    if someone is None or someone.alert_id is not None:
        return None
    return someone if may_use(someone.person.role, section) else None


@dataclass(frozen=True, slots=True)
class Changer:
    """Somebody who may change something now, and what is in force as they do."""

    person: Person
    known: InForce
    now: datetime


async def may_change(ctx: Context, tx: Tx, someone: Visitor, section: str) -> Changer | None:
    """The first line of every use case that changes something from the console: within its own
    commit, that the session stands, is unlocked, its account is that person's still, and their
    role has this section now. None is told as what is not there."""
    now, here = ctx.now(), await still_in(ctx, tx, someone)
    if here is None:
        return None
    known, person, found = here
    if found.alert_id is not None or not is_stepped_up(found.unlocked_at, now):
        return None
    return Changer(person, known, now) if may_use(person.role, section) else None


async def step_up_of(ctx: Context, someone: Visitor) -> Unlocking:
    """What this visitor has to do before they may change anything: whether the partnership asks
    for a code to read or not, to change something everybody needs one."""
    if is_stepped_up(someone.unlocked_at, ctx.now()):
        return Unlocking.DONE
    async with ctx.store.reading() as tx:
        code = await access.unlock_code(tx, someone.person.id)
    if code is None:
        return Unlocking.CHOOSE
    return Unlocking.LOCKED if code.locked_at is not None else Unlocking.ASK


async def coordinators_alert(
    ctx: Context, tx: Tx, someone: Visitor, number: int
) -> tuple[Person, Row[Any]] | None:
    """The coordinator and the alert that they would do something about, as `may_change` asks; None
    for anybody else, and for one from which they are excluded."""
    changer = await may_change(ctx, tx, someone, "today")
    if changer is None or changer.person.role is not Role.COORDINATOR:
        return None
    alert = await alerts.by_id(tx, number)
    if alert is None or changer.person.id in alert.excluded:
        return None
    return changer.person, alert
