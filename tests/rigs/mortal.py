"""The real service in a process of its own, which kills itself with SIGKILL at its n-th commit:
right before the commit, or right behind it."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from bot.flow.context import Context
from bot.rendering.catalogue import LANGUAGES, words

_LOOKS = 600
PRELOAD = ["bot.app", "bot.connect", "tests.rigs.mortal"]
for _language in LANGUAGES:  # read once by whoever forks the lives, and not at each birth
    words(_language).day(date(2026, 11, 16))


@dataclass(frozen=True)
class Waits:
    """How long this and that takes; as they stand here, the service's own."""

    rate: float = Context.rate
    chat_seconds: float = Context.chat_seconds
    claim_seconds: float = Context.claim_seconds
    lease_seconds: float = Context.lease_seconds
    repeat_after: tuple[int, ...] = ()


POLL = "poll"
"""The loop that hears Telegram, beside the stages."""
REAL = Waits()
SHORT = Waits(rate=1000, chat_seconds=0.0, claim_seconds=1.0, lease_seconds=0.9, repeat_after=(1,))
"""Waits that a test need not sit out: a chat's second, a dead worker's claims and lease, the ten
seconds before a message that may have arrived is sent again."""


class Without(StrEnum):
    """A protection that a rig takes away, to show that it would see what comes of it."""

    FENCES = "fences"
    A_SHARED_PACE = "a_shared_pace"


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
    waits: Waits = SHORT
    without: Without | None = None
    stands_still: str = ""
    """The loop that does not come round any more once the process is sent SIGUSR1."""

    @property
    def url(self) -> str:
        """Where its HTTP port answers."""
        return f"http://127.0.0.1:{self.port}"


def service(life: Life) -> Any:
    """The real service, an `App`, at this life's pace."""
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
    app.ctx.rate, app.ctx.chat_seconds = life.waits.rate, life.waits.chat_seconds
    return app


def live(life: Life) -> None:
    """The child's main. Everything is the real service but the moment of its death, its waits, and
    what it is to do without."""
    from bot.flow import record

    os.chdir("/")
    app, waits = service(life), life.waits
    app.ctx.claim_seconds, app.ctx.lease_seconds = waits.claim_seconds, waits.lease_seconds
    if waits.repeat_after:
        vars(record)["_REPEAT_AFTER"] = waits.repeat_after
    if life.without is not None:
        _take_away(life.without)
    if life.dies_at:
        _die_at(app.ctx.store, life)
    loop = asyncio.new_event_loop()
    loop.add_signal_handler(signal.SIGTERM, app.stop.set)
    if life.stands_still:
        loop.add_signal_handler(signal.SIGUSR1, _stand_still, app, life.stands_still)
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


def _stand_still(app: Any, name: str) -> None:
    from bot.handlers.polling import Poller

    async def stands(*_: Any) -> bool:
        await asyncio.Event().wait()
        return False

    if name == POLL:
        setattr(Poller, "_fetch", stands)  # noqa: B010 - mypy takes no other function for it
    else:
        app.stages.loops[name]._step = stands
        app.stages.loops[name].wake()


def _take_away(what: Without) -> None:
    match what:
        case Without.FENCES:
            _believes_in_its_claims()
        case Without.A_SHARED_PACE:
            _keeps_a_pace_of_its_own()


def _believes_in_its_claims() -> None:
    """However late it wakes up, what it once claimed is its own."""
    from bot.flow import dispatch

    vars(dispatch)["_SEND_MARGIN"] = -1_000_000.0


def _keeps_a_pace_of_its_own() -> None:
    """The pace is in each worker's memory and not in the database."""
    from bot.store import pace

    free: dict[str, datetime] = {}

    async def take(tx: Any, channel: str, now: datetime) -> datetime:
        return max(now, free.get(channel, now))

    async def set_next(tx: Any, channel: str, at: datetime) -> None:
        free[channel] = at

    vars(pace).update(take=take, set_next=set_next)


def births(*also: str) -> Any:
    """Makes processes by forking a server that has everything imported, these modules `also`: a
    life costs no start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOAD, *also])
    return context


@asynccontextmanager
async def alive(life: Life) -> AsyncIterator[str]:
    """The real service in a process of its own, until the end of the block: its address."""
    async with born(life) as process:
        yield life.url
        process.terminate()
        await asyncio.to_thread(process.join, 20)
        assert process.exitcode == 0, f"it ended by {process.exitcode}"


@asynccontextmanager
async def born(life: Life) -> AsyncIterator[Any]:
    """Its process, once it answers; killed at the end of the block, if it has not ended."""
    process = births().Process(target=live, args=(life,), daemon=True)
    process.start()
    try:
        async with httpx.AsyncClient(base_url=life.url) as http:
            for _ in range(_LOOKS):
                try:
                    await http.get("/health/live")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield process
    finally:
        if process.exitcode is None:
            process.kill()
