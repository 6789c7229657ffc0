"""What an upload would change, as its page shows it: by the very functions of `directory plan`.

Reading alone. The mark says what was shown, record by record: an import that would do anything else
is another one, and has another mark.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.domain.directory import Directory
from bot.domain.errors import Fault, RefusedError
from bot.domain.versions import Said
from bot.domain.what_changed import in_directory
from bot.flow.context import Context
from bot.flow.directory import Foreseen, foresee
from bot.flow.import_columns import remembered
from bot.flow.published import Defaults, filled
from bot.intake import people_csv, schools_csv
from bot.intake.directory_columns import Header, UnknownColumnsError
from bot.intake.directory_csv import DirectoryFile, read_directory_files
from bot.store.uploads import Upload

T = TypeVar("T")
SHOWN = 200
"""Of each kind of change, so many are named."""


@dataclass(frozen=True, slots=True)
class Part:
    """New, changed or gone: how many, and the first of them in sentences."""

    schools: int
    people: int
    said: tuple[Said, ...]

    @property
    def more(self) -> int:
        return self.schools + self.people - len(self.said)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an upload would change, or what is wrong with it."""

    number: int
    uploaded_at: datetime
    names: tuple[str, ...]
    options: Mapping[str, str]
    is_list: bool = False
    """A government's published list is among the files."""
    list_says: tuple[Said, ...] = ()
    faults: tuple[Fault, ...] = ()
    headers: tuple[Header, ...] = ()
    """Of the files whose columns are not known."""
    parts: Mapping[str, Part] | None = None
    """What is new, changed and gone; None where the files have faults."""
    leaves_nobody: tuple[Said, ...] = ()
    mark: str = ""

    @property
    def changes_anything(self) -> bool:
        return any(part.schools or part.people for part in (self.parts or {}).values())


async def previewed(ctx: Context, found: Upload) -> Preview:
    """What this upload would change now."""
    names = tuple(name for name, _ in found.files)
    shown = Preview(found.id, found.uploaded_at, names, found.options)
    try:
        files = await read(ctx, found)
        if any(file.listed is not None for file in files):
            shown = replace(shown, is_list=True)
            files, said = await of_lists(ctx, found, files)
            shown = replace(shown, list_says=tuple(said))
        async with ctx.store.reading() as tx:
            foreseen = await foresee(ctx, tx, files)
    except UnknownColumnsError as unknown:
        return replace(shown, faults=unknown.faults, headers=unknown.headers)
    except RefusedError as refused:
        return replace(shown, faults=refused.faults)
    return replace(
        shown,
        parts=_parts(foreseen),
        leaves_nobody=foreseen.leaves_nobody,
        mark=mark_of(foreseen),
    )


async def read(ctx: Context, found: Upload) -> list[DirectoryFile]:
    """The files of an upload, or every fault in them. In a thread: thousands of rows take a while,
    and whoever else is at the page does not wait for it."""
    return await asyncio.to_thread(read_directory_files, found.files, await remembered(ctx))


async def of_lists(
    ctx: Context, found: Upload, files: Sequence[DirectoryFile]
) -> tuple[list[DirectoryFile], list[Said]]:
    """The files with schools in place of each published list."""
    given = found.options
    authorities = frozenset(given.get("authority", "").replace(",", " ").split())
    return await filled(
        ctx,
        files,
        authorities,
        Defaults(
            opens_at=given.get("opens_at"),
            closes_at=given.get("closes_at"),
            calendar=given.get("calendar"),
            nurse_team=given.get("nurse_team", ""),
        ),
    )


def mark_of(foreseen: Foreseen) -> str:
    """The same for the same change of the same records, and for nothing else."""
    digest = hashlib.blake2b(digest_size=16)
    for line in _records(foreseen):
        digest.update(line.encode() + b"\x1e")
    return digest.hexdigest()


def _records(foreseen: Foreseen) -> Iterator[str]:
    found, before = foreseen.found, foreseen.before
    school, person = schools_csv.record, people_csv.record
    yield from (f"+{school(one)}" for one in found.new_schools)
    yield from (f"~{school(before.schools[s.code])}~{school(s)}" for s in found.changed_schools)
    yield from (f"-{school(before.schools[code])}" for code in found.gone_schools)
    yield from (f"+{person(one)}" for one in found.new_people)
    yield from (f"~{person(before.people[p.id])}~{person(p)}" for p in found.changed_people)
    yield from (f"-{person(before.people[i])}" for i in found.gone_people)


def _parts(foreseen: Foreseen) -> dict[str, Part]:
    found = foreseen.found
    keys: dict[str, tuple[list[str], list[str]]] = {
        "new": ([s.code for s in found.new_schools], [p.id for p in found.new_people]),
        "changed": ([s.code for s in found.changed_schools], [p.id for p in found.changed_people]),
        "gone": (list(found.gone_schools), list(found.gone_people)),
    }
    return {
        name: Part(len(schools), len(people), _said(foreseen, schools, people))
        for name, (schools, people) in keys.items()
    }


def _said(foreseen: Foreseen, schools: list[str], people: list[str]) -> tuple[Said, ...]:
    """The first of these in sentences."""
    schools, people = schools[:SHOWN], people[: max(0, SHOWN - len(schools))]
    before, after = (
        Directory(_some(each.schools, schools), _some(each.people, people))
        for each in (foreseen.before, foreseen.after)
    )
    return tuple(in_directory(before, after))


def _some(known: Mapping[str, T], keys: Iterable[str]) -> dict[str, T]:
    return {key: known[key] for key in keys if key in known}
