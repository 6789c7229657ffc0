"""aiosqlite with one way to its thread and back for each statement.

Through the standard cursor a statement takes four: cursor, execute, fetchall, close. They were most
of what a small transaction cost (docs/benchmarks.md). SQLAlchemy wraps whatever connection its
`async_creator` returns, so this is all there is to it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")


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
        await self._run(lambda cursor: cursor.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "_Cursor":
        await self._run(lambda cursor: cursor.executemany(sql, parameters))
        return self

    async def _run(self, act: Callable[[sqlite3.Cursor], object]) -> None:
        def in_the_thread() -> tuple[Any, list[Any], int, int | None]:
            cursor = self._connection.driver.cursor()
            try:
                act(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, rows, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        self.description, self._rows, self.rowcount, self.lastrowid = await self._connection.run(
            in_the_thread
        )

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []


class OneHopConnection(aiosqlite.Connection):
    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection; to be used in its thread only."""
        return self._conn

    async def run(self, act: Callable[[], T]) -> T:
        """Do this in the connection's thread, to its end.

        A cancellation meanwhile is kept back and delivered at the next wait: SQLAlchemy would give
        up the connection, and with it the work of everyone who shares its transaction.
        """
        doing: asyncio.Future[T] = asyncio.ensure_future(self._execute(act))  # type: ignore[no-untyped-call]
        kept_back = False
        while not doing.done():
            try:
                await asyncio.shield(doing)
            except asyncio.CancelledError:
                if doing.cancelled():
                    raise
                kept_back = _uncancelled()
            except Exception:
                break  # the statement's own error; raised below
        if kept_back and (task := asyncio.current_task()):
            task.cancel()
        return doing.result()

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
