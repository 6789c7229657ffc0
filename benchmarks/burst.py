"""A burst as fast as it is taken in, three recipients a notice, beside the floor of the same
sitting: `python -m benchmarks.burst` runs both in turn, three times."""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import HEAD, Figure, quantile
from benchmarks.rig import FIRST_ACCOUNT, arrived, notice, prepare, without_nurses
from benchmarks.stalls import longest
from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port

SCHOOLS, RECIPIENTS = 200, 3
_AT_ONCE = 50
"""Connections of the sender."""
_LOOKS = 60_000
_NOTICE = len(json.dumps(notice(1, SCHOOLS)))
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Burst:
    """What one took: alerts a second until the last message, seconds, megabytes."""

    a_second: float
    accept_p99: float
    processor: float
    memory: float
    stored: int
    """Bytes that the database has grown by."""
    stall: float
    """Seconds that its loop was held up, at the longest."""
    doubled: int
    """Messages more than one for each notice and person."""


@dataclass(frozen=True)
class Running:
    """The floor or the service in a process of its own, warm: one notice has been brought."""

    sandbox: Sandbox
    ports: list[int]
    key: str
    processes: list[int]
    database: Path | None
    stalls: Path


@asynccontextmanager
async def running(
    of: str, *, template: Path | Postgres | None = None, workers: int = 1
) -> AsyncIterator[Running]:
    """`of` is the floor or the service; the latter on a database made from the template, if one is
    given, and with so many workers, each on the next port."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="encompass-bench-")))
        sandbox = await stack.enter_async_context(Sandbox(MachineClock(), limits=UNLIMITED))
        for number in range(SCHOOLS * RECIPIENTS):
            sandbox.person(FIRST_ACCOUNT + number).chat.started = True
        ports, key, database = [free_port() for _ in range(workers)], "none", None
        commands, environment = list[list[str]](), dict(os.environ)
        if of == "floor":
            commands.append([
                "benchmarks.floor", str(folder / "floor.db"), str(ports[0]), sandbox.token,
                sandbox.url, str(RECIPIENTS), str(FIRST_ACCOUNT),
            ])  # fmt: skip
        else:
            url, config = f"sqlite+aiosqlite:///{folder / 'bench.db'}", without_nurses(folder)
            if template is None:
                database = folder / "bench.db"
            else:
                url = await stack.enter_async_context(fresh_database(template, folder / "made"))
            key = await prepare(url, config, SCHOOLS, RECIPIENTS)
            environment |= {
                "ENCOMPASS_TELEGRAM_TOKEN": sandbox.token, "ENCOMPASS_TELEGRAM_API": sandbox.url,
                "ENCOMPASS_DATABASE_URL": url, "ENCOMPASS_CONFIG_DIR": str(config),
                "ENCOMPASS_LOG_LEVEL": "ERROR", "ENCOMPASS_PARTNER_RATE": "100000",
            }  # fmt: skip
            commands += [["benchmarks.unpaced", str(folder / "stalls")]] * workers
        processes = []
        for command, port in zip(commands, ports, strict=True):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *command,
                env={**environment, "ENCOMPASS_HTTP_PORT": str(port)},
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            stack.push_async_callback(_ended, process)
            processes.append(process.pid)
        await _up(sandbox, ports, key)
        if of == "service":
            await menus_set(sandbox, SCHOOLS * RECIPIENTS)
        yield Running(sandbox, ports, key, processes, database, folder / "stalls")


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


async def burst(of: str, notices: int, **given: Any) -> Burst:
    """As fast as it is taken in; what is given is `running`'s."""
    async with running(of, **given) as up:
        return await _measured(up, notices)


async def _up(sandbox: Sandbox, ports: list[int], key: str) -> None:
    """The first notice is taken in once it is up, and brought."""
    for port in ports:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            for _ in range(_LOOKS):
                try:
                    await send(http, key, 0)
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    break
    await arrived(sandbox, RECIPIENTS)


async def menus_set(sandbox: Sandbox, people: int) -> None:
    """Once, at its very first start, the service gives everybody a menu; that is no alert."""
    for _ in range(_LOOKS):
        if len(sandbox.ledger.calls("setMyCommands")) >= people:
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the menus were never set")


async def send(http: httpx.AsyncClient, key: str, number: int) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    body = notice(number, SCHOOLS)
    answer = await http.post("/api/v1/notifications", json=body, headers=headers)
    answer.raise_for_status()


async def _measured(up: Running, notices: int) -> Burst:
    limits, took = httpx.Limits(max_connections=_AT_ONCE), list[float]()
    async with AsyncExitStack() as stack:
        doors = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, limits=limits)
            )
            for port in up.ports
        ]
        asked = iter(range(1, notices + 1))

        async def sender() -> None:
            for number in asked:
                begin = time.perf_counter()
                await send(doors[number % len(doors)], up.key, number)
                took.append(time.perf_counter() - begin)

        stored = _stored(up.database)
        worked, begun, begin = _processor(up.processes), time.time(), time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(_AT_ONCE)))
        await arrived(up.sandbox, (notices + 1) * RECIPIENTS)
        seconds = time.perf_counter() - begin
        return Burst(
            notices / seconds, quantile(took, 0.99), _processor(up.processes) - worked,
            max(map(_memory, up.processes)), _stored(up.database) - stored,
            longest(up.stalls, begun) if up.stalls.exists() else 0.0,
            len(up.sandbox.ledger.sends()) - (notices + 1) * RECIPIENTS,
        )  # fmt: skip


