"""A burst as fast as it is taken in, three recipients a notice, beside the floor of the same
sitting: `python -m benchmarks.burst` runs both in turn, three times."""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.figures import HEAD, Figure, quantile
from benchmarks.rig import FIRST_ACCOUNT, arrived, notice, prepare, without_nurses
from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from tests.ports import free_port

_SCHOOLS, _RECIPIENTS = 200, 3
_AT_ONCE = 50
"""Connections of the sender."""
_LOOKS = 60_000
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Burst:
    """What one took: alerts a second until the last message, seconds, megabytes."""

    a_second: float
    accept_p99: float
    processor: float
    memory: float


async def burst(of: str, notices: int) -> Burst:
    """`of` is the floor or the service."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as place:
        folder = Path(place)
        async with Sandbox(MachineClock(), limits=UNLIMITED) as sandbox:
            for number in range(_SCHOOLS * _RECIPIENTS):
                sandbox.person(FIRST_ACCOUNT + number).chat.started = True
            port, key = free_port(), "none"
            environment: Mapping[str, str] = os.environ
            if of == "floor":
                command = [
                    "benchmarks.floor", str(folder / "floor.db"), str(port), sandbox.token,
                    sandbox.url, str(_RECIPIENTS), str(FIRST_ACCOUNT),
                ]  # fmt: skip
            else:
                url, config = f"sqlite+aiosqlite:///{folder / 'bench.db'}", without_nurses(folder)
                key = await prepare(url, config, _SCHOOLS, _RECIPIENTS)
                command = ["benchmarks.unpaced"]
                environment = {
                    **os.environ, "ENCOMPASS_TELEGRAM_TOKEN": sandbox.token,
                    "ENCOMPASS_TELEGRAM_API": sandbox.url, "ENCOMPASS_DATABASE_URL": url,
                    "ENCOMPASS_CONFIG_DIR": str(config), "ENCOMPASS_HTTP_PORT": str(port),
                    "ENCOMPASS_LOG_LEVEL": "ERROR", "ENCOMPASS_PARTNER_RATE": "10000",
                }  # fmt: skip
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *command, env=environment
            )
            try:
                await _up(sandbox, port, key)
                if of == "service":
                    await _menus_set(sandbox)
                return await _measured(sandbox, port, key, notices, process.pid)
            finally:
                process.terminate()
                await process.wait()


async def _up(sandbox: Sandbox, port: int, key: str) -> None:
    """The first notice is taken in once it is up, and brought."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        for _ in range(_LOOKS):
            try:
                await _send(http, key, 0)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                break
    await arrived(sandbox, _RECIPIENTS)


async def _menus_set(sandbox: Sandbox) -> None:
    """Once, at its very first start, the service gives everybody a menu; that is no alert."""
    for _ in range(_LOOKS):
        if len(sandbox.ledger.calls("setMyCommands")) >= _SCHOOLS * _RECIPIENTS:
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the menus were never set")


async def _send(http: httpx.AsyncClient, key: str, number: int) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    body = notice(number, _SCHOOLS)
    answer = await http.post("/api/v1/notifications", json=body, headers=headers)
    answer.raise_for_status()


async def _measured(sandbox: Sandbox, port: int, key: str, notices: int, process: int) -> Burst:
    limits = httpx.Limits(max_connections=_AT_ONCE)
    base, took = f"http://127.0.0.1:{port}", list[float]()
    async with httpx.AsyncClient(base_url=base, timeout=120, limits=limits) as http:
        asked = iter(range(1, notices + 1))

        async def sender() -> None:
            for number in asked:
                begin = time.perf_counter()
                await _send(http, key, number)
                took.append(time.perf_counter() - begin)

        worked, begin = _processor(process), time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(_AT_ONCE)))
        await arrived(sandbox, (notices + 1) * _RECIPIENTS)
        seconds = time.perf_counter() - begin
        return Burst(
            notices / seconds, quantile(took, 0.99), _processor(process) - worked, _memory(process)
        )


def _processor(process: int) -> float:
    """Seconds of processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


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

    def figure(name: str, unit: str, scale: float, what: str, target: str) -> Figure:
        base, own = ([getattr(one, what) * scale for one in of] for of in (floor, ours))
        middle, below = statistics.median(own), statistics.median(base)
        return Figure(
            f"burst of {notices:,}: {name}",
            f"{middle:.1f} {unit} ({min(own):.1f}–{max(own):.1f})",
            f"the floor: {below:.1f} {unit} ({min(base):.1f}–{max(base):.1f})",
            middle / below,
            target,
        )

    return [
        figure("alerts complete a second", "/s", 1, "a_second", "at least 0.60 of the floor"),
        figure("accepted, p99", "ms", 1000, "accept_p99", "at most 2 × the floor"),
        figure("processor for 1,000", "s", 1000 / notices, "processor", "at most 1.7 × the floor"),
        figure("memory after it", "MB", 1, "memory", "320 MB after 20,000"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.burst", description=__doc__)
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    figures = asyncio.run(bursts(given.notices, given.rounds))
    print("\n".join([HEAD, *(figure.row() for figure in figures)]))


if __name__ == "__main__":
    main()
