"""Faults of the database: full, locked, read only, gone in the middle of a commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import engine as engines
from bot.store import unit_of_work
from bot.store.unit_of_work import Store
from tests.locks import Fault, locked, read_only, tables_locked
from tests.rigs.faults.journey import Brought, Journey

_NO_LIMIT = 1_073_741_823
_MOMENT, _LONG = 0.15, 2.0


@asynccontextmanager
async def _felt(journey: Journey) -> AsyncIterator[pytest.MonkeyPatch]:
    """Counts what the database refuses."""
    whole = unit_of_work._as_store_error

    def counted(error: Exception) -> Any:
        journey.struck += 1
        return whole(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unit_of_work, "_as_store_error", counted)
        yield patch


@asynccontextmanager
async def no_more_pages(journey: Journey) -> AsyncIterator[None]:
    """SQLite's `max_page_count` is what there is, and none of it is free: a row that needs another
    page finds the disk full. Every connection that is opened meanwhile is told so too."""
    made, full = engines._sqlite, True
    disk = sqlite3.connect(make_url(journey.world.database).database or "", isolation_level=None)
    (pages,) = disk.execute("PRAGMA page_count").fetchone()
    _fill(disk, pages)

    def limited(engine: AsyncEngine) -> AsyncEngine:
        @event.listens_for(engine.sync_engine, "connect")
        def limit(connection: Any, record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA max_page_count={pages if full else _NO_LIMIT}")
            cursor.close()

        return engine

    async def is_told(limit: int) -> None:
        async with journey.world.ctx.store.unit() as tx:
            await tx.execute(text(f"PRAGMA max_page_count={limit}"))

    if journey.world._app is not None:
        limited(journey.world.ctx.store._write)
        await is_told(pages)
    async with _felt(journey) as patch:
        patch.setattr(engines, "_sqlite", lambda *given: limited(made(*given)))
        yield
    full = False
    if journey.world._app is not None:
        await is_told(_NO_LIMIT)
    disk.execute(f"PRAGMA max_page_count={_NO_LIMIT}")
    disk.execute("DROP TABLE fills_the_disk")
    disk.close()


async def a_long_story(journey: Journey) -> None:
    """A notice, and a correction, of more than the pages that are begun have room for."""
    journey.body = journey.words_of(circumstances="Canary-circumstances " + "and so on " * 1500)


def _fill(disk: sqlite3.Connection, pages: int) -> None:
    """What migrations have left free is taken by a table of nobody's."""
    disk.execute("CREATE TABLE fills_the_disk (page)")
    disk.execute(f"PRAGMA max_page_count={pages}")
    with suppress(sqlite3.OperationalError):
        for _ in range(pages):
            disk.execute("INSERT INTO fills_the_disk VALUES (zeroblob(3000))")


def at_commits(says: Callable[[], Exception], *, behind: bool = False) -> Brought:
    """Commits fail with this: before they are durable, or behind it, when nobody learns so. From
    the first one on, or after a few have gone through."""

    @asynccontextmanager
    async def fail(journey: Journey) -> AsyncIterator[None]:
        through = journey.lot.randint(0, 2)
        at = Store._committed if behind else Store._committing

        async def failing(store: Store, *given: Any) -> None:
            nonlocal through
            await at(store, *given)
            if through:
                through -= 1
            else:
                raise says()

        async with _felt(journey) as patch:
            patch.setattr(Store, at.__name__, failing)
            yield

    return fail


@asynccontextmanager
async def locked_for_long(journey: Journey) -> AsyncIterator[None]:
    """Somebody else has the write lock, for longer than anybody waits. A start on PostgreSQL does
    wait, for as long as it takes: there the lock is given up meanwhile."""
    breaks, heals = _lock_of(journey)
    await breaks()
    starts = journey.world._app is None
    healing = asyncio.create_task(_after(_LONG, heals)) if starts else None
    async with _felt(journey):
        yield
    await (healing or heals())


async def _after(seconds: float, heals: Fault) -> None:
    await asyncio.sleep(seconds)
    await heals()


@asynccontextmanager
async def locked_for_a_moment(journey: Journey) -> AsyncIterator[None]:
    """The same, for less."""
    breaks, heals = _lock_of(journey)
    await breaks()
    journey.struck += 1

    healing = asyncio.create_task(_after(_MOMENT, heals))
    yield
    await healing


def _lock_of(journey: Journey) -> tuple[Fault, Fault]:
    database = journey.world.database
    return locked(database) if "sqlite" in database else tables_locked(database)


@asynccontextmanager
async def takes_no_writes(journey: Journey) -> AsyncIterator[None]:
    """The server has become a standby, and every connection is cut."""
    breaks, heals = read_only(journey.world.database)
    await breaks()
    async with _felt(journey):
        yield
    await heals()
