"""Several workers on one database, of which one is killed, frozen or slowed, over and over:
`python -m tests.rigs.workers --rounds 10`.

Two or three real services on PostgreSQL and one Telegram with its real limits; notices, in bursts
that fill the pace, and presses all the while. In each round one worker, mostly the one that hears
Telegram, is caught with messages in its hands, at times in the middle of a transaction, and dies,
stands still for longer than its lease and its claims and then goes on as if nothing had been, or
gets hardly any time. Measured from there: how long until a press is answered and a message leaves.

Telegram's limits are judged by when a message arrives, in the process of this rig: what comes while
that process itself stands still arrives all at once, and its refusals say nothing of the service.
They are counted by themselves.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from benchmarks.rig import FIRST_ACCOUNT, prepare, without_nurses
from benchmarks.stalls import note_stalls, noted
from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import TELEGRAMS, Limits
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port
from tests.rigs.load import Load
from tests.rigs.long_form import long_form
from tests.rigs.looks import Looks
from tests.rigs.mortal import REAL, Life, Waits, Without, births, live
from tests.rigs.tally import PACED, doubled, most_within_a_second

SCHOOLS = 60
"""So many chats that what is owed to them fills the pace over all chats, not each chat's own."""
_SENDERS, _BETWEEN = 2, 0.5
_BURST = 60
_TAKEN_OVER_WITHIN = 15.0
_STORM = 3
"""Conflicts in one round: the poll that a frozen worker left open is ended by the next worker's."""
_OF_WHO_HEARS = 0.7
"""The share of rounds in which it is the worker that hears Telegram."""
_IN_A_TRANSACTION = 0.4
"""The share of rounds in which it is to be caught while it holds rows of the database."""
_CATCHES = 60
_ON_ITS_WAY = 0.3
"""Seconds in which what left before the fault may still arrive."""
_PATIENCE = 60.0
_PRESSES_AGAIN = 3.0
"""Seconds until somebody presses again: a press is recorded first, and its answer may die with the
worker that would have given it."""
_MOMENT = 0.02
_STOOD_STILL, _AROUND = 0.03, 1.2
"""Seconds: for so long, and so long before a refusal, which judges a second."""


class Fault(StrEnum):
    """What is done to a worker."""

    KILLED = "killed"
    FROZEN = "frozen"
    SLOWED = "slowed"


@dataclass(frozen=True)
class Spans:
    """How long a worker is frozen and slowed, in seconds. A frozen one wakes up before its claims
    are over, behind them, or behind their repeats."""

    frozen: tuple[float, float] = (3.0, 32.0)
    slowed: float = 12.0
    stands: tuple[float, float] = (0.05, 1.0)
    runs: tuple[float, float] = (0.05, 0.3)


_SPANS = Spans()


@dataclass
class Worker:
    """One of the services, in a process of its own."""

    life: Life
    process: Any

    def signal(self, number: signal.Signals) -> None:
        if self.process.exitcode is None:
            os.kill(self.process.pid, number)


