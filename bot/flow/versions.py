"""Versions: what was ever in force, what each changed, and taking a new one down.

Whatever changes a version or the directory takes its turn first, so that what is checked against
the other stays as it was checked; of two that were made from one version the database takes the
first alone. Dies before the commit: nothing has changed. Dies after it: the version is in force,
with who, when and why.
"""

import asyncio
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.domain import findings
from bot.domain.calendar import Calendar, local_day
from bot.domain.directory import Directory
from bot.domain.errors import ConflictError, Fault, NotFoundError, RefusedError
from bot.domain.nobody_to_tell import Nobody, left_with_nobody
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.scenario import changed as changed_scenarios
from bot.domain.versions import (
    CALENDAR,
    DIRECTORY,
    DISCLOSURE,
    ESCALATION,
    FROM_COMMAND_LINE,
    NO_VERSION,
    SCENARIOS,
    Said,
    Version,
)
from bot.domain.what_changed import in_calendar, in_directory, in_ladders, in_matrix
from bot.flow.console import may_change as at_the_console
from bot.flow.context import Context
from bot.flow.in_force import assembled, in_force, texts_in_force
from bot.flow.session import Visitor
from bot.intake.calendar_toml import read_calendar
from bot.intake.directory_csv import DirectoryFile, read_directory_file
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation, read_patterns, second_person
from bot.intake.people_csv import people_csv
from bot.intake.scenarios_toml import read_scenarios
from bot.intake.schools_csv import schools_csv
from bot.rendering.catalogue import DEFAULT, Words, words
from bot.rendering.what_changed import in_words
from bot.store import closures, config, directory, events
from bot.store.unit_of_work import Tx

T = TypeVar("T")
By = str | Visitor | None
"""Who asks for a change: a coordinator's id, somebody at the console, or the command line."""
_FILES = ("schools.csv", "people.csv")


def sha256_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


# --- reading -------------------------------------------------------------------------------------


async def history(ctx: Context, kind: str | None = None, limit: int = 100) -> list[Version]:
    """What was put in force, the newest first."""
    async with ctx.store.reading() as tx:
        return await config.history(tx, kind, limit)


async def version(ctx: Context, number: int) -> Version:
    async with ctx.store.reading() as tx:
        return await found(tx, number)


async def found(tx: Tx, number: int) -> Version:
    """NotFoundError if there is none of this number."""
    if (one := await config.by_id(tx, number)) is None:
        raise NotFoundError(f"There is no version {number}.")
    return one


async def texts(ctx: Context) -> dict[str, str]:
    """By kind, the text that is in force."""
    async with ctx.store.reading() as tx:
        return await texts_in_force(tx)


async def compared(ctx: Context, before: int, now: int) -> tuple[Said, ...]:
    """What the one says otherwise than the other."""
    async with ctx.store.reading() as tx:
        one, other = await found(tx, before), await found(tx, now)
    if one.kind != other.kind:
        raise ConflictError(f"Version {before} is of {one.kind}, version {now} of {other.kind}.")
    return what_changed(one.kind, one.body, other.body)


async def with_what_changed(
    ctx: Context, kind: str | None = None, limit: int = 20
) -> list[tuple[Version, tuple[Said, ...]]]:
    """The history, each version with what it changed of the one before it. Compared in a thread:
    two directories of a country are seconds of work."""
    async with ctx.store.reading() as tx:
        listed = await config.history(tx, kind, limit)
        befores = {one.made_from for one in listed if one.made_from}
        bodies = {number: await config.by_id(tx, number) for number in befores}

    def compared_all() -> list[tuple[Version, tuple[Said, ...]]]:
        return [
            (one, _what_it_changed(one, bodies.get(one.made_from or NO_VERSION))) for one in listed
        ]

    return await asyncio.to_thread(compared_all)


def _what_it_changed(one: Version, before: Version | None) -> tuple[Said, ...]:
    said = what_changed(one.kind, before.body if before else None, one.body)
    return said or (Said("changed.nothing"),)


def what_changed(kind: str, before: str | None, now: str) -> tuple[Said, ...]:
    """In sentences; none where nothing of what is decided is another. Without one before it, that
    it is the first; of a calendar also what is in it."""
    if before is not None:
        return tuple(_changed(kind, before, now))
    first = (Said("changed.first"),)
    if not kind.startswith(CALENDAR):
        return first
    calendar = read_calendar(now.encode(), kind)
    return (*first, *in_calendar(Calendar("", calendar.timezone, ()), calendar))


def _changed(kind: str, before: str, now: str) -> Iterator[Said]:
    old, new = before.encode(), now.encode()
    if kind == ESCALATION:
        yield from in_ladders(read_escalation(old), read_escalation(new))
        if (was := read_patterns(old)) != (patterns := read_patterns(new)):
            yield Said("changed.patterns", {"patterns": patterns, "was": was})
        if second_person(old) != (asked := second_person(new)):
            yield Said("changed.two_people_on" if asked else "changed.two_people_off")
    elif kind == DISCLOSURE:
        yield from in_matrix(read_disclosure(old), read_disclosure(new))
    elif kind == SCENARIOS:
        yield from changed_scenarios(read_scenarios(old), read_scenarios(new))
    elif kind == DIRECTORY:
        yield from in_directory(directory_of(before), directory_of(now))
    elif kind.startswith(CALENDAR):
        yield from in_calendar(read_calendar(old, kind), read_calendar(new, kind))


