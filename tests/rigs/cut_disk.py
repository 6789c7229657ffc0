"""What may be on the disk after the power was cut, from the record of what SQLite asked of it.

What was synced is there. Of everything since, each on its own, any part may be: of a write any of
its sectors, or nonsense in a sector's place; a truncation or not; a name in the directory as it was
last synced or as it was at any moment since. A kept write may so stand beside an earlier one that
was lost. Sectors are of 512 or of 4,096 bytes, as drawn.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from tests.rigs.written_disk import Entry, Name, Said, Sync, SyncNames, Truncate, Write

_SECTORS = (512, 4096)
_NONSENSE = 0.02
"""The share of unsynced sectors that hold neither what was nor what was written, in a cut that
leaves any such."""


class Kept(Enum):
    """What a cut keeps of the unsynced."""

    NOTHING = "nothing"
    ALL = "all"
    IN_ORDER = "in order"  # all up to some moment, of which the last write is torn
    ANY = "any"  # each sector by lot
    NONSENSE = "nonsense"  # the same, and some sectors hold what nobody wrote


@dataclass
class _File:
    """One file: as last synced, and what was asked of it since, each with its number."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, Write | Truncate]] = field(default_factory=list)

    def sync(self, covers: int) -> None:
        while self.since and self.since[0][0] < covers:
            _apply(self.synced, self.since.pop(0)[1])


@dataclass
class Disk:
    """The disk after so many entries of a record; `go_to` goes on, never back."""

    entries: list[Entry]
    done: int = 0
    said: list[object] = field(default_factory=list)
    _files: dict[int, _File] = field(default_factory=dict)
    _names: dict[str, int | None] = field(default_factory=dict)
    _renamed: list[tuple[int, Name]] = field(default_factory=list)

    def go_to(self, moment: int) -> None:
        for number in range(self.done, moment):
            self._take(number, self.entries[number])
        self.done = moment

    def _take(self, number: int, entry: Entry) -> None:
        match entry:
            case Write() | Truncate():
                self._file(entry.file).since.append((number, entry))
            case Sync():
                self._file(entry.file).sync(entry.covers)
            case Name():
                self._renamed.append((number, entry))
            case SyncNames():
                while self._renamed and self._renamed[0][0] < entry.covers:
                    name = self._renamed.pop(0)[1]
                    self._names[name.name] = name.file
            case Said():
                self.said.append(entry.promise)

    def _file(self, number: int) -> _File:
        return self._files.setdefault(number, _File())

    def unsynced(self, suffix: str) -> bool:
        """Whether anything is asked of a file of this ending and not synced."""
        named = {*self._names.items(), *((n.name, n.file) for _, n in self._renamed)}
        return any(
            bool(self._file(file).since)
            for name, file in named
            if file is not None and name.endswith(suffix)
        )

    def all_of_it(self) -> dict[str, bytes]:
        """The files as they are without a cut."""
        return self.after_a_cut(random.Random(0), Kept.ALL)

    def after_a_cut(self, lot: random.Random, kept: Kept) -> dict[str, bytes]:
        """The files, by name, as a cut at this moment may leave them."""
        until = self.done
        if kept is Kept.IN_ORDER:
            first = min((f.since[0][0] for f in self._files.values() if f.since), default=self.done)
            until = lot.randint(first, self.done)
        return {
            name: self._contents(self._file(file), lot, kept, until)
            for name, file in self._names_after(lot, kept, until).items()
            if file is not None
        }

    def _names_after(self, lot: random.Random, kept: Kept, until: int) -> dict[str, int | None]:
        names = dict(self._names)
        changed: dict[str, list[tuple[int, int | None]]] = {}
        for number, renamed in self._renamed:
            changed.setdefault(renamed.name, []).append((number, renamed.file))
        for name, became in changed.items():
            there = [file for number, file in became if number < until]
            if kept is Kept.NOTHING:
                there = []
            elif kept in (Kept.ANY, Kept.NONSENSE):
                there = there[: lot.randint(0, len(there))]
            if there:
                names[name] = there[-1]
        return names

    def _contents(self, file: _File, lot: random.Random, kept: Kept, until: int) -> bytes:
        contents = bytearray(file.synced)
        if kept is Kept.NOTHING:
            return bytes(contents)
        sector, share = lot.choice(_SECTORS), lot.random()
        for number, change in file.since:
            if kept is Kept.ALL or (kept is Kept.IN_ORDER and number < until - 1):
                _apply(contents, change)
            elif kept is Kept.IN_ORDER and number >= until:
                break
            elif isinstance(change, Truncate):
                if lot.random() < share:
                    _apply(contents, change)
            else:
                for part in _sectors(change, sector):
                    if kept is Kept.NONSENSE and lot.random() < _NONSENSE:
                        part = Write(part.file, part.offset, lot.randbytes(len(part.data)))
                        _apply(contents, part)
                    elif lot.random() < share:
                        _apply(contents, part)
        return bytes(contents)


def _apply(contents: bytearray, change: Write | Truncate) -> None:
    """What lies between the old end and a write behind it is zeros."""
    if isinstance(change, Truncate):
        del contents[change.size :]
        contents.extend(bytes(change.size - len(contents)))
    else:
        contents.extend(bytes(max(0, change.offset - len(contents))))
        contents[change.offset : change.offset + len(change.data)] = change.data


def _sectors(write: Write, sector: int) -> Iterator[Write]:
    """The same write, cut where the disk's sectors end."""
    at, end = write.offset, write.offset + len(write.data)
    while at < end:
        stop = min(end, (at // sector + 1) * sector)
        yield Write(write.file, at, write.data[at - write.offset : stop - write.offset])
        at = stop


def put_down(files: dict[str, bytes], folder: Path) -> None:
    """These files and no others, in this folder."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, contents in files.items():
        (folder / name).write_bytes(contents)
