"""The power is cut under SQLite, over and over: `python -m tests.rigs.power_cut --cuts 250`.

The means: a VFS of our own (`written_disk`), put by ctypes into the SQLite that the service really
uses, records every write, truncation, sync, creation and deletion, in one order with every 202 and
every answer that people were given and every commit that the store called durable. The whole
service runs with senders and people who press, and a full database is migrated. Then the power is
cut at moments drawn by lot: `cut_disk` makes the files as the disk may hold them, with what was not
yet synced dropped, kept in part, torn or turned to nonsense. Each is opened as the product opens
it: whole, migrated or ready to be, everything promised before the cut is there, no promise broken,
and it can be written to; behind every fourth the power is cut again while that is done, and all is
looked at once more. The seed draws the cuts; how the service's writes fall is the machine's.

What it does not show: a disk that says it has synced and has not; one that damages what it was not
told to write (SQLite's "powersafe overwrite", which its unix VFS takes for granted), or what was
synced before; a file system that is itself broken after a cut, or a whole disk that is gone. A
directory's names are taken to be durable once the directory was synced and not before, each on its
own. The service's other files, PostgreSQL's own durability, and what the service then goes on to do
(the kill rig) are not looked at here. Two things differ from the service in use: each commit also
writes its number into the file, and no message waits for a chat's second.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Select, Table, cast, select

from bot.clock import HandClock
from bot.domain.errors import SettingsError, StoreError
from bot.flow.context import Context
from bot.flow.watch import check_invariants
from bot.store import events, schema
from bot.store.tables import (
    acknowledgements,
    contact_methods,
    notification_versions,
    notifications,
    receipts,
)
from bot.store.tables import events as trail
from bot.store.unit_of_work import Store, Tx
from tests.databases import Postgres, one_memory
from tests.rigs.cut_disk import Disk, Kept, put_down
from tests.rigs.cut_service import (
    FILE,
    Accepted,
    Acknowledged,
    Committed,
    Migrated,
    Opened,
    of_a_migration,
    of_the_service,
)
from tests.rigs.long_form import long_form
from tests.rigs.written_disk import Name, Record, Said, Sync, Write, recording

_NOTICES = 200
_OF_A_MIGRATION = 0.15
_BEHIND_A_PROMISE, _IN_A_CHECKPOINT, _IN_A_COMMIT = 0.25, 0.2, 0.25
"""Shares of the cuts; the others come at any moment of the service."""
_MET = ("in a commit", "in a checkpoint", "in a migration")
_AGAIN, _EVERY = "cut again while recovering", 4
"""Behind every fourth cut, a second while the file is opened, written to and put away."""
_DAMAGED, _PROMISES = "damaged files", "broken promises"
_LOST = {
    Committed: "lost commits",
    Accepted: "lost notices",
    Acknowledged: "lost acknowledgements",
    Opened: "lost openings",
}


@dataclass
class Cuts:
    """What the cuts met, and what was broken behind them."""

    folder: Path
    lot: random.Random
    did: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    async def at(self, record: Record, moments: Iterable[int], keeps: Sequence[Kept]) -> None:
        """Cut a record so often, each time behind so many of its entries; of the unsynced it
        keeps one of these."""
        disk = Disk(record.entries)
        for moment in sorted(moments):
            disk.go_to(moment)
            self.did.update(("cuts", self._met(disk)))
            kept = self.lot.choice(keeps)
            put_down(disk.after_a_cut(self.lot, kept), self.folder)
            before, said, when = self.broken.total(), set(disk.said), record.at[moment - 1]
            await self._look(said, when, again=self.did["cuts"] % _EVERY == 0)
            if self.broken.total() > before:
                sys.stderr.write(f"broken: cut at {moment}, of the unsynced kept: {kept.value}\n")

    def _met(self, disk: Disk) -> str:
        if Migrated() not in disk.said:
            return "in a migration"
        if disk.unsynced(FILE):
            return "in a checkpoint"
        return "in a commit" if disk.unsynced("-wal") else "at rest"

    async def _look(self, said: set[object], at: datetime, *, again: bool) -> None:
        """As of the moment of the cut: how long somebody looks for the matches is not asked.
        `again`: meanwhile the power is cut once more, and what that leaves is looked at too."""
        if not again:
            await self._open(said, at)
            return
        with recording(self.folder) as record:
            found = len(record.entries)
            await self._open(said, at)
        assert not record.faults, record.faults
        disk = Disk(record.entries)
        disk.go_to(self.lot.randint(found, len(record.entries)))
        put_down(disk.after_a_cut(self.lot, self.lot.choice(list(Kept))), self.folder)
        self.did[_AGAIN] += 1
        await self._open(said, at)

    async def _open(self, said: set[object], at: datetime) -> None:
        url = f"sqlite+aiosqlite:///{self.folder / FILE}"
        try:
            # A migration that was cut is begun again by whoever starts the service next.
            await (schema.check if Migrated() in said else schema.migrate)(url)
            ctx = Context(Store(url), HandClock(at), "auditing")
            try:
                await self._hold_against(ctx, said)
            finally:
                await ctx.store.close()
        except (StoreError, SettingsError) as error:
            sys.stderr.write(f"broken: {error}\n")
            self.broken[_DAMAGED] += 1
            self._count_lost(said)

    async def _hold_against(self, ctx: Context, said: set[object]) -> None:
        async with ctx.store.reading() as tx:
            self.broken[_DAMAGED] += not await _is_sound(tx)
            lost = said - await _held(tx)
        self._count_lost(lost)
        for breach in await check_invariants(ctx.store, ctx):
            sys.stderr.write(f"broken: {breach}\n")
            self.broken[_PROMISES] += breach.count
        async with ctx.store.unit() as tx:
            await events.append(tx, events.line("rig:went_on", ctx.now()))

    def _count_lost(self, promises: set[object]) -> None:
        self.broken.update(_LOST[kind] for kind in map(type, promises) if kind in _LOST)


async def _is_sound(tx: Tx) -> bool:
    checked = await tx.connection.exec_driver_sql("PRAGMA integrity_check")
    foreign = await tx.connection.exec_driver_sql("PRAGMA foreign_key_check")
    return checked.scalars().all() == ["ok"] and not foreign.all()


async def _held(tx: Tx) -> set[object]:
    """What can be promised by this database."""
    found = await tx.connection.exec_driver_sql("PRAGMA user_version")
    commits = {Committed(number) for number in range(1, int(found.scalar_one()) + 1)}
    kept = select(notifications.c.reference, receipts.c.raw).select_from(
        notifications.join(notification_versions).join(receipts)
    )
    with_event = kept.join(trail, trail.c.notification_id == notifications.c.id).where(
        trail.c.action == "notification:received"
    )
    accepted = {Accepted(row.reference, row.raw) for row in await tx.all(with_event)}
    answers, openings = _by_account(acknowledgements), _by_account(trail)
    opened_at_all = await tx.all(openings.where(trail.c.action == "alert:opened"))
    opened = {Opened(row.account, row.alert_id) for row in opened_at_all}
    acknowledged = {Acknowledged(row.account, row.alert_id) for row in await tx.all(answers)}
    return {Migrated(), *commits, *accepted, *acknowledged, *opened}


def _by_account(table: Table) -> Select[Any]:
    account = cast(contact_methods.c.address, BigInteger).label("account")
    holder = contact_methods.c.person_id == table.c.person_id
    return select(account, table.c.alert_id).select_from(table.join(contact_methods, holder))


async def cut(
    folder: Path, seed: int, cuts: int, notices: int = _NOTICES
) -> tuple[dict[str, int], dict[str, int]]:
    """One run, with so many notices and so many cuts: what it did, and what must be 0."""
    lot = random.Random(seed)
    run = Cuts(folder / "after", lot)
    in_migration = round(cuts * _OF_A_MIGRATION)
    record = await of_a_migration(folder / "migration")
    begun, end = _first_said(record), len(record.entries)
    await run.at(record, lot.choices(range(begun, end + 1), k=in_migration), tuple(Kept))
    record = await of_the_service(folder / "service", notices)
    await run.at(record, _moments(record, lot, cuts - in_migration), tuple(Kept))
    database, served = _file(record), record.entries[_ready(record) :]
    said = Counter(type(promise) for promise in record.promises)
    did = {
        **{name: run.did[name] for name in ("cuts", *_MET, _AGAIN)},
        "checkpoints": sum(isinstance(e, Sync) and e.file == database for e in served),
        **{kind.__name__.lower(): said[kind] for kind in _LOST},
    }
    return did, {name: run.broken[name] for name in (*_LOST.values(), _DAMAGED, _PROMISES)}


def _first_said(record: Record) -> int:
    return next(n for n, entry in enumerate(record.entries, 1) if isinstance(entry, Said))


def _file(record: Record) -> int:
    """The database's own, beside its logs."""
    return next(e.file for e in record.entries if isinstance(e, Name) and e.name == FILE and e.file)


