"""The real `encompass serve` in a process of its own, a sandbox and a partner in this one."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.clock import MachineClock
from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.partners import create_key
from bot.intake.directory_csv import DirectoryFile
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import TELEGRAMS, Limits
from bot.store import directory, schema
from bot.store.unit_of_work import Store

_CONFIG = Path(__file__).parent.parent / "config"
FIRST_ACCOUNT = 7_700_900_000
_BEGAN = datetime.now(UTC)
_LOOKS = 60_000


@dataclass
class Rig:
    sandbox: Sandbox
    http: httpx.AsyncClient
    key: str
    schools: int
    database: str

    async def send(self, number: int) -> datetime:
        """Post one; when its 202 was here."""
        response = await self.http.post(
            "/api/v1/notifications",
            json=notice(number, self.schools),
            headers={"Authorization": f"Bearer {self.key}"},
        )
        response.raise_for_status()
        return datetime.now(UTC)


def notice(number: int, schools: int) -> dict[str, Any]:
    """The notice of this number, of the next of so many schools; always the same one."""
    happened = _BEGAN - timedelta(hours=9)
    code = f"{9_000_000 + number % schools:07d}"
    return {
        "source_reference": f"bench-{number}",
        "occurred_at": happened.isoformat(),
        "children": [{"given_name": "Synthetic", "school": {"code": code}}],
    }


async def arrived(sandbox: Sandbox, messages: int) -> None:
    """Return once so many have left."""
    for _ in range(_LOOKS):
        if len(sandbox.ledger.sends()) >= messages:
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"only {len(sandbox.ledger.sends())} of {messages} messages arrived")


@asynccontextmanager
async def rig(
    *, schools: int, recipients: int, limits: Limits = TELEGRAMS, database: str | None = None
) -> AsyncIterator[Rig]:
    """`recipients` DSPs at each school, each with a telephone; the nurse leg is off. Without an
    address of a database it is a file of its own."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as folder:
        async with Sandbox(MachineClock(), limits=limits) as sandbox:
            url = database or f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
            config = without_nurses(Path(folder))
            key = await prepare(url, config, schools, recipients)
            for number in range(schools * recipients):
                sandbox.person(FIRST_ACCOUNT + number).chat.started = True
            environment = {
                **os.environ,
                "ENCOMPASS_TELEGRAM_TOKEN": sandbox.token,
                "ENCOMPASS_TELEGRAM_API": sandbox.url,
                "ENCOMPASS_DATABASE_URL": url,
                "ENCOMPASS_CONFIG_DIR": str(config),
                "ENCOMPASS_HTTP_PORT": "0",
                "ENCOMPASS_LOG_LEVEL": "ERROR",
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env=environment, cwd=folder,
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                assert process.stdout is not None
                line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
                base = line.split()[2].rstrip(".")
                async with httpx.AsyncClient(base_url=base, timeout=60) as http:
                    yield Rig(sandbox, http, key, schools, url)
            finally:
                process.terminate()
                await process.wait()


def without_nurses(folder: Path) -> Path:
    """The configuration that ships, in this folder, with the nurse leg off."""
    config = folder / "config"
    shutil.copytree(_CONFIG, config)
    path = config / "escalation.toml"
    path.write_text(
        path.read_text().replace("[policies.nurse]", "[policies.nurse]\nenabled = false")
    )
    return config


async def prepare(url: str, config: Path, schools: int, recipients: int) -> str:
    """A database with these, everybody enrolled; the police's key."""
    await schema.migrate(url)
    ctx = Context(Store(url), MachineClock(), "preparing")
    try:
        await take_config(ctx, read_config(config))
        codes = [f"{9_000_000 + number:07d}" for number in range(schools)]
        people = [
            Person(f"p{index}-{code}", f"DSP {index}", Role.DSP, Scope(schools=frozenset({code})),
                   order=index + 1)
            for code in codes
            for index in range(recipients)
        ]  # fmt: skip
        files = DirectoryFile(
            schools=[School(code, f"School {code}", time(8, 50), time(15, 20), "porth-awel")
                     for code in codes],
            people=people,
        )  # fmt: skip
        await apply(ctx, [files])
        async with ctx.store.unit() as tx:
            for number, person in enumerate(people):
                address = str(FIRST_ACCOUNT + number)
                await directory.bind_contact(tx, person.id, Channel.TELEGRAM, address, ctx.now())
        _, key = await create_key(ctx, "Bench Force")
        return key
    finally:
        await ctx.store.close()
