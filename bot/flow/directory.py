"""The directory as a whole: what an import would change, changing it in one transaction, and
writing it back out. Who is no longer in the file has left: what that ends is in `departure`, and is
in the same commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.directory import Directory
from bot.domain.errors import RefusedError
from bot.domain.findings import leaves_nobody
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.domain.versions import Said
from bot.flow.compare_names import compare_names
from bot.flow.context import Context, Stage
from bot.flow.departure import remove, tell_who_left
from bot.flow.in_force import in_force
from bot.flow.menu import addresses_of, owe_menus
from bot.flow.second_ways import renew_ways
from bot.flow.taking_back import as_it_was, keep
from bot.flow.tell import refresh_cards
from bot.flow.versions import note_import
from bot.intake.directory_csv import DirectoryFile, check_references
from bot.store import absences, alerts, config, directory, events
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Difference:
    """What a set of files would change, each side by code or id."""

    new_schools: tuple[School, ...] = ()
    changed_schools: tuple[School, ...] = ()
    gone_schools: tuple[str, ...] = ()
    new_people: tuple[Person, ...] = ()
    changed_people: tuple[Person, ...] = ()
    gone_people: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self == Difference()

    def lines(self) -> Iterator[str]:
        """The difference in words, a line each; none when nothing would change."""
        yield from (f"+ school {s.code} {s.name}" for s in self.new_schools)
        yield from (f"~ school {s.code} {s.name}" for s in self.changed_schools)
        yield from (f"- school {code}" for code in self.gone_schools)
        yield from (f"+ person {p.id} {p.role.value} {p.name}" for p in self.new_people)
        yield from (f"~ person {p.id} {p.role.value} {p.name}" for p in self.changed_people)
        yield from (f"- person {i} leaves" for i in self.gone_people)


def difference(now: Directory, files: Sequence[DirectoryFile]) -> Difference:
    """Compare the files with the directory in force; a kind of file not given stays as it is."""
    schools = {s.code: s for file in files for s in file.schools or ()}
    people = {p.id: p for file in files for p in file.people or ()}
    gives_schools = any(file.schools is not None for file in files)
    gives_people = any(file.people is not None for file in files)
    known = now.people
    return Difference(
        new_schools=tuple(s for c, s in schools.items() if c not in now.schools),
        changed_schools=_changed(schools, now.schools),
        gone_schools=tuple(c for c in now.schools if gives_schools and c not in schools),
        new_people=tuple(p for i, p in people.items() if i not in known),
        changed_people=tuple(_differing(people, known)),
        gone_people=tuple(i for i in known if gives_people and i not in people),
    )


def _differing(given: Mapping[str, Person], known: Mapping[str, Person]) -> Iterator[Person]:
    for i, person in given.items():
        if i in known and replace(known[i], contacts=(), absences=()) != person:
            yield person


def _changed(given: Mapping[str, School], known: Mapping[str, School]) -> tuple[School, ...]:
    return tuple(s for code, s in given.items() if code in known and known[code] != s)


async def plan(ctx: Context, files: Sequence[DirectoryFile]) -> Difference:
    """What importing these files would change. RefusedError if they do not fit together."""
    async with ctx.store.reading() as tx:
        found, _, _ = await _checked(await in_force(ctx, tx), tx, files)
        return found


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What importing some files would change, with the directory before and after it."""

    found: Difference
    before: Directory
    after: Directory
    leaves_nobody: tuple[Said, ...]
    """Each duty that would have nobody any more: while there is one, the import is refused."""


async def foresee(ctx: Context, tx: Tx, files: Sequence[DirectoryFile]) -> Foreseen:
    """`plan` within a transaction, with whom it would leave with nobody."""
    known = await in_force(ctx, tx)
    found, before, after = await _checked(known, tx, files)
    then = replace(known, directory=after)
    return Foreseen(found, before, after, tuple(leaves_nobody(known, then)))


