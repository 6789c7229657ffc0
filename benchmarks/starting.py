"""How soon `serve` is there with a hundred thousand messages waiting, and how soon `--help` is."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import Figure, spread
from benchmarks.rig import FIRST_ACCOUNT, arrived, notice, prepare, without_nurses
from bot.clock import MachineClock
from bot.domain.message import Kind
from bot.flow.context import Context
from bot.flow.tell import message_row
from bot.sandbox.bot_api import Sandbox
from bot.store.tables import contact_methods, messages
from bot.store.unit_of_work import Store
from tests.ports import free_port

_SCHOOLS = 200
_BATCH = 10_000
_LOOKS = 6000


async def starting(pending: int) -> list[Figure]:
    """From the process's start to its first 202 and its first send."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as place:
        folder = Path(place)
        async with Sandbox(MachineClock()) as sandbox:
            for number in range(_SCHOOLS):
                sandbox.person(FIRST_ACCOUNT + number).chat.started = True
            url, config = f"sqlite+aiosqlite:///{folder / 'bench.db'}", without_nurses(folder)
            key = await prepare(url, config, _SCHOOLS, 1)
            await _owe(url, pending)
            port = free_port()
            environment = {
                **os.environ, "ENCOMPASS_TELEGRAM_TOKEN": sandbox.token,
                "ENCOMPASS_TELEGRAM_API": sandbox.url, "ENCOMPASS_DATABASE_URL": url,
                "ENCOMPASS_CONFIG_DIR": str(config), "ENCOMPASS_HTTP_PORT": str(port),
                "ENCOMPASS_LOG_LEVEL": "ERROR",
            }  # fmt: skip
            begin = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env=environment, cwd=folder,
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                sending = asyncio.create_task(arrived(sandbox, 1))
                await _taken_in(port, key)
                accepted = time.perf_counter() - begin
                await sending
                sent = time.perf_counter() - begin
            finally:
                process.terminate()
                await process.wait()
    bare = statistics.median(_run("-c", "pass") for _ in range(5))
    beside = f"an empty Python: {bare * 1e3:.0f} ms"
    count = f"`serve` with {pending:,} messages waiting"
    return [
        Figure(f"{count}: first 202", f"{accepted:.1f} s", beside, accepted / bare, "5 s"),
        Figure(f"{count}: first send", f"{sent:.1f} s", beside, sent / bare, "6 s"),
    ]


async def _taken_in(port: int, key: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        for _ in range(_LOOKS):
            try:
                answer = await http.post(
                    "/api/v1/notifications",
                    json=notice(0, _SCHOOLS),
                    headers={"Authorization": f"Bearer {key}"},
                )
            except httpx.TransportError:
                await asyncio.sleep(0.01)
            else:
                answer.raise_for_status()
                return
    raise RuntimeError("it was never there")


async def _owe(url: str, pending: int) -> None:
    """So many messages in the outbox, all due."""
    ctx = Context(Store(url), MachineClock(), "preparing")
    try:
        now = ctx.now()
        async with ctx.store.reading() as tx:
            contacts = await tx.all(contact_methods.select().order_by(contact_methods.c.id))
        for begin in range(1, pending + 1, _BATCH):
            rows: list[dict[str, Any]] = []
            for number in range(begin, min(begin + _BATCH, pending + 1)):
                contact = contacts[number % len(contacts)]
                said = {"lines": [f"Message {number}."], "buttons": []}
                row = message_row(Kind.ALARM, contact.address, now, params=said)
                rows.append({**row, "contact_id": contact.id, "person_id": contact.person_id})
            async with ctx.store.unit() as tx:
                await tx.execute(messages.insert(), rows)
    finally:
        await ctx.store.close()


def _run(*given: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *given], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def helping(rounds: int) -> Figure:
    """`encompass --help`, beside an empty Python."""
    ours: Sequence[float] = [_run("-m", "bot", "--help") for _ in range(rounds)]
    bare: Sequence[float] = [_run("-c", "pass") for _ in range(rounds)]
    return Figure(
        "`encompass --help`",
        spread(ours),
        f"an empty Python: {spread(bare)}",
        statistics.median(ours) / statistics.median(bare),
        "0.5 s",
    )
