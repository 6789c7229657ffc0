"""aiosqlite with at most one way to its thread and back for each statement.

Through the standard cursor a statement takes four: cursor, execute, fetchall, close. They were most
of what a small transaction cost (docs/benchmarks.md). And the one that is left costs twenty times
what a look at an index takes, so a statement that was quick the last time is done on the spot
(docs/adr/0030-quick-statements-on-the-spot.md). SQLAlchemy wraps whatever connection its
`async_creator` returns, so this is all there is to it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import aiosqlite

from bot.clock import MachineClock

T = TypeVar("T")
_QUICK = 0.002
"""Seconds that the loop can spare at a time."""
_steady = MachineClock().steady
_MAY_WAIT = ("BEGIN IMMEDIATE", "COMMIT", "PRAGMA", "VACUUM")
"""For another process, or for the disk: never on the spot. The driver's own commit and rollback do
not come by here."""
_FEW = 20
_REMEMBERED = 2000
_AFTER_A_SLOW_ONE = 100


class _Quick:
    """The statements that are done on the spot, by their words; the same for every connection. One
    that was never seen goes to the thread, and one that was slow for its next hundred runs."""

    def __init__(self) -> None:
        self._owed: dict[str, int] = {}
        """How often each must be quick in the thread until it is done on the spot."""

    def __contains__(self, sql: str) -> bool:
        return self._owed.get(sql) == 0

    def took(self, sql: str, seconds: float) -> None:
        if seconds > _QUICK:
            self._owed[sql] = _AFTER_A_SLOW_ONE
            return
        owed = self._owed.get(sql, 1)
        if owed and not sql.startswith(_MAY_WAIT):
            if len(self._owed) >= _REMEMBERED:
                self._owed.clear()
            self._owed[sql] = owed - 1


_quick = _Quick()


class _Cursor:
    """What SQLAlchemy asks of an asyncio cursor: rows come with the execution."""

    arraysize = 1

    def __init__(self, connection: "OneHopConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "_Cursor":
        return await self._do(sql, lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> "_Cursor":
        few = len(parameters) <= _FEW
        return await self._do(sql, lambda cursor: cursor.executemany(sql, parameters), few=few)

    async def _do(
        self, sql: str, act: Callable[[sqlite3.Cursor], object], *, few: bool = True
    ) -> "_Cursor":
        def do() -> None:
            begun = _steady()
            cursor = self._connection.driver.cursor()
            try:
                act(cursor)
                self.description = cursor.description
                self._rows = cursor.fetchall() if cursor.description else []
                self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()
                _quick.took(sql, _steady() - begun)

        if few and sql in _quick and self._connection.idle:
            do()
        else:
            await self._connection.run(do)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []


class OneHopConnection(aiosqlite.Connection):
    """`idle` while its thread has nothing in hand: the driver's connection is one's own then."""

    idle = True
    only_reads = False
    """Whether its transactions write nothing, so that ending one waits for no disk."""

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection; to be used in its thread, or while that is idle."""
        return self._conn

    async def run(self, act: Callable[[], T]) -> T:
        """Do this in the connection's thread, to its end.

        A cancellation meanwhile is kept back and delivered at the next wait: SQLAlchemy would give
        up the connection, and with it the work of everyone who shares its transaction.
        """
        doing: asyncio.Future[T] = asyncio.ensure_future(self._execute(act))  # type: ignore[no-untyped-call]
        self.idle, kept_back = False, False
        while not doing.done():
            try:
                await asyncio.shield(doing)
            except asyncio.CancelledError:
                if doing.cancelled():
                    raise
                kept_back = _uncancelled()
            except Exception:
                break  # the statement's own error; raised below
        self.idle = True
        if kept_back and (task := asyncio.current_task()):
            task.cancel()
        return doing.result()

    async def commit(self) -> None:
        if self.only_reads and self.idle:
            self.driver.commit()
        else:
            await super().commit()

    async def rollback(self) -> None:
        if self.only_reads and self.idle:
            self.driver.rollback()
        else:
            await super().rollback()

    def cursor(self) -> Any:
        return _Cursor(self)


def _uncancelled() -> bool:
    if task := asyncio.current_task():
        task.uncancel()
    return True


async def connect(database: str, **options: Any) -> OneHopConnection:
    """As `aiosqlite.connect`. Its thread never keeps the process from ending."""

    def open_it() -> sqlite3.Connection:
        opened: sqlite3.Connection = sqlite3.connect(database, **options)
        return opened

    connection = OneHopConnection(open_it, iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does for the connections it makes itself
    try:
        await connection
    except BaseException:  # its thread still has a word for the loop, which may be about to end
        await asyncio.to_thread(connection._thread.join)
        raise
    return connection
