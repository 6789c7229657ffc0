"""A service under load, killed over and over: `python -m tests.rigs.kills --kills 100`.

The real service in a process of its own, a sandbox with telephones and a sender in this one.
Notices and presses arrive all the while; the service dies by SIGKILL right before or right behind a
commit drawn by lot, or at any moment, and is born again. In the end it lives, everything is
settled, and what was accepted is held against the sandbox's ledger and every promise against the
database.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from benchmarks.rig import FIRST_ACCOUNT, notice, prepare, without_nurses
from bot.clock import MachineClock
from bot.flow.context import Context
from bot.flow.watch import check_invariants
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from bot.store.unit_of_work import Store
from tests.conftest import fresh_database
from tests.databases import Postgres, template_of
from tests.ports import free_port
from tests.rigs.evidence import closes
from tests.rigs.mortal import Life, births, live

SCHOOLS = 20
_SENDERS = 4
_BETWEEN = 0.1
"""Seconds between one sender's notices: some twenty to fifty for each life."""
_AT_A_COMMIT = 0.7
"""The share of deaths at a commit; the others come at any moment."""
_COMMITS = {"sqlite+aiosqlite": (1, 60), "postgresql+asyncpg": (1, 240)}
"""Deaths at a commit, by its number in that life; on SQLite units share their commits."""
_SECONDS = (0.1, 1.2)
_LONGEST_LIFE = 15.0
_PATIENCE = 20.0
"""Seconds until somebody presses again whose press came to nothing. A press that finds nobody waits
at Telegram: pressing sooner makes a queue that is longer than what is left to do."""
_SETTLES = 6000


@dataclass
class Siege:
    """One run."""

    life: Life
    sandbox: Sandbox
    http: httpx.AsyncClient
    key: str
    seed: int
    kills: int = 0
    presses: int = 0
    accepted: dict[int, str] = field(default_factory=dict)
    _process: Any = None
    _number: int = 0

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._births = births()
        self._commits = _COMMITS[self.life.database.partition(":")[0]]

    async def run(self, kills: int) -> None:
        begun = [asyncio.create_task(self._send()) for _ in range(_SENDERS)]
        pressing = asyncio.create_task(self._press())
        try:
            for _ in range(kills):
                await self._one_life()
                self.kills += 1
            for sender in begun:
                sender.cancel()
            self._born(self.life)
            await self._settled()
            self._process.terminate()
            await asyncio.to_thread(self._process.join, 20)
        finally:
            for task in (*begun, pressing):
                task.cancel()
            await asyncio.gather(*begun, pressing, return_exceptions=True)
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
            await self._answers()
            await asyncio.sleep(seconds)
            self._process.kill()
        await asyncio.to_thread(self._process.join, _LONGEST_LIFE)
        if self._process.exitcode is None:  # it found too little to do to come to that commit
            self._process.kill()
            await asyncio.to_thread(self._process.join, _LONGEST_LIFE)
        assert self._process.exitcode == -9, f"it ended by itself: {self._process.exitcode}"

    async def _answers(self) -> None:
        for _ in range(_SETTLES):
            try:
                await self.http.get("/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.01)
            else:
                return
        raise AssertionError("the service was never born")

    async def _send(self) -> None:
        """Notices without end; each is sent until it is accepted, as a sender does."""
        while True:
            number, self._number = self._number, self._number + 1
            while number not in self.accepted:
                try:
                    answer = await self.http.post(
                        "/api/v1/notifications",
                        json=notice(number, SCHOOLS),
                        headers={"Authorization": f"Bearer {self.key}"},
                    )
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
                    continue
                if answer.status_code in (200, 202):
                    self.accepted[number] = answer.json()["reference"]
                else:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(_BETWEEN)

    async def _press(self) -> None:
        """Everybody acknowledges whatever they are told of, until it says so."""
        tried: dict[int, float] = {}
        while True:
            now = asyncio.get_running_loop().time()
            for number in range(SCHOOLS):
                phone = self.sandbox.person(FIRST_ACCOUNT + number)
                for message in phone.received:
                    if message.button("Acknowledge") is None:
                        continue
                    if now - tried.get(message.message_id, 0.0) > _PATIENCE:
                        tried[message.message_id] = now
                        phone.press("Acknowledge", message)
                        self.presses += 1
            await asyncio.sleep(0.1)

    async def _settled(self) -> None:
        """Every accepted notice is acknowledged."""
        left = set(self.accepted.values())
        for _ in range(_SETTLES):
            for reference in list(left)[:50]:
                if await self._is_acknowledged(reference):
                    left.discard(reference)
            if not left:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never acknowledged: {sorted(left)[:5]} and {len(left)} in all")

    async def _is_acknowledged(self, reference: str) -> bool:
        try:
            answer = await self.http.get(
                f"/api/v1/notifications/{reference}",
                headers={"Authorization": f"Bearer {self.key}"},
            )
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            return False
        return {alert["state"] for alert in answer.json()["alerts"]} == {"acknowledged"}

    async def broken(self) -> dict[str, int]:
        """What must be 0."""
        told = " ".join(entry.text or "" for entry in self.sandbox.ledger.sends())
        lost = sum(reference not in told for reference in self.accepted.values())
        return {"lost": lost, "broken promises": await broken_promises(self.life.database)}


async def broken_promises(database: str) -> int:
    """How many stand broken in a database, each said on the way."""
    ctx = Context(Store(database), MachineClock(), "auditing")
    try:
        breaches = await check_invariants(ctx.store, ctx)
    finally:
        await ctx.store.close()
    for breach in breaches:
        sys.stderr.write(f"broken: {breach}\n")
    return sum(breach.count for breach in breaches)


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
        port = free_port()
        life = Life(database, str(config), sandbox.token, sandbox.url, port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http:
            run = Siege(life, sandbox, http, key, seed)
            await run.run(kills)
            run.accepted |= {-number: f"ENC-LOST{number}" for number in range(1, loses + 1)}
            broken = await run.broken()
        did = {
            "kills": run.kills,
            "accepted": len(run.accepted),
            "messages": len(sandbox.ledger.sends()),
            "presses": run.presses,
        }
        return did, broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--record", action="store_true", help="keep the line in docs/evidence.jsonl"
    )
    given = parser.parse_args()
    with (
        template_of(given.engine) as template,
        tempfile.TemporaryDirectory(
            prefix="encompass-kills-", ignore_cleanup_errors=True
        ) as folder,
    ):
        did, broken = asyncio.run(siege(template, Path(folder), given.seed, given.kills))
    line = closes("kill", given.engine, given.seed, did, broken, record=given.record)
    return 0 if line.held else 1


if __name__ == "__main__":
    sys.exit(main())
