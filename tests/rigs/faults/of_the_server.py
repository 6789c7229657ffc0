"""Faults of PostgreSQL's server: stopped hard and started again, and replaced by its standby.

What asynchronous replication has not carried over yet is lost with the server that acknowledged
it. The standby here is a synchronous one (`synchronous_standby_names`): no commit is acknowledged
before the standby has it.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from tests.databases import Postgres
from tests.postgres import Server
from tests.rigs.faults.journey import Journey

_LOOKS = 400


class Servers:
    """The one that is at the service's address, and the one that follows it, if any does."""

    def __init__(self) -> None:
        self._folders: list[Path] = []
        self.primary = self._new()
        self.standby: Server | None = None

    def _new(self) -> Server:
        folder = Path(tempfile.mkdtemp(prefix="encompass-pg-"))
        self._folders.append(folder)
        return Server(folder)

    async def follow(self, *, synchronous: bool) -> None:
        """A standby streams from the primary; from now on a commit waits for it, if it is a
        synchronous one."""
        self.standby = self._new()
        await asyncio.to_thread(self.standby.copy_of, self.primary)
        await self.standby.start()
        if not synchronous:
            return
        await self._do("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await self._do("SELECT pg_reload_conf()")
        for _ in range(_LOOKS):
            if await self._do("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"):
                return
            await asyncio.sleep(0.02)
        raise RuntimeError("the standby does not follow")

    async def promote(self) -> None:
        """The standby takes the place of the primary, which is gone, at its address."""
        assert self.standby is not None
        gone, self.primary, self.standby = self.primary, self.standby, None
        if self.primary.runs:
            await self._do("SELECT pg_promote()")
            self.primary.stop()
        (self.primary.data / "standby.signal").unlink(missing_ok=True)
        self.primary.port = gone.port
        await self.primary.start()

    async def _do(self, statement: str) -> bool:
        """Whether it gave a row."""
        connection = await asyncpg.connect(self.primary.url)
        try:
            return bool(await connection.fetch(statement))
        finally:
            await connection.close()

    def end(self) -> None:
        for server in (self.standby, self.primary):
            if server is not None:
                server.stop()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def own_servers() -> AsyncIterator[tuple[Servers, Postgres]]:
    """A server that nobody else uses, with a template to copy databases from."""
    servers = Servers()
    try:
        await asyncio.to_thread(servers.primary.init)
        await servers.primary.start()
        template = Postgres(servers.primary.url)
        await template.make_template()
        yield servers, template
    finally:
        servers.end()


async def is_followed(journey: Journey) -> None:
    assert journey.servers is not None
    await journey.servers.follow(synchronous=True)


@asynccontextmanager
async def stopped_hard(journey: Journey) -> AsyncIterator[None]:
    """Every session is gone in the middle of what it was doing."""
    assert journey.servers is not None
    journey.servers.primary.stop_hard()
    journey.struck += 1
    yield
    await journey.servers.primary.start()


@asynccontextmanager
async def promoted(journey: Journey) -> AsyncIterator[None]:
    """The same, and it does not come back: its standby does, at its address."""
    assert journey.servers is not None
    journey.servers.primary.stop_hard()
    journey.struck += 1
    yield
    await journey.servers.promote()