@dataclass
class Relay:
    """One run."""

    lives: list[Life]
    load: Load
    looks: Looks
    seed: int
    spans: Spans = _SPANS
    burst: int = _BURST
    stalls: Path = Path(os.devnull)
    """Where it is noted how long this rig's own loop was held up."""
    takeovers: list[float] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._births = births()
        self._workers: list[Worker] = []
        self._ledger: Ledger = self.load.sandbox.ledger

    async def run(self, rounds: Iterable[Fault | None]) -> None:
        """A round for each fault; None has it drawn."""
        try:
            self._workers = [Worker(life, self._born(life)) for life in self.lives]
            await self._all_live()
            async with self.load.all_the_while() as no_more_notices:
                for fault in rounds:
                    await self._round(fault or self._lot.choice(list(Fault)))
                await no_more_notices()
                await self.load.settled()
            for worker in self._workers:
                worker.process.terminate()
                await asyncio.to_thread(worker.process.join, 20)
        finally:
            for worker in self._workers:
                if worker.process.exitcode is None:
                    worker.process.kill()

    def _born(self, life: Life) -> Any:
        process = self._births.Process(target=live, args=(life,), daemon=True)
        process.start()
        return process

    async def _all_live(self) -> None:
        for worker in self._workers:
            await self.load.answers(worker.life.url)

    async def _round(self, fault: Fault) -> None:
        before, floods = len(self._ledger.refusals(409)), self._ledger.floods_earned
        bursting = [asyncio.create_task(self.load.send_one()) for _ in range(self.burst)]
        try:
            victim = await self._victim()
            held = await self._catch(victim)
            hears = victim.process.pid == await self.looks.who_hears()
            self.faults.update([fault.value, *(["in a transaction"] if held else [])])
            took = asyncio.create_task(self._taken_over())
            await self._suffer(victim, fault)
            sent, heard = await took
            self.takeovers.append(max(sent, heard))
            await asyncio.gather(*bursting)
        finally:
            for task in bursting:
                task.cancel()
        await self._all_live()
        self.conflicts.append(len(self._ledger.refusals(409)) - before)
        sys.stderr.write(
            f"{fault}{', who hears' if hears else ''}{', in a transaction' if held else ''}: "
            f"sent {sent:.1f} s, heard {heard:.1f} s, {self.conflicts[-1]} conflicts, "
            f"{self._ledger.floods_earned - floods} refused for the pace\n"
        )

    async def _victim(self) -> Worker:
        hears = await self.looks.who_hears()
        of_it = self._lot.random() < _OF_WHO_HEARS
        fitting = [w for w in self._workers if (w.process.pid == hears) == of_it]
        return self._lot.choice(fitting or self._workers)

    async def _catch(self, victim: Worker) -> bool:
        """Stop it with messages in its hands, inside a transaction or outside of one, as it is
        drawn; which it is."""
        wants_rows = self._lot.random() < _IN_A_TRANSACTION
        for left in reversed(range(_CATCHES)):
            victim.signal(signal.SIGSTOP)
            waits = victim.life.waits
            in_hand = await self.looks.in_hand(victim.process.pid, waits.claim_seconds)
            holds = await self.looks.holds_rows(victim.process.pid)
            if in_hand and (holds == wants_rows or left < _CATCHES // 2):
                return holds
            victim.signal(signal.SIGCONT)
            await asyncio.sleep(self._lot.uniform(_MOMENT, 3 * _MOMENT))
        victim.signal(signal.SIGSTOP)
        return False

    async def _suffer(self, victim: Worker, fault: Fault) -> None:
        """From the moment it was caught until it is well again."""
        match fault:
            case Fault.KILLED:
                victim.process.kill()
                await asyncio.to_thread(victim.process.join, 20)
                assert victim.process.exitcode == -9
                await asyncio.sleep(self._lot.uniform(0, _TAKEN_OVER_WITHIN))
                victim.process = self._born(victim.life)
            case Fault.FROZEN:
                await asyncio.sleep(self._lot.uniform(*self.spans.frozen))
                victim.signal(signal.SIGCONT)
            case Fault.SLOWED:
                until = asyncio.get_running_loop().time() + self.spans.slowed
                while asyncio.get_running_loop().time() < until:
                    await asyncio.sleep(self._lot.uniform(*self.spans.stands))
                    victim.signal(signal.SIGCONT)
                    await asyncio.sleep(self._lot.uniform(*self.spans.runs))
                    victim.signal(signal.SIGSTOP)
                victim.signal(signal.SIGCONT)

    async def _taken_over(self) -> tuple[float, float]:
        """Seconds until a message has left that the one which was caught did not send, and until
        somebody who presses, and presses again, is answered."""
        since = self.load.sandbox.clock.now()
        on_its_way = timedelta(seconds=_ON_ITS_WAY)
        ends = await asyncio.gather(
            *(
                asyncio.wait_for(each, _PATIENCE)
                for each in (self._leaves(since + on_its_way), self._answers(since))
            ),
            return_exceptions=True,
        )
        sent, heard = (
            (at - since).total_seconds() if isinstance(at, datetime) else _PATIENCE for at in ends
        )
        return sent, heard

    async def _answers(self, since: datetime) -> datetime:
        phone = self.load.sandbox.person(FIRST_ACCOUNT + self._lot.randrange(SCHOOLS))
        presses = []
        while True:
            presses.append(phone.press_data("a press that nobody was offered"))
            for _ in range(round(_PRESSES_AGAIN / _MOMENT)):
                for press in presses:
                    if press.answer is not None and press.answer.at > since:
                        return press.answer.at
                await asyncio.sleep(_MOMENT)

    async def _leaves(self, since: datetime) -> datetime:
        while True:
            for entry in reversed(self._ledger.accepted):
                if entry.at < since:
                    break
                if entry.method in PACED:
                    return entry.at
            await asyncio.sleep(_MOMENT)

    def _floods(self) -> int:
        """Refusals for the pace that are the service's."""
        stood = [at for at, late in noted(self.stalls) if late >= _STOOD_STILL]
        refused = [r.at.timestamp() for r in self._ledger.refusals(429, injected=False)]
        return sum(not any(at - _AROUND <= end <= at + _AROUND for end in stood) for at in refused)

    def did(self) -> dict[str, int]:
        """What happened, in numbers."""
        return {
            "rounds": len(self.takeovers),
            **{fault: self.faults[fault] for fault in (*Fault, "in a transaction")},
            "accepted": len(self.load.accepted),
            "messages": len(self._ledger.sends()),
            "presses": self.load.presses,
            "409s": len(self._ledger.refusals(409)),
            "429s while the rig stood still": self._ledger.floods_earned - self._floods(),
            "most within a second": most_within_a_second(self._ledger),
            "longest takeover in ms": round(max(self.takeovers) * 1000),
        }

    async def broken(self, database: str) -> dict[str, int]:
        """What must be 0."""
        alarms = await self.looks.alarms()
        for name in alarms:
            sys.stderr.write(f"it stands as wrong: {name}\n")
        return {
            **await self.load.broken(database),
            "doubled": doubled(self._ledger, self.load.accepted.values()),
            "late takeovers": sum(each > _TAKEN_OVER_WITHIN for each in self.takeovers),
            "429s": self._floods(),
            "storms of 409s": sum(each > _STORM for each in self.conflicts),
            "alarms left": len(alarms),
        }


async def relay(
    template: Path | Postgres,
    folder: Path,
    seed: int,
    rounds: Iterable[Fault | None],
    *,
    workers: int = 2,
    waits: Waits = REAL,
    without: Without | None = None,
    limits: Limits = TELEGRAMS,
    spans: Spans = _SPANS,
    burst: int = _BURST,
) -> tuple[dict[str, int], dict[str, int]]:
    """One run on a fresh database: what it did, and what must be 0."""
    config = without_nurses(folder)
    async with (
        fresh_database(template, folder / "database") as database,
        Sandbox(MachineClock(), limits=limits) as sandbox,
        httpx.AsyncClient(timeout=2) as http,
        Looks.into(database) as looks,
    ):
        for number in range(SCHOOLS):
            sandbox.person(FIRST_ACCOUNT + number).chat.started = True
        key = await prepare(database, config, SCHOOLS, 1)
        lives = [
            Life(database, str(config), sandbox.token, sandbox.url, free_port(),
                 waits=waits, without=without)
            for _ in range(workers)
        ]  # fmt: skip
        load = Load(sandbox, http, key, [life.url for life in lives], SCHOOLS, _SENDERS, _BETWEEN)
        stalls = folder / "stalls"
        run = Relay(lives, load, looks, seed, spans, burst, stalls)
        noting = asyncio.create_task(note_stalls(stalls))
        try:
            await run.run(rounds)
            return run.did(), await run.broken(database)
        finally:
            noting.cancel()


async def _relay(
    template: Path | Postgres, folder: Path, seed: int, rounds: int
) -> tuple[dict[str, int], dict[str, int]]:
    return await relay(template, folder, seed, [None] * rounds, workers=2 + seed % 2)


def main() -> int:
    return long_form("workers", __doc__, "rounds", 10, _relay, ("postgres",))


if __name__ == "__main__":
    sys.exit(main())
