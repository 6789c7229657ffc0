"""Somebody leaves, or their telephone is out of their hands: each is one action in one commit, from
the command line or the chat (guarantees: security). What it ends, and which tick finds what is left
to do, is in `departure`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.calendar import local_day
from bot.domain.cover import Reachable, standing
from bot.domain.errors import NotFoundError
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.departure import (
    Bare,
    Ended,
    end_access,
    remove,
    tell_who_left,
    tell_whose_account_ended,
)
from bot.flow.in_force import in_force
from bot.flow.versions import note_directory
from bot.store import events
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Departure:
    """What ended, and what nobody covers since; `bare` is None where nothing ended."""

    person: Person
    ended: Ended
    bare: Bare | None


async def leave(ctx: Context, person_id: str, by: str) -> Departure:
    """This person leaves the directory, as if they were gone from people.csv. NotFoundError if
    nobody in it has the id: a second time too."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        return await let_leave(tx, known, _found(known, person_id), ctx.now(), by)


async def lock(ctx: Context, person_id: str, by: str) -> Departure:
    """This person's account ends and they stay in the directory, to be invited anew. Nobody is
    told a second time of an account that has ended already."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        return await end_account(tx, known, _found(known, person_id), ctx.now(), by)


def _found(known: InForce, person_id: str) -> Person:
    person = known.directory.people.get(person_id)
    if person is None:
        raise NotFoundError(f"Nobody in the directory has the id {person_id}.")
    return person


async def let_leave(tx: Tx, known: InForce, person: Person, now: datetime, by: str) -> Departure:
    """`leave` within a transaction."""
    ended = await remove(tx, [person.id], now, by=by)
    await note_directory(tx, now, who=by)
    return Departure(person, ended, await tell_who_left(tx, known, [person.id], now))


async def end_account(tx: Tx, known: InForce, person: Person, now: datetime, by: str) -> Departure:
    """`lock` within a transaction."""
    ended = await end_access(tx, [person.id], now)
    if not ended.accounts:
        return Departure(person, ended, None)
    await events.append(tx, events.line("contact:ended", now, person_id=person.id, by=by))
    return Departure(person, ended, await tell_whose_account_ended(tx, known, person, now))


def is_last_coordinator(known: InForce, person: Person, now: datetime) -> bool:
    """Whether no other coordinator could be told of anything once this one is gone."""
    others = (
        standing(replace(other, absences=()), local_day(now))
        for other in known.directory.people.values()
        if other.role is Role.COORDINATOR and other.id != person.id
    )
    return person.role is Role.COORDINATOR and not any(
        isinstance(stand, Reachable) for stand in others
    )
