"""What SQLite asks of the disk, in its order, for the very library that the service runs on.

A default VFS is put into that library by ctypes: a copy of its own "unix" one, in which opening and
deleting a file, and writing, truncating and syncing an open one, come by here on their way. All
else (reading, locks, shared memory) is the original's, on the original's files. Beside what SQLite
did stands what people were told meanwhile.
"""

import _sqlite3
import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.clock import MachineClock

_IOERR = 10
_MAIN, _JOURNAL, _WAL = 0x100, 0x800, 0x80000
"""SQLite's flags of what a file is for; temporary files are on no disk after a cut."""


@dataclass(frozen=True, slots=True)
class Write:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file is on the disk as it stood when the sync began, after so many entries."""

    file: int
    covers: int


@dataclass(frozen=True, slots=True)
class Name:
    """In the directory this name is that file's from now on, or nobody's."""

    name: str
    file: int | None


@dataclass(frozen=True, slots=True)
class SyncNames:
    """The same for the directory."""

    covers: int


@dataclass(frozen=True, slots=True)
class Said:
    """Something was promised, to somebody outside or by the store to its caller."""

    promise: Any


Entry = Write | Truncate | Sync | Name | SyncNames | Said


@dataclass
class Record:
    """Everything in order. An entry stands behind what was done: a sync that began meanwhile is
    not taken to hold it. `faults` are the rig's own, and must be none."""

    folder: Path
    entries: list[Entry] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)
    _made: int = 0
    _clock: MachineClock = field(default_factory=MachineClock)

    def begin(self) -> None:
        for path in sorted(self.folder.iterdir()):
            file = self._new(path.name)
            self.add(Write(file, 0, path.read_bytes()))
            self.add(Sync(file, len(self.entries)))
        self.add(SyncNames(len(self.entries)))

    def add(self, entry: Entry) -> None:
        self.at.append(self._clock.now())  # first: who sees the entry finds its time
        self.entries.append(entry)

    def say(self, promise: Any) -> None:
        self.add(Said(promise))

    @property
    def promises(self) -> set[Any]:
        return {entry.promise for entry in self.entries if isinstance(entry, Said)}

    def opened(self, path: Path) -> int:
        """The number of the file behind this name, which may be new, and then is empty."""
        if path.name not in self._files:
            if path.stat().st_size:
                raise ValueError(f"{path.name} was written to before anybody looked")
            return self._new(path.name)
        return self._files[path.name]

    def _new(self, name: str) -> int:
        self._made += 1
        self._files[name] = self._made
        self.add(Name(name, self._made))
        return self._made

    def deleted(self, path: Path) -> None:
        if self._files.pop(path.name, None) is not None:
            self.add(Name(path.name, None))


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", c_int), ("file_size", c_int), ("longest_path", c_int), ("next", c_void_p),
        ("name", c_char_p), ("data", c_void_p), ("open", c_void_p), ("delete", c_void_p),
        ("others", c_void_p * 11), ("set_system_call", c_void_p), ("others_yet", c_void_p * 2),
    )  # fmt: skip


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", c_void_p),
        ("truncate", c_void_p), ("sync", c_void_p), ("others", c_void_p * 13),
    )  # fmt: skip


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_OPEN_DIRECTORY = CFUNCTYPE(c_int, c_char_p, POINTER(c_int))
_SET_SYSTEM_CALL = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
_GET_SYSTEM_CALL = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
_KEPT: list[Any] = []
"""What SQLite holds pointers to is kept: a connection may outlive the recording."""


def _library() -> Any:
    """The SQLite that Python's driver is linked to, found through the driver itself."""
    for place in (getattr(_sqlite3, "__file__", None), None):
        library = ctypes.CDLL(place)
        if hasattr(library, "sqlite3_vfs_find"):
            library.sqlite3_vfs_find.restype = POINTER(_Vfs)
            library.sqlite3_vfs_register.argtypes = [POINTER(_Vfs), c_int]
            library.sqlite3_vfs_unregister.argtypes = [POINTER(_Vfs)]
            return library
    raise RuntimeError("this Python hides its SQLite: the power cut rig wants one that is linked")


@contextmanager
def recording(folder: Path) -> Iterator[Record]:
    """Record what connections opened from now on do to databases in this folder; what it holds
    is taken to be on the disk."""
    library = _library()
    real = library.sqlite3_vfs_find(None)
    assert real.contents.name == b"unix", f"made for SQLite's unix VFS, not {real.contents.name!r}"
    record = Record(folder.resolve())
    record.begin()
    recorder = _Recorder(record, real)
    own = recorder.vfs
    _KEPT.append((library, real, recorder))
    library.sqlite3_vfs_register(ctypes.byref(own), 1)
    try:
        with recorder.seeing_directory_syncs():
            yield record
    finally:
        library.sqlite3_vfs_register(real, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(own))
        recorder.record = Record(record.folder)  # kept for ever, and need not keep all that was


