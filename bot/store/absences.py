"""Absences as rows, and whoever was asked to stand in. Nothing is deleted: what was taken back has
ended, and stays.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.domain.covers import CoverState
from bot.store import directory
from bot.store.tables import absences, covers
from bot.store.unit_of_work import Tx

_STANDING = (CoverState.ASKED, CoverState.ACCEPTED)
_WITH_ABSENCE = select(
    covers,
    absences.c.person_id.label("away"),
    absences.c.first_on,
    absences.c.last_on,
    absences.c.ended_at.label("absence_ended_at"),
).join(absences, absences.c.id == covers.c.absence_id)


async def add(tx: Tx, person_id: str, first_on: date, last_on: date, turn_at: datetime) -> int:
    """Away on these days, both included; the absence's number."""
    await directory.changed(tx)
    return await tx.add(
        absences, person_id=person_id, first_on=first_on, last_on=last_on, turn_at=turn_at
    )


async def by_id(tx: Tx, number: int, *, lock: bool = False) -> Row[Any] | None:
    """This absence, while nobody has taken it back."""
    statement = select(absences).where(absences.c.id == number, absences.c.ended_at.is_(None))
    return await tx.first(statement.with_for_update() if lock else statement)


async def end(tx: Tx, numbers: Collection[int], at: datetime) -> Sequence[Row[Any]]:
    """These are taken back, with whoever was asked to stand in; those covers as they were."""
    if not numbers:
        return []
    standing = await tx.all(
        _WITH_ABSENCE.where(
            covers.c.absence_id.in_(numbers), covers.c.state.in_(_STANDING)
        ).with_for_update(of=covers)
    )
    await tx.execute(
        update(absences)
        .where(absences.c.id.in_(numbers), absences.c.ended_at.is_(None))
        .values(ended_at=at, turn_at=None)
    )
    await tx.execute(
        update(covers)
        .where(covers.c.absence_id.in_(numbers), covers.c.state.in_(_STANDING))
        .values(state=CoverState.ENDED, settled_at=at, due_at=None)
    )
    await directory.changed(tx)
    return standing


async def due_turns(tx: Tx, now: datetime, limit: int) -> list[int]:
    """The absences that begin or are over by now, the earliest first."""
    rows = await tx.all(
        select(absences.c.id)
        .where(absences.c.turn_at <= now)
        .order_by(absences.c.turn_at, absences.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def due_turn(tx: Tx, number: int, now: datetime) -> Row[Any] | None:
    """This one, if it is due still and no other worker holds it; locked until the commit."""
    return await tx.first(
        select(absences)
        .where(absences.c.id == number, absences.c.turn_at <= now)
        .with_for_update(skip_locked=True)
    )


async def set_turn(tx: Tx, number: int, at: datetime | None) -> None:
    await tx.execute(update(absences).where(absences.c.id == number).values(turn_at=at))


# --- who stands in -------------------------------------------------------------------------------


async def ask(
    tx: Tx, absence_id: int, person_id: str, asked_by: str | None, at: datetime, due_at: datetime
) -> int | None:
    """Ask this person; None where somebody is asked already, or stands in: one at a time, and the
    database decides which of two."""
    statement = (
        tx.insert(covers)
        .values(
            absence_id=absence_id,
            person_id=person_id,
            asked_by=asked_by,
            state=CoverState.ASKED,
            asked_at=at,
            due_at=due_at,
        )
        .on_conflict_do_nothing()
        .returning(covers.c.id)
    )
    row = await tx.first(statement)
    return None if row is None else int(row.id)


async def cover(tx: Tx, number: int, *, lock: bool = False) -> Row[Any] | None:
    """This question or cover, with its absence."""
    statement = _WITH_ABSENCE.where(covers.c.id == number)
    return await tx.first(statement.with_for_update(of=covers) if lock else statement)


async def settle(tx: Tx, number: int, state: CoverState, at: datetime) -> bool:
    """Compare-and-set: whether it stood still, and is now in this state."""
    result = await tx.execute(
        update(covers)
        .where(covers.c.id == number, covers.c.state.in_(_STANDING))
        .values(state=state, settled_at=at, due_at=None)
    )
    await directory.changed(tx)
    return bool(result.rowcount)


async def is_fine(tx: Tx, number: int) -> None:
    """A cover that was to be looked at again stands."""
    await tx.execute(update(covers).where(covers.c.id == number).values(due_at=None))


async def of_absences(tx: Tx, numbers: Collection[int]) -> Sequence[Row[Any]]:
    """Everybody who was ever asked, in that order."""
    return await tx.all(_WITH_ABSENCE.where(covers.c.absence_id.in_(numbers)).order_by(covers.c.id))


async def due_covers(tx: Tx, now: datetime, limit: int) -> list[int]:
    """Questions whose time is over, and covers that are to be looked at again."""
    rows = await tx.all(
        select(covers.c.id)
        .where(covers.c.due_at <= now)
        .order_by(covers.c.due_at, covers.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


async def due_cover(tx: Tx, number: int, now: datetime) -> Row[Any] | None:
    """This one, if it is due still and no other worker holds it; locked until the commit."""
    return await tx.first(
        _WITH_ABSENCE.where(covers.c.id == number, covers.c.due_at <= now).with_for_update(
            of=covers, skip_locked=True
        )
    )


async def put_off(tx: Tx, number: int, until: datetime) -> None:
    await tx.execute(update(covers).where(covers.c.id == number).values(due_at=until))


async def look_again_at(tx: Tx, people: Collection[str], at: datetime) -> None:
    """Whatever these people were asked, or have said that they do, is looked at by the next tick:
    who left, or has another role or no account, stands in for nobody."""
    if people:
        await tx.execute(
            update(covers)
            .where(covers.c.person_id.in_(people), covers.c.state.in_(_STANDING))
            .values(due_at=at)
        )


async def who_stands_in_for(tx: Tx, people: Collection[str]) -> list[str]:
    """The ids of those who have said that they stand in for any of these people."""
    rows = await tx.all(
        select(covers.c.person_id)
        .join(absences, absences.c.id == covers.c.absence_id)
        .where(
            absences.c.person_id.in_(people),
            absences.c.ended_at.is_(None),
            covers.c.state == CoverState.ACCEPTED,
        )
    )
    return sorted({row.person_id for row in rows}.difference(people))


async def end_of_leavers(tx: Tx, people: Collection[str], at: datetime) -> None:
    """Who has left is not away any more either, and nobody stands in for them."""
    if people:
        rows = await tx.all(
            select(absences.c.id).where(
                absences.c.person_id.in_(people), absences.c.ended_at.is_(None)
            )
        )
        await end(tx, [row.id for row in rows], at)