def _ready(record: Record) -> int:
    """Behind how many entries it was migrated."""
    return record.entries.index(Said(Migrated())) + 1


def _moments(record: Record, lot: random.Random, cuts: int) -> list[int]:
    """Behind which entries the power is cut."""
    entries = list(enumerate(record.entries, 1))
    database, ready = _file(record), _ready(record)
    promised = [n for n, e in entries if isinstance(e, Said)]
    written = [(n, e.file == database) for n, e in entries if isinstance(e, Write) and n > ready]
    of_kinds = (
        (promised, _BEHIND_A_PROMISE),
        ([n for n, of_database in written if of_database], _IN_A_CHECKPOINT),
        ([n for n, of_database in written if not of_database], _IN_A_COMMIT),
    )
    drawn = [n for of_kind, share in of_kinds for n in lot.choices(of_kind, k=int(cuts * share))]
    return drawn + lot.choices(range(1, len(entries) + 1), k=cuts - len(drawn))


async def _cut(
    template: Path | Postgres,
    folder: Path,
    seed: int,
    cuts: int,
) -> tuple[dict[str, int], dict[str, int]]:
    with one_memory():
        return await cut(folder, seed, cuts)


def main() -> int:
    return long_form("power cut", __doc__, "cuts", 250, _cut, ("sqlite",))


if __name__ == "__main__":
    sys.exit(main())
