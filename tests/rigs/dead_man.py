"""Each loop of the service is made to stand still, for real: `python -m tests.rigs.dead_man`.

A real service for each loop, in a process of its own, beside it `encompass watch` as it is run on
another machine. Measured: how long until the watch ends because of it, and whether the service's
own audit has found the same.
"""

import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig import FIRST_ACCOUNT, prepare, without_nurses
from bot.clock import MachineClock
from bot.flow.context import STILL, Stage
from bot.sandbox.bot_api import Sandbox
from bot.store import alarms
from bot.store.unit_of_work import Store
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port
from tests.rigs.long_form import long_form
from tests.rigs.mortal import POLL, REAL, Life, born

LOOPS = (POLL, *sorted(set(Stage) - {Stage.EMAIL, Stage.SMS}))
"""A way beside Telegram is a channel's sender as Telegram's is: the same loop."""
_WITHIN = 60.0
_AUDITED_WITHIN = 60.0
"""Of the service's own audit, which comes every thirty seconds, from there."""
_COMES_ROUND = 3.0
"""Seconds in which every loop has come round."""
_EVERY = 0.5


@dataclass(frozen=True)
class Heard:
    """What became of one loop that stands still."""

    seconds: float
    named: bool
    audited: bool


async def stand_still(
    template: Path | Postgres, folder: Path, loop: str, preparing: asyncio.Lock
) -> Heard:
    """One service of which this loop stands still, until it is heard of or for two minutes. One
    database is prepared at a time: migrations know of one in a process."""
    folder.mkdir()
    config = without_nurses(folder)
    async with AsyncExitStack() as stack:
        made = fresh_database(template, folder / "database")
        database = await stack.enter_async_context(made)
        sandbox = await stack.enter_async_context(Sandbox(MachineClock()))
        phone = sandbox.person(FIRST_ACCOUNT)
        phone.chat.started = True
        async with preparing:
            await prepare(database, config, 1, 1)
        life = Life(database, str(config), sandbox.token, sandbox.url, free_port(), waits=REAL,
                    stands_still=loop)  # fmt: skip
        process = await stack.enter_async_context(born(life))
        watch = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "watch", life.url,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await asyncio.sleep(_COMES_ROUND)
        os.kill(process.pid, signal.SIGUSR1)
        since = time.monotonic()
        phone.say("/help")  # the poll that is open now is the last one that comes back
        try:
            _, said = await asyncio.wait_for(watch.communicate(), 2 * _WITHIN)
        except TimeoutError:
            watch.kill()
            await watch.wait()
            return Heard(2 * _WITHIN, named=False, audited=False)
        seconds = time.monotonic() - since
        named = said.decode().rstrip().endswith(f"is not well: {STILL}{loop}.")
        return Heard(seconds, named, loop == Stage.WATCH or await _audited(database, loop))


async def _audited(database: str, loop: str) -> bool:
    """Whether the service has an alarm of it; nothing but the audit's own loop says so else."""
    store = Store(database)
    try:
        for _ in range(round(_AUDITED_WITHIN / _EVERY)):
            async with store.reading() as tx:
                standing = [row.name for row in await alarms.standing(tx)]
            if any(n.startswith(STILL) and n.endswith(f":{loop}") for n in standing):
                return True
            await asyncio.sleep(_EVERY)
        return False
    finally:
        await store.close()


async def _all(
    template: Path | Postgres, folder: Path, seed: int, loops: int
) -> tuple[dict[str, int], dict[str, int]]:
    """So many loops, beginning with the one of this number, all at once."""
    chosen = [LOOPS[(seed - 1 + number) % len(LOOPS)] for number in range(loops)]
    preparing = asyncio.Lock()
    heard = await asyncio.gather(
        *(stand_still(template, folder / f"{n}", loop, preparing) for n, loop in enumerate(chosen))
    )
    for loop, one in zip(chosen, heard, strict=True):
        sys.stderr.write(f"{loop}: {one.seconds:.1f} s\n")
    return {
        "loops": loops,
        "longest in ms": round(max(one.seconds for one in heard) * 1000),
    }, {
        "not heard of within a minute": sum(one.seconds > _WITHIN for one in heard),
        "not named": sum(not one.named for one in heard),
        "not found by the audit": sum(not one.audited for one in heard),
    }


def main() -> int:
    return long_form("dead man", __doc__, "loops", len(LOOPS), _all)


if __name__ == "__main__":
    sys.exit(main())
