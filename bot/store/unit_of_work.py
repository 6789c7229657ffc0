"""The one commit. Nothing else in the project begins, commits or rolls back a transaction.

`async with store.unit() as tx:` is a unit of work: on a clean exit everything in it is durable, on
an error nothing of it is. On SQLite there is one writer, and units that arrive while it is busy
share its next commit, each in a savepoint of its own; on PostgreSQL each unit is a transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, Update, bindparam, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, Row
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreError
from bot.store import engine
from bot.store.engine import parse_url, reading_engine, sqlite_file, writing_engine
from bot.store.one_hop import OneHopConnection

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
_LONG_IDLE = text("set local idle_in_transaction_session_timeout = '120s'")
_LONG_WAIT = text("set local lock_timeout = '300s'")
Inserting = Callable[[Table], sqlite.Insert | postgresql.Insert]


@cache
def _by_number(table: Table) -> Update:
    """Built once: a statement costs more to build than to run."""
    return update(table).where(table.c.id == bindparam("the_id", type_=table.c.id.type))


class Tx:
    """An open transaction, as the flow and the query files see it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.woken: set[str] = set()

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    async def execute(
        self, statement: Executable, parameters: Parameters = None
    ) -> CursorResult[Any]:
        result = await self.connection.execute(statement, parameters)
        assert isinstance(result, CursorResult)
        return result

    async def all(self, statement: Executable, parameters: Parameters = None) -> Sequence[Row[Any]]:
        return (await self.execute(statement, parameters)).all()

    async def first(self, statement: Executable, parameters: Parameters = None) -> Row[Any] | None:
        return (await self.execute(statement, parameters)).first()

    async def scalar(self, statement: Executable, parameters: Parameters = None) -> Any:
        return (await self.execute(statement, parameters)).scalar()

    @property
    def insert(self) -> Inserting:
        """An insert that knows `on_conflict_do_nothing`: uniqueness is the database's job."""
        return sqlite.insert if self.is_sqlite else postgresql.insert

    async def add(self, table: Table, **values: Any) -> int:
        """Insert one row and return its number."""
        result = await self.execute(insert(table).values(**values))
        key = result.inserted_primary_key
        assert key is not None
        return int(key[0])

    async def change(self, table: Table, number: int, **values: Any) -> None:
        """Change this row; the values are plain."""
        await self.change_each(table, [{"id": number, **values}])

    async def change_each(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same of several, all of the same columns; each is told by its `id`."""
        if rows:
            names = rows[0].keys()
            assert names <= set(table.c.keys()), "no such column"  # the driver would not say so
            assert all(row.keys() == names for row in rows), "rows of different columns"
            given = [
                {("the_id" if name == "id" else name): row[name] for name in row} for row in rows
            ]
            await self.execute(_by_number(table), given if len(given) > 1 else given[0])

    async def take_time(self) -> None:
        """For a unit that thinks for seconds between two statements, or waits for one that does: an
        import. PostgreSQL would end it as that of a worker that is frozen (engine.py); it ends this
        one after some minutes, lest it hold for ever what a lost machine had locked."""
        if not self.is_sqlite:
            await self.execute(_LONG_IDLE)
            await self.execute(_LONG_WAIT)

    def wake(self, *stages: str) -> None:
        """After the commit, and only then, these stages look at their rows at once."""
        self.woken.update(stages)


def _as_store_error(error: Exception) -> StoreError:
    """The driver's words without parameters, which could be a child's data."""
    cause = getattr(error, "orig", None) or error
    return StoreError(f"The database cannot serve at the moment ({type(cause).__name__}).")


def _gone() -> StoreError:
    return StoreError("The database cannot serve at the moment (it took a transaction back).")


class _Group:
    """Units that share one commit."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.woken: set[str] = set()


class Store:
    """The database. `on_wake` is called with the stages to wake after each commit."""

    def __init__(self, url: str, on_wake: Callable[[Iterable[str]], None] | None = None) -> None:
        self.url = parse_url(url)
        self.on_wake = on_wake or (lambda stages: None)  # noqa: ARG005
        self._write = writing_engine(self.url)
        self._read = reading_engine(self.url)
        self._shares_commits = sqlite_file(self.url) is not None
        self._turn = asyncio.Lock()
        self._group: _Group | None = None
        self._writer: AsyncConnection | None = None
        self._committers: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Tx]:
        """A unit of work; see the module. Raises StoreError when the database cannot serve."""
        try:
            if self._shares_commits:
                async with self._shared_unit() as tx:
                    yield tx
            else:
                async with self._write.begin() as connection:
                    tx = Tx(connection)
                    yield tx
                    await self._committing()
                await self._committed(tx.woken)
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            raise _as_store_error(error) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """One consistent look at the data, beside the writer."""
        try:
            async with self._read.connect() as connection, connection.begin():
                yield Tx(connection)
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            raise _as_store_error(error) from error

    async def end_frozen(self) -> int:
        """Free what workers hold that were frozen in the middle of a statement; how many. None is
        where there is one writer."""
        if self._shares_commits:
            return 0
        async with self.reading() as tx:
            return len(await tx.all(engine.END_FROZEN, {"seconds": engine.IDLE_SECONDS}))

    async def close(self) -> None:
        while self._committers:
            await asyncio.gather(*self._committers, return_exceptions=True)
        if self._writer is not None:
            await self._writer.close()
        await self._write.dispose()
        await self._read.dispose()

    async def _committing(self) -> None:
        """The seam right before a commit; the kill rig stands here."""

    async def _committed(self, woken: set[str]) -> None:
        """The seam right behind a durable commit; and here."""
        if woken:
            self.on_wake(woken)

    # --- SQLite: one writer, shared commits ------------------------------------------------

    @asynccontextmanager
    async def _shared_unit(self) -> AsyncIterator[Tx]:
        async with self._turn:
            group, writer = await self._open_group()
            # By hand: the names that SQLAlchemy gives savepoints make each a statement of its own.
            await writer.exec_driver_sql("SAVEPOINT unit")
            try:
                tx = Tx(writer)
                yield tx
            except BaseException:
                if await self._stands():
                    await writer.exec_driver_sql("ROLLBACK TO unit")
                    await writer.exec_driver_sql("RELEASE unit")
                raise
            await writer.exec_driver_sql("RELEASE unit")
            group.woken |= tx.woken
        # Outside the turn: the next unit runs while this one waits for the commit they share.
        await asyncio.shield(group.done)

    async def _open_group(self) -> tuple[_Group, AsyncConnection]:
        if self._group is not None and not await self._stands():
            await self._fail(self._group, _gone())
        if self._writer is None:
            self._writer = await self._write.connect()
        if self._group is None:
            await self._writer.begin()
            self._group = _Group()
            # The committer queues for the turn behind every unit that is waiting already: these
            # share the commit. A unit that is cancelled while it waits holds up nobody.
            committer = asyncio.create_task(self._commit_group(self._group))
            self._committers.add(committer)
            committer.add_done_callback(self._committers.discard)
        return self._group, self._writer

    async def _commit_group(self, group: _Group) -> None:
        async with self._turn:
            if group is not self._group:
                return  # failed already
            assert self._writer is not None
            try:
                await self._committing()
                if not await self._stands():
                    raise _gone()
                await self._writer.commit()
                await self._committed(group.woken)
            except StoreError as error:
                await self._fail(group, error)
            except Exception as error:
                await self._fail(group, _as_store_error(error))
            except BaseException:  # cancelled: whoever waits for it must not wait for ever
                await self._fail(group, _gone())
                raise
            else:
                self._group = None
                group.done.set_result(None)

    async def _fail(self, group: _Group, error: StoreError) -> None:
        """Nobody of this group has anything kept, and everybody hears so."""
        self._group = None
        group.done.set_exception(error)
        group.done.exception()  # a group whose every unit failed has nobody waiting
        await self._discard_writer()

    async def _stands(self) -> bool:
        """Whether the transaction is there still. A full disk, or one that fails, makes SQLite roll
        all of it back by itself: a commit then would be of nothing, and well received."""
        assert self._writer is not None
        connection = (await self._writer.get_raw_connection()).driver_connection
        assert isinstance(connection, OneHopConnection)
        return connection.driver.in_transaction

    async def _discard_writer(self) -> None:
        """After a commit that failed nobody knows the connection's state: start afresh."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.invalidate()
            await writer.close()
