"""What an import leaves behind so that it can be taken back, and what that must not lose.

Kept in the import's own commit: the records that it changed or removed, as its files had them, the
keys of those that it added, and a mark of each record as the import left it. A record whose mark is
another by then was changed since, and the undo is refused. What people did since with an account,
and open alerts, are never undone: they refuse it too.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.domain.directory import Directory
from bot.domain.errors import Fault, NotFoundError, RefusedError
from bot.domain.people import Channel, Person
from bot.domain.school import School
from bot.intake import people_csv, schools_csv
from bot.intake.directory_csv import DirectoryFile, read_directory_file
from bot.store import directory, imports
from bot.store.unit_of_work import Tx

_SINCE = "has been changed since the import; an undo would lose that"


class _Changes(Protocol):
    """What was found to differ; `flow.directory` knows the whole of it."""

    @property
    def new_schools(self) -> tuple[School, ...]: ...
    @property
    def changed_schools(self) -> tuple[School, ...]: ...
    @property
    def gone_schools(self) -> tuple[str, ...]: ...
    @property
    def new_people(self) -> tuple[Person, ...]: ...
    @property
    def changed_people(self) -> tuple[Person, ...]: ...
    @property
    def gone_people(self) -> tuple[str, ...]: ...


async def keep(
    tx: Tx,
    before: Directory,
    found: _Changes,
    now: datetime,
    *,
    by: str,
    undoes: int | None,
) -> None:
    """Write down what takes this import back, in its own commit."""
    stored = await directory.as_imported(tx, before)
    schools = [stored.schools[s.code] for s in found.changed_schools]
    schools += [stored.schools[code] for code in found.gone_schools]
    people = [stored.people[p.id] for p in found.changed_people]
    people += [stored.people[i] for i in found.gone_people]
    await imports.add(
        tx,
        {
            "schools": schools_csv.schools_csv(schools),
            "people": people_csv.people_csv(people),
            "new_schools": [s.code for s in found.new_schools],
            "new_people": [p.id for p in found.new_people],
            "left_schools": {
                s.code: _mark(schools_csv.record(s))
                for s in (*found.new_schools, *found.changed_schools)
            },
            "left_people": {
                p.id: _mark(people_csv.record(p))
                for p in (*found.new_people, *found.changed_people)
            },
        },
        now,
        by=by,
        counts={
            "new": len(found.new_schools) + len(found.new_people),
            "changed": len(found.changed_schools) + len(found.changed_people),
            "gone": len(found.gone_schools) + len(found.gone_people),
        },
        undoes=undoes,
    )


def _mark(record: str) -> str:
    return hashlib.blake2b(record.encode(), digest_size=8).hexdigest()


async def as_it_was(tx: Tx, now: Directory) -> tuple[int, DirectoryFile]:
    """The number of the last import, and the whole directory as it was before it."""
    row = await imports.last(tx)
    if row is None:
        raise NotFoundError("There is no import to take back.")
    if row.kept is None:
        raise NotFoundError("The last import that stands is too old to be taken back.")
    kept = imports.unpacked(row.kept)
    stored = await directory.as_imported(tx, now)
    faults = list(_lost(kept, now, stored))
    faults += [
        Fault(code, "has an open alert, which needs the school")
        for code in await imports.with_open_alerts(tx, kept["new_schools"])
    ]
    if faults:
        raise RefusedError(faults)
    return row.id, DirectoryFile(
        schools=list(_restored(stored.schools, kept["new_schools"], _schools(kept["schools"]))),
        people=list(_restored(stored.people, kept["new_people"], _people(kept["people"]))),
    )


def _lost(kept: Mapping[str, Any], now: Directory, stored: Directory) -> Iterator[Fault]:
    """What happened since to the records that this import touched."""
    for code, mark in kept["left_schools"].items():
        school = stored.schools.get(code)
        if school is None or _mark(schools_csv.record(school)) != mark:
            yield Fault(code, _SINCE)
    for i, mark in kept["left_people"].items():
        person = stored.people.get(i)
        if person is None or _mark(people_csv.record(person)) != mark:
            yield Fault(i, _SINCE)
    for i in kept["new_people"]:
        here = now.people.get(i)
        if here and any(contact.channel is Channel.TELEGRAM for contact in here.contacts):
            yield Fault(i, "has enrolled since the import; an undo would end their account")
    for code in {school.code for school in _schools(kept["schools"])} - set(kept["left_schools"]):
        if code in stored.schools:
            yield Fault(code, _SINCE)
    for i in {person.id for person in _people(kept["people"])} - set(kept["left_people"]):
        if i in stored.people:
            yield Fault(i, _SINCE)


def _schools(text: str) -> list[School]:
    return read_directory_file("schools.csv", text.encode()).schools or []


def _people(text: str) -> list[Person]:
    return read_directory_file("people.csv", text.encode()).people or []


def _restored(
    stored: Mapping[str, Any], new: Sequence[str], before: Sequence[School | Person]
) -> Iterator[Any]:
    as_before = {b.code if isinstance(b, School) else b.id: b for b in before}
    added = set(new)
    for key, value in stored.items():
        if key not in added and key not in as_before:
            yield value
    yield from as_before.values()
