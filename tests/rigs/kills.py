"""A service under load, killed over and over: `python -m tests.rigs.kills --kills 100`.

The real service in a process of its own, a sandbox with telephones and a sender in this one.
Notices and presses arrive all the while; the service dies by SIGKILL right before or right behind a
commit drawn by lot, or at any moment, and is born again. In the end it lives, everything is
settled, and what was accepted is held against the sandbox's ledger and every promise against the
database.
"""

import asyncio
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from benchmarks.rig import FIRST_ACCOUNT, prepare, without_nurses
from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port
from tests.rigs.load import Load
from tests.rigs.long_form import long_form
from tests.rigs.mortal import Life, births, live

SCHOOLS = 20
_BETWEEN = 0.1
"""Seconds between one sender's notices: some twenty to fifty for each life."""
_AT_A_COMMIT = 0.7
"""The share of deaths at a commit; the others come at any moment."""
_SENDERS = {"sqlite+aiosqlite": 4, "postgresql+asyncpg": 6}
_COMMITS = {"sqlite+aiosqlite": (1, 60), "postgresql+asyncpg": (1, 300)}
"""Deaths at a commit, by its number in that life; on SQLite units share their commits."""
_SECONDS = (0.1, 1.2)
_LONGEST_LIFE = 15.0


@dataclass
class Siege:
    """One run."""

    life: Life
    load: Load
    seed: int
    kills: int = 0
    _process: Any = None

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._births = births()
        self._commits = _COMMITS[_engine(self.life.database)]

    async def run(self, kills: int) -> None:
        try:
            async with self.load.all_the_while() as no_more_notices:
                for _ in range(kills):
                    await self._one_life()
                    self.kills += 1
                self._born(self.life)
                await no_more_notices()
                await self.load.settled()
                self._process.terminate()
                await asyncio.to_thread(self._process.join, 20)
        finally:
            if self._process.exitcode is None:
                self._process.kill()

    def _born(self, life: Life) -> None:
        self._process = self._births.Process(target=live, args=(life,), daemon=True)
        self._process.start()

    async def _one_life(self) -> None:
        """From a birth to a death."""
        at_a_commit = self._lot.random() < _AT_A_COMMIT
        commit, after = self._lot.randint(*self._commits), self._lot.random() < 0.5
        seconds = self._lot.uniform(*_SECONDS)
        self._born(replace(self.life, dies_at=commit if at_a_commit else 0, after_commit=after))
        if not at_a_commit:
            await self.load.answers(self.life.url)
            await asyncio.sleep(seconds)
            self._process.kill()
        await asyncio.to_thread(self._process.join, _LONGEST_LIFE)
        if self._process.exitcode is None:  # it found too little to do to come to that commit
            self._process.kill()
            await asyncio.to_thread(self._process.join, _LONGEST_LIFE)
        assert self._process.exitcode == -9, f"it ended by itself: {self._process.exitcode}"


def _engine(database: str) -> str:
    return database.partition(":")[0]


async def siege(
    template: Path | Postgres, folder: Path, seed: int, kills: int, *, loses: int = 0
) -> tuple[dict[str, int], dict[str, int]]:
    """One run on a fresh database: what it did, and what must be 0. `loses`: how many it is to
    believe accepted that never were, to show that it would see them."""
    config = without_nurses(folder)
    async with (
        fresh_database(template, folder / "database") as database,
        Sandbox(MachineClock(), limits=UNLIMITED) as sandbox,
    ):
        for number in range(SCHOOLS):
            sandbox.person(FIRST_ACCOUNT + number).say("hello")
        key = await prepare(database, config, SCHOOLS, 1)
        life = Life(database, str(config), sandbox.token, sandbox.url, free_port())
        senders = _SENDERS[_engine(database)]
        async with httpx.AsyncClient(timeout=5) as http:
            load = Load(sandbox, http, key, [life.url], SCHOOLS, senders, _BETWEEN)
            run = Siege(life, load, seed)
            await run.run(kills)
            load.accepted |= {-number: f"ENC-LOST{number}" for number in range(1, loses + 1)}
            broken = await load.broken(database)
        did = {
            "kills": run.kills,
            "accepted": len(load.accepted),
            "messages": len(sandbox.ledger.sends()),
            "presses": load.presses,
        }
        return did, broken


def main() -> int:
    return long_form("kill", __doc__, "kills", 50, siege)


if __name__ == "__main__":
    sys.exit(main())
