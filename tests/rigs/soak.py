"""Hours of a force's busiest Monday, ten times over: `python -m tests.rigs.soak --minutes 120`.

The real `encompass serve` under Telegram's limits; notices at moments drawn by lot, some of them
repeated, corrected or withdrawn; people who read and acknowledge; health and metrics asked for
every few seconds. What the process says of itself in its metrics is kept: memory, tasks and open
files must be at the end what they were once it was warm.
"""

import asyncio
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rig import FIRST_ACCOUNT, Rig, notice, rig
from bot.sandbox.chats import ChatMessage
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.rigs.load import broken_promises
from tests.rigs.long_form import long_form

A_MINUTE = 2100 / 120
"""Ten times the 210 notices of a force's Monday, in two hours instead of a day."""
SCHOOLS = 40
_LOOKS_EVERY = 5.0
_GROWTH = 1.10
_SPARE_TASKS, _SPARE_FILES = 2, 16
"""More than when warm that is no leak: the request that asks for the figures has a task of its own;
and a pool of connections grows to its size whenever the load first asks for it, hours on maybe."""
_SETTLES = 1200


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at one look."""

    memory: float
    tasks: float
    files: float


def leaks(samples: Sequence[Sample]) -> dict[str, int]:
    """What must be 0: growth from the second twelfth, when all is warm, to the last. Of memory the
    middle counts, of tasks and files what is there at the quietest: work in hand is no leak."""
    share = max(1, len(samples) // 12)
    warm, last = samples[share : 2 * share], samples[-share:]
    memory = [statistics.median(one.memory for one in of) for of in (warm, last)]
    tasks = [min(one.tasks for one in of) for of in (warm, last)]
    files = [min(one.files for one in of) for of in (warm, last)]
    return {
        "memory grown over a tenth": int(memory[1] > memory[0] * _GROWTH),
        "tasks left": max(0, int(tasks[1] - tasks[0]) - _SPARE_TASKS),
        "files left open": max(0, int(files[1] - files[0]) - _SPARE_FILES),
    }


@dataclass
class Soak:
    """One run."""

    rig: Rig
    seed: int
    a_minute: float
    samples: list[Sample] = field(default_factory=list)
    accepted: dict[int, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    presses: int = 0

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._key = {"Authorization": f"Bearer {self.rig.key}"}

    async def run(self, minutes: float) -> None:
        people = asyncio.create_task(self._press())
        looks = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(minutes * 60):
                await self._send()
        except TimeoutError:
            await self._settled()
        finally:
            for task in (people, looks):
                task.cancel()
            done = await asyncio.gather(people, looks, return_exceptions=True)
        for error in done:
            if isinstance(error, Exception):
                raise error

    async def _send(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(self._lot.expovariate(self.a_minute / 60))
            number += 1
            reference = await self._post("", notice(number, SCHOOLS))
            self.accepted[number] = reference
            match self._lot.randrange(20):
                case 0:
                    again = await self._post("", notice(number, SCHOOLS))
                    assert again == reference, "a repeat is the notice it repeats"
                case 1:
                    self.withdrawn.add(reference)
                    await self._post(f"/{reference}/withdrawal", {"reason": "wrong_family"})
                case 2:
                    more = {"text": "Synthetic: no change."}
                    await self._post(f"/{reference}/updates", more)

    async def _post(self, path: str, body: object) -> str:
        answer = await self.rig.http.post(
            f"/api/v1/notifications{path}", json=body, headers=self._key
        )
        answer.raise_for_status()
        return str(answer.json()["reference"])

    async def _press(self) -> None:
        """Everybody reads half of what they are told of, and acknowledges all of it."""
        pressed: set[tuple[int, str]] = set()
        while True:
            for number in range(SCHOOLS):
                phone = self.rig.sandbox.person(FIRST_ACCOUNT + number)
                for message in phone.received:
                    wanted = self._wanted(message)
                    if wanted and (message.message_id, wanted) not in pressed:
                        pressed.add((message.message_id, wanted))
                        phone.press(wanted, message)
                        self.presses += 1
            await asyncio.sleep(1)

    @staticmethod
    def _wanted(message: ChatMessage) -> str | None:
        reads = "Open details" if message.message_id % 2 else "Acknowledge"
        return next((text for text in (reads, "Acknowledge") if message.button(text)), None)

    async def _look(self) -> None:
        while True:
            ready = await self.rig.http.get("/health/ready")
            assert ready.status_code == 200, ready.text
            told = (await self.rig.http.get("/metrics")).text
            said = dict(line.rsplit(" ", 1) for line in told.splitlines() if line[0] != "#")
            self.samples.append(
                Sample(
                    float(said["encompass_process_resident_memory_bytes"]) / 1e6,
                    float(said["encompass_tasks"]),
                    float(said["encompass_process_open_fds"]),
                )
            )
            await asyncio.sleep(_LOOKS_EVERY)

    async def _settled(self) -> None:
        """Everything that was not withdrawn is acknowledged."""
        left = set(self.accepted.values()) - self.withdrawn
        for _ in range(_SETTLES):
            for reference in list(left)[:50]:
                path = f"/api/v1/notifications/{reference}"
                answer = (await self.rig.http.get(path, headers=self._key)).json()
                if {alert["state"] for alert in answer["alerts"]} == {"acknowledged"}:
                    left.discard(reference)
            if not left:
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"never acknowledged: {sorted(left)[:5]} and {len(left)} in all")

    async def broken(self) -> dict[str, int]:
        """What must be 0, while the service still runs."""
        told = " ".join(entry.text or "" for entry in self.rig.sandbox.ledger.sends())
        stood = set(self.accepted.values()) - self.withdrawn
        return {
            "lost": sum(reference not in told for reference in stood),
            "broken promises": await broken_promises(self.rig.database),
            "429s earned": self.rig.sandbox.ledger.floods_earned,
            **leaks(self.samples),
        }


async def soak(
    template: Path | Postgres, folder: Path, seed: int, minutes: float, a_minute: float = A_MINUTE
) -> tuple[dict[str, int], dict[str, int]]:
    """One run on a fresh database: what it did, and what must be 0."""
    async with (
        fresh_database(template, folder) as database,
        rig(schools=SCHOOLS, recipients=1, database=database) as running,
    ):
        run = Soak(running, seed, a_minute)
        await run.run(minutes)
        share = max(1, len(run.samples) // 12)
        warm, last = run.samples[share : 2 * share], run.samples[-share:]
        did = {
            "minutes": round(minutes),
            "accepted": len(run.accepted),
            "messages": len(running.sandbox.ledger.sends()),
            "presses": run.presses,
            "MB when warm": round(statistics.median(one.memory for one in warm)),
            "MB at the end": round(statistics.median(one.memory for one in last)),
        }
        return did, await run.broken()


def main() -> int:
    return long_form("soak", __doc__, "minutes", 120, soak)


if __name__ == "__main__":
    sys.exit(main())
