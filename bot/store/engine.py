"""The two engines behind one store: SQLite with one writer, PostgreSQL with a pool.

SQLite runs with WAL, `synchronous=FULL` (an acknowledged commit survives a power cut), foreign
keys, and `BEGIN IMMEDIATE` for writers: the driver's default loses read-modify-writes silently
(docs/adr/0003-one-writer-group-commit.md).
"""

import os
import sqlite3
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.domain.errors import SettingsError
from bot.store import one_hop

BUSY_SECONDS = 10
"""How long a writer waits for another process's transaction before it gives up."""
WRITES = "encompass-writes"
"""What PostgreSQL is told of who holds such a connection."""
IDLE_SECONDS, LOCK_SECONDS = 4, 5
"""A worker that is frozen in the middle of its transactions holds rows that the others need.
PostgreSQL ends a transaction that says nothing for so long, and one that waits for rows so long:
else the frozen worker's own would get them one behind another, and each keep them as long. After
both together nothing of it is held any more, before the others' time to take over is up.

One that was frozen between telling PostgreSQL a new statement and having it done does not count as
idle, and no limit of PostgreSQL's before 17 ends it: the others do (`END_FROZEN`). One that was
frozen while it took in more than the sockets hold, some megabytes, is left: a slow reader in good
health looks the same, and nothing here that writes reads so much but a directory of that size."""
END_FROZEN = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() "
    "AND application_name = :name AND state = 'active' AND wait_event = 'ClientRead' "
    "AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
).bindparams(name=WRITES)
_AGAIN_SECONDS = 0.01
_WRITER_MEGABYTES, _READER_MEGABYTES = 16, 8


def parse_url(url: str) -> URL:
    """The database's address, or one sentence that says which two forms there are."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        parsed = None
    if parsed is None or parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise SettingsError(
            "ENCOMPASS_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://"
        )
    if parsed.drivername == "sqlite+aiosqlite" and parsed.database in (None, "", ":memory:"):
        raise SettingsError("ENCOMPASS_DATABASE_URL names no file: sqlite+aiosqlite:///var/x.db")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The database's file, or None for a server."""
    return Path(url.database) if url.database and url.drivername == "sqlite+aiosqlite" else None


def create_file(url: URL) -> None:
    """Make the folder and an empty file that only this user may read: it will hold children's
    data."""
    if (path := sqlite_file(url)) and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def writing_engine(url: URL) -> AsyncEngine:
    if sqlite_file(url):
        return _sqlite(url, "BEGIN IMMEDIATE", 1, _WRITER_MEGABYTES)
    limits = {
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
        "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
        "application_name": WRITES,
    }
    return _postgres(url, 8, 14, connect_args={"server_settings": limits})


def reading_engine(url: URL) -> AsyncEngine:
    if sqlite_file(url):
        return _sqlite(url, "BEGIN", 4, _READER_MEGABYTES)
    # One look, not one a statement.
    return _postgres(url, 6, 4, isolation_level="REPEATABLE READ")


def _postgres(url: URL, kept: int, more: int, **options: Any) -> AsyncEngine:
    """Presses that all wait for a frozen worker's rows must leave connections for the rest: sixteen
    chats are handled at once. Three workers still fit in PostgreSQL's usual hundred."""
    return create_async_engine(
        url,
        pool_size=kept,
        max_overflow=more,
        pool_pre_ping=True,
        hide_parameters=True,
        **options,
    )


def _sqlite(url: URL, begin: str, connections: int, megabytes: int) -> AsyncEngine:
    """Each connection keeps so many megabytes of the file to itself; the rest is the system's to
    keep, once for all."""
    path = quote(str(Path(url.database or "").absolute()))

    async def open_connection() -> one_hop.OneHopConnection:
        # mode=rw: a missing file is an error, never a fresh and empty database
        connection = await one_hop.connect(
            f"file:{path}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,  # the loop uses it too while its thread is idle
        )
        connection.only_reads = begin == "BEGIN"
        try:
            await connection.run(lambda: write_ahead(connection.driver))
        except BaseException:
            await connection.close()
            raise
        return connection

    engine = create_async_engine(
        url,
        async_creator=open_connection,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,  # parameters are children's data and would stand in error messages
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, record: Any) -> None:  # noqa: ARG001
        cursor = connection.cursor()
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"cache_size=-{megabytes * 1024}",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_as_told(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def write_ahead(connection: sqlite3.Connection) -> None:
    """To WAL, in the connection's thread. Of two that turn one new file to it at the same time
    SQLite refuses one at once, whatever the timeout: it asks again for as long."""
    left, pause = int(BUSY_SECONDS / _AGAIN_SECONDS), Event()
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            left -= 1
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or left < 0:
                raise
            pause.wait(_AGAIN_SECONDS)