def _stored(database: Path | None) -> int:
    """Bytes of the pages in use, as a reader sees them."""
    if database is None:
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        pages, size = (
            connection.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "page_size")
        )
    return int(pages * size)


def _processor(processes: list[int]) -> float:
    """Seconds of processor so far, of all of them."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_A_SECOND


def _memory(process: int) -> float:
    """Megabytes in memory now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def bursts(notices: int, rounds: int) -> list[Figure]:
    """Both in turn, medians of so many rounds."""
    floor, ours = list[Burst](), list[Burst]()
    for _ in range(rounds):
        floor.append(await burst("floor", notices))
        ours.append(await burst("service", notices))

    def figure(
        name: str, unit: str, scale: float, what: str, target: str, used: Callable[[float], float]
    ) -> Figure:
        base, own = ([getattr(one, what) * scale for one in of] for of in (floor, ours))
        middle, below = statistics.median(own), statistics.median(base)
        return Figure(
            f"burst of {notices:,}: {name}",
            f"{middle:.1f} {unit} ({min(own):.1f}–{max(own):.1f})",
            f"the floor: {below:.1f} {unit} ({min(base):.1f}–{max(base):.1f})",
            middle / below,
            target,
            used(middle / below),
        )

    stalls, stored = [one.stall for one in ours], [one.stored / notices for one in ours]
    name, stall = f"burst of {notices:,}", statistics.median(stalls)
    kept = statistics.median(stored)
    return [
        figure("alerts complete a second", "/s", 1, "a_second", "at least 0.60 of the floor",
               lambda ratio: 0.6 / ratio),
        figure("accepted, p99", "ms", 1000, "accept_p99", "at most 2 × the floor",
               lambda ratio: ratio / 2),
        figure("processor for 1,000", "s", 1000 / notices, "processor", "at most 1.7 × the floor",
               lambda ratio: ratio / 1.7),
        Figure(f"{name}: longest stall of the loop", f"{stall * 1e3:.0f} ms",
               f"all of it: {notices / statistics.median(one.a_second for one in ours):.1f} s",
               stall / (notices / statistics.median(one.a_second for one in ours)), "200 ms",
               stall / 0.2),
        Figure(f"{name}: stored for an alert, everything", f"{kept / 1e3:.1f} kB",
               f"its notice as it came: {_NOTICE / 1e3:.1f} kB", kept / _NOTICE, "6 kB",
               kept / 6000),
    ]  # fmt: skip


async def long_burst(notices: int) -> list[Figure]:
    """So many that the outbox is much behind; both once."""
    floor, ours = await burst("floor", notices), await burst("service", notices)
    took, below = notices / ours.a_second, notices / floor.a_second
    name = f"{notices:,} notices, all {notices * RECIPIENTS:,} messages"
    return [
        Figure(name, f"{took:.0f} s", f"the floor: {below:.0f} s", took / below,
               "at most 1.7 × the floor", took / below / 1.7),
        Figure(f"memory after {notices:,} notices", f"{ours.memory:.0f} MB",
               f"the floor: {floor.memory:.0f} MB", ours.memory / floor.memory, "320 MB",
               ours.memory / 320),
    ]  # fmt: skip


async def engines(template: Path | Postgres, notices: int, rounds: int) -> list[Figure]:
    """The same on PostgreSQL, by one process and by two, beside SQLite of the same sitting."""
    kinds: dict[str, list[Burst]] = {"sqlite": [], "one": [], "two": []}
    for _ in range(rounds):
        kinds["sqlite"].append(await burst("service", notices))
        kinds["one"].append(await burst("service", notices, template=template))
        kinds["two"].append(await burst("service", notices, template=template, workers=2))
    sqlite, one, two = (statistics.median(b.a_second for b in of) for of in kinds.values())
    doubled = sum(each.doubled for of in kinds.values() for each in of)
    name = f"burst of {notices:,} on PostgreSQL"
    return [
        Figure(f"{name}, one process", f"{one:.1f} /s", f"SQLite: {sqlite:.1f} /s", one / sqlite,
               "at least 0.7 of SQLite", 0.7 * sqlite / one),
        Figure(f"{name}, two processes", f"{two:.1f} /s; {doubled} doubled",
               f"one: {one:.1f} /s", two / one, "0 doubled; aim 1.5 × one", float(doubled > 0)),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.burst", description=__doc__)
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    figures = asyncio.run(bursts(given.notices, given.rounds))
    print("\n".join([HEAD, *(figure.row() for figure in figures)]))


if __name__ == "__main__":
    main()