class _Recorder:
    """The functions that SQLite calls, in whichever thread. They raise nothing: a fault of the
    rig's own is an error of the disk to SQLite, and is kept."""

    def __init__(self, record: Record, real: Any) -> None:
        self.record = record
        self._real = real
        self._handles: dict[int, int] = {}
        self._methods: dict[int, _Methods] = {}
        self._kept: list[Any] = []
        self._here = threading.local()
        self.vfs = _Vfs.from_buffer_copy(real.contents)
        self.vfs.name = b"recorded"
        self._open = _OPEN(self.vfs.open)
        self._delete = _DELETE(self.vfs.delete)
        self.vfs.open = self._callback(_OPEN, self._opening)
        self.vfs.delete = self._callback(_DELETE, self._deleting)

    def _callback(self, kind: Any, act: Callable[..., int]) -> Any:
        def safe(*given: Any) -> int:
            try:
                return act(*given)
            except BaseException as fault:
                self.record.faults.append(fault)
                return _IOERR

        callback = kind(safe)
        self._kept.append(callback)
        return ctypes.cast(callback, c_void_p)

    @contextmanager
    def seeing_directory_syncs(self) -> Iterator[None]:
        """SQLite opens a directory only to sync it: behind the first sync of a new log, or behind
        a deletion. It is seen, not assumed."""
        vfs = self._real.contents
        set_system_call = _SET_SYSTEM_CALL(vfs.set_system_call)
        get_system_call = _GET_SYSTEM_CALL(vfs.others_yet[0])
        name = b"openDirectory"
        original = _OPEN_DIRECTORY(get_system_call(self._real, name))

        def opening(path: bytes, descriptor: Any) -> int:
            self._here.opened_directory = True
            found: int = original(path, descriptor)
            return found

        set_system_call(self._real, name, self._callback(_OPEN_DIRECTORY, opening))
        try:
            yield
        finally:
            set_system_call(self._real, name, None)

    def _opening(self, vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        path = Path(ctypes.string_at(name).decode()) if name else None
        found: int = self._open(vfs, name, file, flags, out)
        if found or path is None or path.parent != self.record.folder:
            return found
        if flags & (_MAIN | _JOURNAL | _WAL):
            self._handles[file] = self.record.opened(path)
            methods = c_void_p.from_address(file)
            if methods.value is not None:
                methods.value = ctypes.addressof(self._recorded_methods(methods.value))
        return found

    def _recorded_methods(self, address: int) -> _Methods:
        """These methods, with those that change a file in our hands; made once."""
        if address not in self._methods:
            made = _Methods.from_buffer_copy(_Methods.from_address(address))
            write, truncate, sync = _WRITE(made.write), _TRUNCATE(made.truncate), _SYNC(made.sync)
            made.write = self._callback(_WRITE, lambda *given: self._writing(write, *given))
            made.truncate = self._callback(
                _TRUNCATE, lambda *given: self._truncating(truncate, *given)
            )
            made.sync = self._callback(_SYNC, lambda *given: self._syncing(sync, *given))
            self._methods[address] = made
        return self._methods[address]

    def _writing(self, write: Any, file: int, data: int, length: int, offset: int) -> int:
        found: int = write(file, data, length, offset)
        # What failed may have been done in part, and is nothing that anybody relies on.
        self.record.add(Write(self._handles[file], offset, ctypes.string_at(data, length)))
        return found

    def _truncating(self, truncate: Any, file: int, size: int) -> int:
        found: int = truncate(file, size)
        self.record.add(Truncate(self._handles[file], size))
        return found

    def _syncing(self, sync: Any, file: int, flags: int) -> int:
        covers = len(self.record.entries)
        self._here.opened_directory = False
        found: int = sync(file, flags)
        if not found:
            self.record.add(Sync(self._handles[file], covers))
            self._directory_synced(covers)
        return found

    def _deleting(self, vfs: int, name: bytes, sync_names: int) -> int:
        self._here.opened_directory = False
        found: int = self._delete(vfs, name, sync_names)
        path = Path(name.decode())
        if not found and path.parent == self.record.folder:
            self.record.deleted(path)
            self._directory_synced(len(self.record.entries))
        return found

    def _directory_synced(self, covers: int) -> None:
        if self._here.opened_directory:
            self.record.add(SyncNames(covers))
