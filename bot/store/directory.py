"""The directory as rows: read whole, since every decision asks it; changed row by row."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, and_, bindparam, or_, select, update
from sqlalchemy.engine import Row

from bot.domain.covers import CoverState
from bot.domain.directory import Directory
from bot.domain.people import Absence, Channel, ContactMethod, ContactState, Person, Scope
from bot.domain.school import School
from bot.store import facts
from bot.store.tables import absences, contact_methods, covers, people, schools
from bot.store.unit_of_work import Tx

T = TypeVar("T")
MANY = 2000
"""Rows or names in one statement: tens of thousands never stand in memory a second time, as rows,
and PostgreSQL takes no more than 32,767 values at once."""
VERSION = "directory_version"
WAYS = "second_ways"
"""Under this name: the second ways that the service has, in order of preference."""


async def changed(tx: Tx) -> None:
    await facts.count_up(tx, VERSION)


async def load_as_imported(tx: Tx) -> Directory:
    """The directory as its files have it: without contact methods, absences and own choices."""
    return await load(tx, as_imported=True)


async def as_imported(tx: Tx, now: Directory) -> Directory:
    """The same of what is in force now, made from it: one directory of tens of thousands in memory
    is enough."""
    given = await tx.all(
        select(people.c.id, people.c.language).where(people.c.chosen_language.is_not(None))
    )
    languages = {row.id: row.language for row in given}
    return Directory(
        now.schools,
        {
            i: replace(p, contacts=(), absences=(), language=languages.get(i, p.language))
            if p.contacts or p.absences or i in languages
            else p
            for i, p in now.people.items()
        },
    )


async def load(tx: Tx, *, as_imported: bool = False) -> Directory:
    """Every school and person that has not left, with working and blocked contact methods."""
    contacts: dict[str, list[ContactMethod]] = defaultdict(list)
    ways = (Channel.TELEGRAM, *await second_ways(tx))
    found = await tx.all(
        select(contact_methods)
        .where(contact_methods.c.ended_at.is_(None), contact_methods.c.channel.in_(ways))
        .order_by("id")
    )
    for row in sorted(found, key=lambda row: ways.index(row.channel)):
        contacts[row.person_id].append(ContactMethod(row.id, row.channel, row.address, row.state))
    away: dict[str, list[Absence]] = defaultdict(list)
    for row in await tx.all(
        select(absences, covers.c.person_id.label("cover"))
        .outerjoin(
            covers,
            and_(covers.c.absence_id == absences.c.id, covers.c.state == CoverState.ACCEPTED),
        )
        .where(absences.c.ended_at.is_(None))
        .order_by(absences.c.first_on, absences.c.id)
    ):
        away[row.person_id].append(
            Absence(row.first_on, row.last_on, cover=row.cover or "", id=row.id)
        )
    return Directory(
        schools={row.code: _school(row) async for row in _each(tx, schools, "code")},
        people={
            row.id: _person(row, (), (), row.language)
            if as_imported
            else _person(
                row,
                contacts.get(row.id, ()),
                away.get(row.id, ()),
                row.chosen_language or row.language,
            )
            async for row in _each(tx, people, "id")
        },
    )


async def _each(tx: Tx, table: Table, key: str) -> AsyncIterator[Row[Any]]:
    """Every row that has not left, in the order of its key, a few thousand at a time."""
    column, last = table.c[key], ""
    while True:
        rows = await tx.all(
            select(table)
            .where(table.c.left_at.is_(None), column > last)
            .order_by(column)
            .limit(MANY)
        )
        for row in rows:
            yield row
        if len(rows) < MANY:
            return
        last = getattr(rows[-1], key)


def by_many(things: Iterable[T], many: int = MANY) -> Iterator[list[T]]:
    """These in lists that one statement takes."""
    rest = iter(things)
    while some := list(islice(rest, many)):
        yield some


async def names_of(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """By id, of whoever was ever in the directory."""
    rows = await tx.all(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def school_names(tx: Tx, codes: Collection[str]) -> dict[str, str]:
    """By code, of every school that ever was in the directory."""
    rows = await tx.all(select(schools.c.code, schools.c.name).where(schools.c.code.in_(codes)))
    return {row.code: row.name for row in rows}


def _school(row: Any) -> School:
    return School(
        code=row.code,
        name=row.name,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        calendar=row.calendar,
        name_cy=row.name_cy,
        aliases=tuple(row.aliases),
        phase=row.phase,
        nurse_team=row.nurse_team,
        authority=row.authority,
    )


def _person(
    row: Any, contacts: Iterable[ContactMethod], away: Iterable[Absence], language: str
) -> Person:
    scope = row.scope
    return Person(
        id=row.id,
        name=row.name,
        role=row.role,
        scope=_scope(
            scope.get("everywhere", False),
            frozenset(scope.get("schools", ())),
            frozenset(scope.get("teams", ())),
            frozenset(scope.get("years", ())),
        ),
        language=language,
        order=row.position,
        eligible_from=row.eligible_from,
        email=row.email,
        phone=row.phone,
        contacts=tuple(contacts),
        absences=tuple(away),
        holidays=row.holidays,
    )


@lru_cache(maxsize=65536)
def _scope(
    everywhere: bool, schools: frozenset[str], teams: frozenset[str], years: frozenset[int]
) -> Scope:
    """One for all who cover the same, in every copy of the directory."""
    return Scope(everywhere, schools, teams, years)


def _school_row(school: School) -> dict[str, Any]:
    return {
        "code": school.code,
        "name": school.name,
        "name_cy": school.name_cy,
        "aliases": list(school.aliases),
        "phase": school.phase,
        "opens_at": school.opens_at,
        "closes_at": school.closes_at,
        "calendar": school.calendar,
        "nurse_team": school.nurse_team,
        "authority": school.authority,
        "left_at": None,
    }


def _person_row(person: Person) -> dict[str, Any]:
    scope = person.scope
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "scope": {
            **({"everywhere": True} if scope.everywhere else {}),
            **({"schools": sorted(scope.schools)} if scope.schools else {}),
            **({"teams": sorted(scope.teams)} if scope.teams else {}),
            **({"years": sorted(scope.years)} if scope.years else {}),
        },
        "language": person.language,
        "position": person.order,
        "eligible_from": person.eligible_from,
        "email": person.email,
        "phone": person.phone,
        "holidays": person.holidays,
        "left_at": None,
    }


async def put(tx: Tx, new_schools: Iterable[School], new_people: Iterable[Person]) -> None:
    """Add or change these rows; somebody who had left is back."""
    for some in by_many(new_schools):
        await _put(tx, schools, "code", [_school_row(school) for school in some])
    for of_them in by_many(new_people):
        await _put(tx, people, "id", [_person_row(person) for person in of_them])


async def _put(tx: Tx, table: Table, key: str, rows: list[dict[str, Any]]) -> None:
    statement = tx.insert(table)
    keep = {name: statement.excluded[name] for name in rows[0] if name != key}
    await tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=keep), rows)


async def remove_schools(tx: Tx, codes: Collection[str], at: datetime) -> None:
    for some in by_many(codes):
        await tx.execute(update(schools).where(schools.c.code.in_(some)).values(left_at=at))


async def remove_people(tx: Tx, ids: Collection[str], at: datetime) -> None:
    """They have left; what they could be reached by ends by `end_contacts`."""
    await tx.execute(update(people).where(people.c.id.in_(ids)).values(left_at=at))


async def end_contacts(tx: Tx, ids: Collection[str], at: datetime) -> Sequence[Row[Any]]:
    """No account is these people's from now on; number, channel and address of those that were."""
    return await tx.all(
        update(contact_methods)
        .where(contact_methods.c.person_id.in_(ids), contact_methods.c.ended_at.is_(None))
        .values(ended_at=at)
        .returning(contact_methods.c.id, contact_methods.c.channel, contact_methods.c.address)
    )