# --- writing -------------------------------------------------------------------------------------


async def add_version(
    tx: Tx,
    *,
    kind: str,
    body: str,
    made_from: int,
    who: str,
    now: datetime,
    reason: str = "",
    agreed_by: str | None = None,
    restored_from: int | None = None,
) -> int | None:
    """In force from this commit on; None if another has taken the place of `made_from` already."""
    stated = {} if kind == DIRECTORY else tomllib.loads(body.removeprefix("\ufeff"))
    name, author = str(stated.get("version", "")), str(stated.get("author", ""))
    number = await config.add_version(
        tx,
        kind=kind,
        sha256=sha256_of(body),
        body=body,
        version=name,
        author=author,
        at=now,
        who=who,
        agreed_by=agreed_by,
        reason=reason,
        made_from=made_from,
        restored_from=restored_from,
    )
    if number is not None:
        line = events.line(
            "config:in_force", now, kind=kind, version=name, author=author, number=number, who=who
        )
        await events.append(tx, line)
    return number


async def asks_for_two(tx: Tx) -> bool:
    """Whether the partnership has a change put in force by a second person."""
    ladders = (await texts_in_force(tx)).get(ESCALATION)
    return ladders is not None and second_person(ladders.encode())


async def leaves_nobody(tx: Tx, kind: str, body: str, now: datetime) -> tuple[Nobody, ...]:
    """Whom this text in the place of what is in force would leave with nobody to tell (I11)."""
    texts = await texts_in_force(tx)
    if kind not in texts:
        return ()
    before, after = await with_text(tx, {}), await with_text(tx, {kind: body})
    lost = left_with_nobody(before, after)
    return lost or left_with_nobody(before, after, local_day(now))


async def with_text(tx: Tx, texts: dict[str, str]) -> InForce:
    """What is in force with these texts in the place of theirs, read in this transaction."""
    return assembled(
        {**await texts_in_force(tx), **texts},
        await directory.load(tx),
        await closures.by_school(tx),
        await config.numbers(tx),
    )


# --- the directory -------------------------------------------------------------------------------


def directory_of(body: str) -> Directory:
    """The schools and people of a directory's version, without accounts and absences."""
    files = files_of(body)
    return Directory(
        {school.code: school for file in files for school in file.schools or ()},
        {person.id: person for file in files for person in file.people or ()},
    )


def files_of(body: str) -> list[DirectoryFile]:
    """A directory's version as the files that an import takes."""
    texts = json.loads(body)
    return [read_directory_file(name, texts[name].encode()) for name in _FILES]


async def note_directory(
    tx: Tx,
    now: datetime,
    *,
    who: str,
    reason: str = "",
    restored_from: int | None = None,
    stored: Directory | None = None,
) -> None:
    """The directory as it is by now in this transaction is its next version, if it is another.
    `stored`: that it is this, as imported; read if not given."""
    await config.take_turn(tx)
    stored = stored or await directory.load_as_imported(tx)
    texts = (schools_csv(_in_order(stored.schools)), people_csv(_in_order(stored.people)))
    body = json.dumps(dict(zip(_FILES, texts, strict=True)), ensure_ascii=False)
    newest = await config.newest(tx, DIRECTORY)
    if newest is None or newest.body != body:
        await add_version(
            tx,
            kind=DIRECTORY,
            body=body,
            made_from=newest.id if newest else NO_VERSION,
            who=who,
            now=now,
            reason=reason,
            restored_from=restored_from,
        )


def _in_order(by_key: Mapping[str, T]) -> Iterator[T]:
    """By key, as no database's own collation has it: one directory is one text."""
    return (by_key[key] for key in sorted(by_key))


async def note_import(
    tx: Tx,
    before: InForce,
    after: Directory,
    now: datetime,
    *,
    who: str = FROM_COMMAND_LINE,
    reason: str = "",
    restored_from: int | None = None,
    say: Words | None = None,
) -> None:
    """The same of an import or a restore, by which the directory is `after`: refused where it would
    leave a school or a duty with nobody that had somebody (I11). Who has really gone leaves: that
    is never refused. `say`: in whose words."""
    await config.take_turn(tx)
    was = assembled(
        await texts_in_force(tx),
        before.directory,
        await closures.by_school(tx),
        await config.numbers(tx),
    )
    then = replace(was, directory=after)
    if lost := list(findings.leaves_nobody(was, then)):
        say = say or words(DEFAULT)
        raise RefusedError([Fault("", in_words(say, said)) for said in lost])
    await note_directory(tx, now, who=who, reason=reason, restored_from=restored_from, stored=after)


# --- who may -------------------------------------------------------------------------------------


async def may_change(ctx: Context, tx: Tx, by: By) -> str:
    """Who this is, as a version names them: a coordinator, or the command line. NotFoundError for
    everyone else, as if there were nothing to change."""
    if by is None:
        return FROM_COMMAND_LINE
    if isinstance(by, Visitor):
        changer = await at_the_console(ctx, tx, by, "routing")
        person = changer.person if changer else None
    else:
        person = (await in_force(ctx, tx)).directory.people.get(by)
    if person is None or person.role is not Role.COORDINATOR:
        raise NotFoundError("No coordinator of the directory has this id.")
    return person.id