async def _checked(
    known: InForce, tx: Tx, files: Sequence[DirectoryFile]
) -> tuple[Difference, Directory, Directory]:
    stored = await directory.as_imported(tx, known.directory)
    found = difference(stored, files)
    gone_schools, gone_people = set(found.gone_schools), set(found.gone_people)
    schools = {**stored.schools, **{s.code: s for f in files for s in f.schools or ()}}
    people = {**stored.people, **{p.id: p for f in files for p in f.people or ()}}
    after = Directory(
        {code: school for code, school in schools.items() if code not in gone_schools},
        {i: person for i, person in people.items() if i not in gone_people},
    )
    faults = check_references(
        after.schools.values(),
        after.people.values(),
        known.calendars,
        {key: place for file in files for key, place in file.places.items()},
    )
    if faults:
        raise RefusedError(faults)
    return found, stored, after


async def undo(ctx: Context, by: str) -> Difference:
    """Take the last import back: the directory is as it was before it. NotFoundError if there is
    none, RefusedError if that would lose what has happened since."""
    return await apply(ctx, (), by=by, undoing=True)


async def apply(
    ctx: Context,
    files: Sequence[DirectoryFile],
    *,
    by: str = "command line",
    undoing: bool = False,
    **version: Any,
) -> Difference:
    """Import these files: all of it in one transaction, or nothing. `version` says why, and what
    is restored, as `note_import` takes it."""
    async with ctx.store.unit() as tx:
        return await apply_within(ctx, tx, files, by=by, undoing=undoing, **version)


async def apply_within(
    ctx: Context,
    tx: Tx,
    files: Sequence[DirectoryFile],
    *,
    by: str,
    undoing: bool = False,
    **version: Any,
) -> Difference:
    """`apply` within a transaction."""
    await config.take_turn(tx)  # before anything is looked at: what is compared stays so
    now = ctx.now()
    before = await in_force(ctx, tx)
    undoes = None
    if undoing:
        undoes, *files = await as_it_was(tx, before.directory)
    found, _, after = await _checked(before, tx, files)
    if found.is_nothing:
        return found
    await keep(tx, before.directory, found, now, by=by, undoes=undoes)
    await directory.put(
        tx,
        [*found.new_schools, *found.changed_schools],
        [*found.new_people, *found.changed_people],
    )
    readdressed = [
        p.id
        for p in found.changed_people
        if (p.email, p.phone) != _addresses(before.directory.people[p.id])
    ]
    await renew_ways(tx, [*(p.id for p in found.new_people), *readdressed], now)
    await directory.remove_schools(tx, found.gone_schools, now)
    await directory.changed(tx)
    # Notifications are locked before their alerts, as raising does.
    await compare_names(ctx, tx, [*found.new_people, *found.changed_people])
    for some in directory.by_many(found.gone_people):
        await remove(tx, some, now, by="import")
    await note_import(tx, before, after, now, who=by, **version)
    await owe_menus(tx, now, _chats_of_new_menus(before.directory, found.changed_people))
    for those in directory.by_many(person.id for person in found.changed_people):
        await absences.look_again_at(tx, those, now)
        # Another role or scope may leave a child unreached.
        for person_id, told in (await alerts.open_told(tx, those)).items():
            await refresh_cards(tx, now, told, [person_id])
            await alerts.look_again(tx, told, now)
    await events.append(
        tx,
        events.line(
            "directory:imported",
            now,
            new=len(found.new_schools) + len(found.new_people),
            changed=len(found.changed_schools) + len(found.changed_people),
            gone=len(found.gone_schools) + len(found.gone_people),
            by=by,
        ),
    )
    await tell_who_left(tx, before, found.gone_people, now)
    tx.wake(Stage.ESCALATE, Stage.COVER, Stage.READY)
    return found


def _addresses(person: Person) -> tuple[str, str]:
    return person.email, person.phone


def _chats_of_new_menus(before: Directory, changed: Sequence[Person]) -> list[str]:
    """The chats of those who have another role or language now."""
    were = [(before.people[p.id], p) for p in changed]
    return addresses_of(
        old for old, new in were if (old.role, old.language) != (new.role, new.language)
    )


async def export(ctx: Context) -> Directory:
    """The directory as it would be written out."""
    async with ctx.store.reading() as tx:
        return await directory.load_as_imported(tx)
