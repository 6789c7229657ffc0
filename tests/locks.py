"""Somebody else keeps a database from taking anything in."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from bot.store.tables import metadata

Fault = Callable[[], Awaitable[None]]


def locked(database: str) -> tuple[Fault, Fault]:
    """Another process holds the file's write lock."""
    path = Path(database.removeprefix("sqlite+aiosqlite:///"))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    async def breaks() -> None:
        other.execute("BEGIN IMMEDIATE")

    async def heals() -> None:
        other.execute("ROLLBACK")
        other.close()

    return breaks, heals


def read_only(database: str) -> tuple[Fault, Fault]:
    """The server has become a standby that takes no writes."""
    url = database.replace("+asyncpg", "")
    name = url.rsplit("/", 1)[1]

    async def do(setting: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("SET default_transaction_read_only = off")
            await connection.execute(f"ALTER DATABASE {name} {setting}")
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        finally:
            await connection.close()

    async def breaks() -> None:
        await do("SET default_transaction_read_only = on")

    async def heals() -> None:
        await do("RESET default_transaction_read_only")

    return breaks, heals


def tables_locked(database: str) -> tuple[Fault, Fault]:
    """Another session holds every table against being written to."""
    held: list[asyncpg.Connection] = []

    async def breaks() -> None:
        connection = await asyncpg.connect(database.replace("+asyncpg", ""))
        held.append(connection)
        await connection.execute("BEGIN")
        await connection.execute(f"LOCK TABLE {', '.join(metadata.tables)} IN EXCLUSIVE MODE")

    async def heals() -> None:
        await held.pop().close()

    return breaks, heals