async def second_ways(tx: Tx) -> tuple[Channel, ...]:
    """The ways beside Telegram that the service was last started with, in order of preference."""
    named = (await facts.read(tx, WAYS) or "").split(",")
    return tuple(Channel(name) for name in named if name)


async def bind_contact(tx: Tx, person_id: str, channel: str, address: str, at: datetime) -> int:
    """This account is this person's from now on; an earlier one of theirs ends."""
    await tx.execute(
        update(contact_methods)
        .where(
            contact_methods.c.person_id == person_id,
            contact_methods.c.channel == channel,
            contact_methods.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    await changed(tx)
    return await tx.add(
        contact_methods,
        person_id=person_id,
        channel=channel,
        address=address,
        state=ContactState.WORKING,
        enrolled_at=at,
    )


async def mark_contact(tx: Tx, contact_id: int, state: ContactState) -> bool:
    """Whether this changed anything; one that has ended is nobody's to mark."""
    result = await tx.execute(
        update(contact_methods)
        .where(
            contact_methods.c.id == contact_id,
            contact_methods.c.state != state,
            contact_methods.c.ended_at.is_(None),
        )
        .values(state=state)
    )
    if result.rowcount:
        await changed(tx)
    return bool(result.rowcount)


async def take_test(tx: Tx, person_id: str, now: datetime, before: datetime) -> bool:
    """Compare-and-set: whether this person's ways were not tried since then, and are from now."""
    result = await tx.execute(
        update(contact_methods)
        .where(
            contact_methods.c.person_id == person_id,
            contact_methods.c.ended_at.is_(None),
            or_(contact_methods.c.tested_at.is_(None), contact_methods.c.tested_at <= before),
        )
        .values(tested_at=now)
    )
    return bool(result.rowcount)


async def set_language(tx: Tx, person_id: str, language: str) -> None:
    """Their own choice, which outlives an import."""
    await tx.execute(
        update(people).where(people.c.id == person_id).values(chosen_language=language)
    )
    await changed(tx)


async def has_chosen_language(tx: Tx, person_id: str) -> bool:
    """Whether their language is their own choice, and not only what the directory's file says."""
    chosen = select(people.c.chosen_language).where(people.c.id == person_id)
    return await tx.scalar(chosen) is not None


_HOLDER = select(contact_methods.c.person_id, contact_methods.c.id, contact_methods.c.state).where(
    contact_methods.c.channel == bindparam("on_channel"),
    contact_methods.c.address == bindparam("at"),
    contact_methods.c.ended_at.is_(None),
)


async def holder_of(tx: Tx, channel: str, address: str) -> tuple[str, int, ContactState] | None:
    """Whose account this is: person id, contact id, state."""
    row = await tx.first(_HOLDER, {"on_channel": channel, "at": address})
    return None if row is None else (row.person_id, row.id, row.state)
