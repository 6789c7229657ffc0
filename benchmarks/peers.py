"""`make bench-peers`: the same three trials for the service, for Prometheus Alertmanager (Debian's
package, its Telegram receiver pointed at the sandbox) and for a plain loop of python-telegram-bot.

A burst as fast as it is taken in; 600 notices for three people each under Telegram's 30 a second;
and a kill while Telegram is down. Installs Alertmanager by `apt-get` where it is missing (Debian,
as root) and the loop into a folder that goes again.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.burst import menus_set
from benchmarks.figures import quantile
from benchmarks.rig import FIRST_ACCOUNT, notice, prepare, without_nurses
from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import TELEGRAMS, UNLIMITED, Limits
from tests.ports import free_port

_SCHOOLS, _PEOPLE = 200, 3
_AT_ONCE = 50
_LOOKS = 3000
_QUIET = 20.0
"""Seconds without a message after which nothing more is waited for."""
_PACKAGE = "prometheus-alertmanager"
HEAD = "| trial | who | measured |\n|---|---|---|"


class Peer(ABC):
    """Something that takes notices in and has them sent; it may be killed and started again."""

    name: str

    def __init__(self, folder: Path, sandbox: Sandbox, *, paced: bool) -> None:
        """`paced`: Telegram's limits are on."""
        self.folder, self.sandbox, self.paced = folder, sandbox, paced
        self.process: asyncio.subprocess.Process | None = None

    @abstractmethod
    async def prepare(self) -> None:
        """What is done once, before the first start."""

    @abstractmethod
    async def start(self) -> None:
        """Return once it takes notices in."""

    @abstractmethod
    async def take(self, number: int) -> None:
        """Return once it has accepted this one."""

    async def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        with suppress(ProcessLookupError):  # it has ended by itself
            self.process.kill()
        await self.process.wait()


class OverHttp(Peer):
    """A peer with an HTTP port."""

    def __init__(self, folder: Path, sandbox: Sandbox, *, paced: bool) -> None:
        super().__init__(folder, sandbox, paced=paced)
        self.port = free_port()
        limits = httpx.Limits(max_connections=_AT_ONCE)
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", timeout=60, limits=limits
        )

    async def _lives(self, path: str) -> None:
        for _ in range(_LOOKS):
            try:
                if (await self.http.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)
        raise RuntimeError(f"{self.name} never answered")


class Service(OverHttp):
    name = "Encompass Bot"

    async def prepare(self) -> None:
        self.url = f"sqlite+aiosqlite:///{self.folder / 'bench.db'}"
        self.config = without_nurses(self.folder)
        self.key = await prepare(self.url, self.config, _SCHOOLS, _PEOPLE)

    async def start(self) -> None:
        unpaced = ["benchmarks.unpaced", str(self.folder / "stalls")]
        what = ["bot", "serve"] if self.paced else unpaced
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *what, stdout=subprocess.DEVNULL,
            env={
                **os.environ, "ENCOMPASS_TELEGRAM_TOKEN": self.sandbox.token,
                "ENCOMPASS_TELEGRAM_API": self.sandbox.url, "ENCOMPASS_DATABASE_URL": self.url,
                "ENCOMPASS_CONFIG_DIR": str(self.config), "ENCOMPASS_HTTP_PORT": str(self.port),
                "ENCOMPASS_LOG_LEVEL": "ERROR", "ENCOMPASS_PARTNER_RATE": "100000",
            },
        )  # fmt: skip
        await self._lives("/health/live")
        await menus_set(self.sandbox, _SCHOOLS * _PEOPLE)  # once, at its very first start

    async def take(self, number: int) -> None:
        answer = await self.http.post(
            "/api/v1/notifications", json=notice(number, _SCHOOLS),
            headers={"Authorization": f"Bearer {self.key}"},
        )  # fmt: skip
        answer.raise_for_status()


class Alertmanager(OverHttp):
    name = "Alertmanager"

    async def prepare(self) -> None:
        self.config = self.folder / "alertmanager.json"  # JSON is YAML
        self.config.write_text(json.dumps(self._config()))

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            _PACKAGE, f"--config.file={self.config}", f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=",
            "--log.level=error", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        await self._lives("/-/ready")

    def _config(self) -> dict[str, Any]:
        def receiver(school: int) -> dict[str, Any]:
            first = FIRST_ACCOUNT + school * _PEOPLE
            telegram = {
                "api_url": self.sandbox.url, "bot_token": self.sandbox.token, "parse_mode": "",
                "send_resolved": False, "message": "{{ .CommonLabels.reference }}: please look.",
            }  # fmt: skip
            return {
                "name": f"school-{school}",
                "telegram_configs": [{**telegram, "chat_id": first + n} for n in range(_PEOPLE)],
            }

        return {
            "route": {
                "receiver": "school-0", "group_by": ["..."], "group_wait": "0s",
                "group_interval": "1s", "repeat_interval": "24h",
                "routes": [
                    {"receiver": f"school-{n}", "matchers": [f'school="{n}"']}
                    for n in range(_SCHOOLS)
                ],
            },
            "receivers": [receiver(school) for school in range(_SCHOOLS)],
        }  # fmt: skip

    async def take(self, number: int) -> None:
        labels = {"alertname": "notice", "reference": f"PEER-{number}"}
        labels["school"] = str(number % _SCHOOLS)
        answer = await self.http.post("/api/v2/alerts", json=[{"labels": labels}])
        answer.raise_for_status()


