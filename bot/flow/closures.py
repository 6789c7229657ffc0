"""A school is closed to pupils on days when they were to be in, or open after all: by a coordinator
for any school, by a head teacher for their own, in the chat or at the command line.

One commit holds the closure and every new deadline. What a death leaves, and which tick finds it,
stands in `replan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.calendar import DayRange, local_day
from bot.domain.errors import NotFoundError, UsageError
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.replan import SECOND_LOOK, replan_school
from bot.store import closures, directory, events
from bot.store.unit_of_work import Tx


def may_close(known: InForce, person: Person | None, school_code: str) -> bool:
    """Whether this person may say that this school is closed."""
    if person is None or school_code not in known.directory.schools:
        return False
    if person.role is Role.COORDINATOR:
        return True
    return person.role is Role.HEAD_TEACHER and known.directory.covers_school(person, school_code)


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of it: whether anything changed, and how many open alerts are due at another
    bell now. The number is for the operator: in a chat it would say what there is."""

    changed: bool
    moved: int


async def close_school(
    ctx: Context, school_code: str, first_on: date, last_on: date, why: str, by: str
) -> Closed:
    """This school has no pupils in on these days. NotFoundError for a code that no school has,
    UsageError for days that have passed or stand the wrong way round."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        if school_code not in known.directory.schools:
            raise NotFoundError(f"No school has the code {school_code[:20]}.")
        if last_on < first_on:
            raise UsageError("The last day must not lie before the first.")
        if last_on < local_day(ctx.now()):
            raise UsageError("Those days have passed.")
        return await put_down(
            tx, known, school_code, DayRange(first_on, last_on, why), by, ctx.now()
        )


async def put_down(
    tx: Tx, known: InForce, school_code: str, days: DayRange, by: str, now: datetime
) -> Closed:
    """`close_school` within a transaction, for whoever has been asked whether they may."""
    added = await closures.add(
        tx,
        school_code=school_code,
        first_on=days.first_on,
        last_on=days.last_on,
        why=days.why,
        added_by=by,
        added_at=now,
    )
    if not added:
        return Closed(False, 0)
    await events.append(tx, _line("school:closed", now, school_code, days, by))
    return Closed(True, await _plan_anew(tx, known, school_code, now))


async def open_again(ctx: Context, number: int, by: str) -> Closed:
    """This closure no longer stands. NotFoundError if there never was one of this number."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        row = await closures.by_number(tx, number)
        if row is None:
            raise NotFoundError(f"There is no closure {number}.")
        return await take_back(tx, known, row, by, ctx.now())


async def take_back(tx: Tx, known: InForce, row: Row[Any], by: str, now: datetime) -> Closed:
    """`open_again` within a transaction, for whoever has been asked whether they may."""
    if not await closures.end(tx, row.id, by, now):
        return Closed(False, 0)
    days = DayRange(row.first_on, row.last_on, row.why)
    await events.append(tx, _line("school:open_again", now, row.school_code, days, by))
    return Closed(True, await _plan_anew(tx, known, row.school_code, now))


async def _plan_anew(tx: Tx, known: InForce, school_code: str, now: datetime) -> int:
    standing = (await closures.by_school(tx)).get(school_code, ())
    moved = await replan_school(tx, known.with_closures({school_code: standing}), school_code, now)
    await closures.look_again(tx, school_code, now + SECOND_LOOK)
    await directory.changed(tx)  # behind the alerts' locks: what is known of calendars is read anew
    tx.wake(Stage.ESCALATE)
    return moved


def _line(action: str, now: datetime, code: str, days: DayRange, by: str) -> dict[str, Any]:
    return events.line(
        action,
        now,
        school=code,
        first_on=days.first_on.isoformat(),
        last_on=days.last_on.isoformat(),
        why=days.why,
        by=by,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A closure as the operator sees it."""

    number: int
    school: str
    school_name: str
    first_on: date
    last_on: date
    why: str
    added_by: str


async def standing_closures(ctx: Context) -> Sequence[Standing]:
    """What stands and is not over, the nearest first."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        rows = await closures.standing(tx, from_day=local_day(ctx.now()))
    schools = known.directory.schools
    return [
        Standing(
            row.id,
            row.school_code,
            schools[row.school_code].name if row.school_code in schools else "",
            row.first_on,
            row.last_on,
            row.why,
            row.added_by,
        )
        for row in rows
    ]
