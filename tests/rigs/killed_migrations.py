"""Killed in the middle of a migration: `python -m tests.rigs.killed_migrations --kills 200`.

A database of an older version with notices in it, and a process of its own that brings it to the
newest. It dies by SIGKILL behind one statement after another, in turn through all that the way from
the first version has, and now and then at a drawn moment. Each time all has to be as it was before,
or as it is behind the migration, never between. Then the next process finishes it: the schema is a
fresh one's, every row is there still, and no promise is broken.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.flow.context import Context
from bot.flow.watch import check_invariants
from bot.store import schema
from bot.store.engine import writing_engine
from tests.databases import Postgres
from tests.rigs.cut_service import OLD_ROWS
from tests.rigs.long_form import Found, long_form
from tests.rigs.mortal import births
from tests.store.shape import everything, on

_FIRST = "0001"
_ROWS = 40
_AT_ANY_MOMENT = 0.2
"""The share of deaths at a drawn moment; the others come behind a statement."""
_SECONDS = (0.0, 1.5)
_LONGEST = 60
MUST_BE_NONE = ("half done", "rows lost", "another schema", "broken promises")


def bring_up(url: str, dies_behind: int, in_parts: bool = False) -> None:
    """The child's main: `encompass migrate`, dead behind its so many-th statement; 0 for never.
    `in_parts`: each version is committed by itself, to show that the rig sees what comes of it."""
    made, done = writing_engine, 0

    def making(address: Any) -> AsyncEngine:
        engine = made(address)

        @event.listens_for(engine.sync_engine, "after_cursor_execute")
        def counting(*given: Any) -> None:
            nonlocal done
            done += 1
            if done == dies_behind:
                os.kill(os.getpid(), signal.SIGKILL)

        return engine

    vars(schema)["writing_engine"] = making
    revisions = sorted(s.revision for s in vars(schema)["_scripts"]().walk_revisions())
    for revision in revisions[1:] if in_parts else ["head"]:
        asyncio.run(schema.migrate(url, revision))


def _fill(connection: Connection) -> None:
    rows = [{"n": n, "reference": f"ENC-OLD{n}", "raw": b"%d" % n} for n in range(1, _ROWS + 1)]
    for statement in OLD_ROWS:
        if connection.dialect.name == "postgresql":
            statement = statement.replace("insert or ignore", "insert")
            statement = statement.replace("'x' || :n", "'x' || :reference")
        connection.execute(text(statement), rows if ":n" in statement else [{}])


def _rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """What the notices of then were, by the columns that they had."""
    asked = {
        "receipts": "id, partner_id, sha256, raw, outcome",
        "notifications": "id, reference, state, version, content",
        "notification_versions": "notification_id, version, receipt_id, content",
        "events": "at, action, notification_id, detail",
    }
    return {
        table: [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in connection.execute(text(f"select {columns} from {table} order by 1, 2, 3"))
        ]
        for table, columns in asked.items()
    }


@dataclass
class Old:
    """A database of the first version to copy, and what it is, and is to be."""

    template: Path | Postgres
    shape: dict[str, Any]
    rows: dict[str, list[tuple[Any, ...]]]
    fresh: dict[str, Any]

    @asynccontextmanager
    async def copied(self, folder: Path) -> AsyncIterator[str]:
        if isinstance(self.template, Postgres):
            url = await self.template.make()
            try:
                yield url
            finally:
                await self.template.drop(url)
            return
        folder.mkdir()
        shutil.copy(self.template, folder / "old.db")
        yield f"sqlite+aiosqlite:///{folder / 'old.db'}"
        shutil.rmtree(folder)


async def _old(template: Path | Postgres, folder: Path) -> Old:
    of: Path | Postgres
    if isinstance(template, Postgres):
        url, fresh = await template.make_empty(), await template.make()
        of = template.of(url)
    else:
        of = folder / "old.db"
        url, fresh = f"sqlite+aiosqlite:///{of}", f"sqlite+aiosqlite:///{template}"
    await schema.migrate(url, _FIRST)
    await on(url, _fill)
    shape, rows, wanted = (
        await on(url, everything),
        await on(url, _rows),
        await on(fresh, everything),
    )
    return Old(of, shape, rows, wanted)


class Killings:
    """One run of them on one engine."""

    def __init__(
        self, old: Old, folder: Path, seed: int, behind: int = 0, *, in_parts: bool = False
    ) -> None:
        """`behind`: how many statements are left out at the beginning."""
        self._old, self._folder, self._lot = old, folder, random.Random(seed)
        self._births = births("tests.rigs.cut_service", "tests.rigs.long_form", "tests.store.shape")
        self._behind, self._in_parts = behind, in_parts
        self.did: Counter[str] = Counter(
            {"kills": 0, "behind a statement": 0, "at any moment": 0, "came too late": 0,
             "found undone": 0, "found done": 0}
        )  # fmt: skip
        self.broken: Counter[str] = Counter(dict.fromkeys(MUST_BE_NONE, 0))

    async def run(self, kills: int) -> None:
        number = 0
        while self.did["kills"] < kills:
            number += 1
            async with self._old.copied(self._folder / str(number)) as url:
                if await self._killed(url):
                    self.did["kills"] += 1
                    await self._look(url)

    async def _born(self, url: str, behind: int) -> Any:
        process = self._births.Process(
            target=bring_up, args=(url, behind, self._in_parts), daemon=True
        )
        await asyncio.to_thread(process.start)
        return process

    async def _killed(self, url: str) -> bool:
        """Whether it was in the middle of it. Behind the last statement, it begins at the first."""
        if self._lot.random() < _AT_ANY_MOMENT:
            process = await self._born(url, 0)
            await asyncio.sleep(self._lot.uniform(*_SECONDS))
            process.kill()
            how = "at any moment"
        else:
            self._behind += 1
            process = await self._born(url, self._behind)
            how = "behind a statement"
        await asyncio.to_thread(process.join, _LONGEST)
        if process.exitcode == 0:
            if how == "behind a statement":
                self._behind = 0
            self.did["came too late"] += 1
            return False
        assert process.exitcode == -signal.SIGKILL, f"it ended by itself: {process.exitcode}"
        self.did[how] += 1
        return True

    async def _look(self, url: str) -> None:
        found, old = await on(url, everything), self._old
        undone = found == old.shape
        self.did["found undone" if undone else "found done"] += 1
        if not undone and found != old.fresh:
            self._found("half done")
        if await on(url, _rows) != old.rows:
            self._found("rows lost")
        process = await self._born(url, 0)
        await asyncio.to_thread(process.join, _LONGEST)
        assert process.exitcode == 0, f"the next one did not finish it: {process.exitcode}"
        await schema.check(url)
        if await on(url, everything) != old.fresh:
            self._found("another schema")
        if await on(url, _rows) != old.rows:
            self._found("rows lost")
        ctx = Context.on(url)
        for breach in await check_invariants(ctx.store, ctx):
            self._found("broken promises", str(breach))
        await ctx.store.close()

    def _found(self, what: str, says: str = "") -> None:
        self.broken[what] += 1
        sys.stderr.write(f"{what}, behind statement {self._behind} {says}\n")


async def killed_migrations(
    template: Path | Postgres, folder: Path, seed: int, kills: int, **otherwise: Any
) -> Found:
    """So many deaths, each on a copy of its own: what it did, and what must be 0. Parts alike,
    seed by seed, go on where the one before left off. `otherwise` as `Killings` takes it."""
    goes_on = {"behind": int((seed - 1) * kills * (1 - _AT_ANY_MOMENT))}
    run = Killings(await _old(template, folder), folder, seed, **{**goes_on, **otherwise})
    await run.run(kills)
    return dict(run.did), dict(run.broken)


def main() -> int:
    return long_form("killed migrations", __doc__, "kills", 200, killed_migrations)


if __name__ == "__main__":
    sys.exit(main())