class Loop(Peer):
    name = "a plain loop"

    async def prepare(self) -> None:
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        python = self.folder.parent / "loop" / "bin" / "python"
        self.process = await asyncio.create_subprocess_exec(
            str(python), str(Path(__file__).with_name("peer_loop.py")), self.sandbox.token,
            self.sandbox.url, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        await self.process.stdout.readline()  # it has been introduced to Telegram

    async def take(self, number: int) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        first = FIRST_ACCOUNT + number % _SCHOOLS * _PEOPLE
        chats = list(range(first, first + _PEOPLE))
        async with self._turn:
            line = json.dumps({"text": f"PEER-{number}: please look.", "chats": chats})
            self.process.stdin.write(line.encode() + b"\n")
            await self.process.stdout.readline()


@dataclass(frozen=True)
class Trial:
    """What one peer did in one trial."""

    took: float
    p99: float
    messages: int
    refused: int


async def _quiet(sandbox: Sandbox, wanted: int) -> None:
    """Return once all have arrived, or nothing has for a while."""
    seen, since = -1, time.monotonic()
    while len(sandbox.ledger.sends()) < wanted:
        if len(sandbox.ledger.sends()) != seen:
            seen, since = len(sandbox.ledger.sends()), time.monotonic()
        elif time.monotonic() - since > _QUIET:
            return
        await asyncio.sleep(0.05)


async def _taken(peer: Peer, notices: int) -> list[float]:
    took, numbers = list[float](), iter(range(notices))

    async def sender() -> None:
        for number in numbers:
            begin = time.perf_counter()
            await peer.take(number)
            took.append(time.perf_counter() - begin)

    await asyncio.gather(*(sender() for _ in range(_AT_ONCE)))
    return took


async def trial(kind: type[Peer], home: Path, notices: int, limits: Limits, *, kill: bool) -> Trial:
    """`kill`: Telegram is down while the notices come, and the peer dies behind the last one."""
    with tempfile.TemporaryDirectory(dir=home) as place:
        async with Sandbox(MachineClock(), limits=limits) as sandbox:
            for number in range(_SCHOOLS * _PEOPLE):
                sandbox.person(FIRST_ACCOUNT + number).chat.started = True
            peer = kind(Path(place), sandbox, paced=limits != UNLIMITED)
            await peer.prepare()
            await peer.start()
            try:
                down = sandbox.faults.down() if kill else None
                begin = time.perf_counter()
                took = await _taken(peer, notices)
                if down is not None:
                    await asyncio.sleep(1)
                    await peer.kill()
                    down.lift()
                    await peer.start()
                await _quiet(sandbox, notices * _PEOPLE)
                sends = sandbox.ledger.sends()
                ended = max((s.at.timestamp() for s in sends), default=0.0)
                began = min((s.at.timestamp() for s in sends), default=0.0)
                spent = ended - began if limits != UNLIMITED else time.perf_counter() - begin
                return Trial(spent, quantile(took, 0.99), len(sends), sandbox.ledger.floods_earned)
            finally:
                await peer.kill()


def install(home: Path) -> None:
    """Alertmanager into the machine, where it is not there yet, and the loop into this folder."""
    if shutil.which(_PACKAGE) is None:
        apt = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", _PACKAGE]
        subprocess.run(apt, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "venv", str(home / "loop")], check=True)
    pip = [str(home / "loop/bin/python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "install", "python-telegram-bot==22.8"], check=True)


async def compared(home: Path, *, short: bool) -> list[str]:
    """Rows of a table."""
    rows: list[str] = []
    burst, paced, killed = (50, 20, 20) if short else (2000, 600, 2000)
    kinds: tuple[type[Peer], ...] = (Service, Alertmanager, Loop)
    for kind in kinds:
        one = await trial(kind, home, burst, UNLIMITED, kill=False)
        rows.append(
            f"| burst of {burst:,}, no limit | {kind.name} | {burst / one.took:,.0f} alerts/s "
            f"complete, accepted p99 {one.p99 * 1e3:,.0f} ms, "
            f"lost {burst * _PEOPLE - one.messages:,} |"
        )
    for kind in kinds:
        one = await trial(kind, home, paced, TELEGRAMS, kill=False)
        ideal = (paced * _PEOPLE - 1) / 30
        rows.append(
            f"| {paced * _PEOPLE:,} messages at 30 a second | {kind.name} | {one.took:.1f} s "
            f"(ideal {ideal:.1f}), {one.refused:,} refused as too fast, "
            f"lost {paced * _PEOPLE - one.messages:,} |"
        )
    for kind in kinds:
        one = await trial(kind, home, killed, UNLIMITED, kill=True)
        lost = max(0, killed * _PEOPLE - one.messages)
        rows.append(
            f"| {killed:,} accepted while Telegram is down, then killed | {kind.name} | "
            f"lost {lost:,} of {killed * _PEOPLE:,} messages |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encompass-peers-") as place:
        install(Path(place))
        rows = asyncio.run(compared(Path(place), short=given.short))
    print("\n".join([HEAD, *rows]))


if __name__ == "__main__":
    main()
