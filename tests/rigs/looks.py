"""What the database and the machine show of several workers: who hears Telegram, who has messages
in hand, who holds rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import psutil
from sqlalchemy import select, text

from bot.app import LEASE
from bot.clock import MachineClock
from bot.domain.delivery import Operation
from bot.domain.message import MessageState
from bot.store import alarms
from bot.store.tables import leases, messages
from bot.store.unit_of_work import Store

_OPEN = text(
    "select client_port from pg_stat_activity where datname = current_database()"
    " and state = 'idle in transaction' and backend_xid is not null"
)


class Looks:
    """Looks into one PostgreSQL database, from outside of the service."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    @asynccontextmanager
    async def into(cls, database: str) -> AsyncIterator["Looks"]:
        store = Store(database)
        try:
            yield cls(store)
        finally:
            await store.close()

    async def who_hears(self) -> int | None:
        """The process that holds the lease on hearing Telegram, or held it last."""
        async with self._store.reading() as tx:
            holder = await tx.scalar(select(leases.c.holder).where(leases.c.name == LEASE))
        return None if holder is None else _process_of(holder)

    async def in_hand(self, process: int, claim_seconds: float) -> int:
        """How many alerts this process has claimed, in batches whose last slot is yet to come."""
        slot_ahead = MachineClock().now() + timedelta(seconds=claim_seconds)
        async with self._store.reading() as tx:
            rows = await tx.all(
                select(messages.c.claimed_by).where(
                    messages.c.state == MessageState.CLAIMED,
                    messages.c.operation == Operation.SEND,
                    messages.c.claimed_until > slot_ahead,
                )
            )
        return sum(_process_of(row.claimed_by) == process for row in rows)

    async def holds_rows(self, process: int) -> bool:
        """Whether this process, which does nothing now, is inside a transaction that has written or
        locked something."""
        async with self._store.reading() as tx:
            ports = {row.client_port for row in await tx.all(_OPEN)}
        return bool(ports & await asyncio.to_thread(_ports_of, process))

    async def alarms(self) -> list[str]:
        """What stands as wrong, by name."""
        async with self._store.reading() as tx:
            return [row.name for row in await alarms.standing(tx)]


def _ports_of(process: int) -> set[int]:
    return {connection.laddr.port for connection in psutil.Process(process).net_connections()}


def _process_of(worker: str) -> int:
    return int(worker.rsplit("-", 2)[1])
