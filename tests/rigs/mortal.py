"""The real service in a process of its own, which kills itself with SIGKILL at its n-th commit:
right before the commit, or right behind it."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from bot.rendering.catalogue import LANGUAGES, words

_LOOKS = 600
PRELOAD = ["bot.app", "bot.connect", "tests.rigs.mortal"]
for _language in LANGUAGES:  # read once by whoever forks the lives, and not at each birth
    words(_language).day(date(2026, 11, 16))


@dataclass(frozen=True)
class Life:
    """Where the service runs, and when it dies; `dies_at` 0 for never."""

    database: str
    config: str
    token: str
    telegram: str
    port: int
    dies_at: int = 0
    after_commit: bool = False
    partner_rate: float = 100


def service(life: Life) -> Any:
    """The real service, an `App`; but for the waits between messages, which a rig need not sit
    out."""
    from bot.app import App
    from bot.settings import read_settings

    app = App(
        read_settings(
            _env_file=None,
            telegram_token=life.token,
            telegram_api=life.telegram,
            database_url=life.database,
            config_dir=Path(life.config),
            http_port=life.port,
            partner_rate=life.partner_rate,
        )
    )
    app.ctx.rate, app.ctx.chat_seconds = 1000, 0.0
    return app


def live(life: Life) -> None:
    """The child's main. Everything is the real service but the moment of its death, and waits that
    a test need not sit out: a chat's second, a dead worker's claims and lease, the ten seconds
    before a message that may have arrived is sent again."""
    from bot.flow import record

    os.chdir("/")
    app = service(life)
    app.ctx.claim_seconds, app.ctx.lease_seconds = 1.0, 0.9
    vars(record)["_REPEAT_AFTER"] = (1,)
    if life.dies_at:
        _die_at(app.ctx.store, life)
    loop = asyncio.new_event_loop()
    loop.add_signal_handler(signal.SIGTERM, app.stop.set)
    loop.run_until_complete(app.run())


def _die_at(store: Any, life: Life) -> None:
    commits = 0

    async def count() -> None:
        nonlocal commits
        commits += 1
        if commits == life.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    seam = "_committed" if life.after_commit else "_committing"
    original = getattr(store, seam)

    async def deadly(*given: Any) -> None:
        await count()
        await original(*given)

    setattr(store, seam, deadly)


def births() -> Any:
    """Makes processes by forking a server that has everything imported: a life costs no start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


@asynccontextmanager
async def alive(life: Life) -> AsyncIterator[str]:
    """The real service in a process of its own, until the end of the block: its address."""
    process = births().Process(target=live, args=(life,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{life.port}"
    try:
        async with httpx.AsyncClient(base_url=url) as http:
            for _ in range(_LOOKS):
                try:
                    await http.get("/health/live")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield url
        process.terminate()
        await asyncio.to_thread(process.join, 20)
        assert process.exitcode == 0, f"it ended by {process.exitcode}"
    finally:
        if process.exitcode is None:
            process.kill()
