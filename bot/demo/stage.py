"""The whole thing up on loopback: sandbox, service, database, staff with telephones, the police."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App
from bot.clock import HandClock
from bot.demo.authority import config_folder, directory_files
from bot.domain.directory import Directory
from bot.domain.errors import SettingsError
from bot.domain.people import Person
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.enrol import invite
from bot.flow.in_force import in_force
from bot.flow.partners import create_key
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.stagehand import Stagehand
from bot.settings import Settings, read_settings
from bot.store import schema

MONDAY = datetime(2026, 11, 16, 6, 55, tzinfo=UTC)
FORCE = "South Force"
_NEVER_ENROLS = {"p043"}
_FIRST_ACCOUNT = 7_700_900_000
_STOP_SECONDS = 20


@dataclass
class Stage:
    """Everything a scene needs."""

    clock: HandClock
    sandbox: Sandbox
    app: App
    hand: Stagehand
    settings: Settings
    directory: Directory
    key: str
    http: aiohttp.ClientSession
    phones: dict[str, SandboxPhone] = field(default_factory=dict)
    running: "asyncio.Task[None] | None" = None
    address: str = ""
    """Where the service listens, or listened before it was killed."""

    def person(self, person_id: str) -> Person:
        return self.directory.people[person_id]

    async def enrol(self, *people: Person) -> None:
        """As it is done in earnest: an invitation, and `/start` with its code."""
        for person in people:
            self.phone_of(person).start(await invite(self.app.ctx, person.id))
        await self.hand.settle()
        for person in people:
            self.phones[person.id].read()

    def phone_of(self, person: Person) -> SandboxPhone:
        """Their telephone, whether they have enrolled with it or not."""
        account = _FIRST_ACCOUNT + int(person.id.lstrip("p"))
        phone = self.phones[person.id] = self.sandbox.person(account, person.name)
        return phone

    async def enrol_all(self) -> None:
        """Everyone but the one who never does."""
        people = self.directory.people.values()
        await self.enrol(*(person for person in people if person.id not in _NEVER_ENROLS))

    async def open_monday(self) -> None:
        """Ten to eight, everyone is enrolled, nothing has been sent: the page begins here."""
        await self.enrol_all()
        self.clock.move_to(MONDAY.replace(hour=7, minute=50, second=0))
        await self.hand.tick()

    async def send(self, notice: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The police post a notice: the status and the answer."""
        return await self.post("", notice)

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The police post to `/api/v1/notifications` and whatever comes behind it. Raises
        aiohttp's ClientError while nobody listens."""
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.address}/api/v1/notifications{path}"
        async with self.http.post(url, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def account(self, reference: str) -> dict[str, Any]:
        """What the police can read of a notice."""
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.address}/api/v1/notifications/{reference}"
        async with self.http.get(url, headers=headers) as response:
            found: dict[str, Any] = await response.json()
            return found

    async def restart(self) -> None:
        """Stop the service and start it again on the same database."""
        await self.stop()
        await self.start_anew()

    async def start_anew(self) -> None:
        """A service that knows nothing but what its database holds."""
        self.app = App(self.settings, self.clock, ticking=False)
        await self.start()

    async def kill(self) -> None:
        """The service is gone in the middle of whatever it was doing: nothing is finished first."""
        self.hand.service = None
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running

    async def start(self) -> None:
        self.running = asyncio.create_task(self.app.run())
        started = asyncio.create_task(self.app.started.wait())
        await asyncio.wait({self.running, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self.running.done():
            self.running.result()
        self.hand.service, self.address = self.app, self.app.url
        await self.hand.settle()

    async def stop(self) -> None:
        self.app.stop.set()
        self.hand.service = None
        if self.running is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(self.running, _STOP_SECONDS)


@asynccontextmanager
async def stage(port: int = 0) -> AsyncIterator[Stage]:
    """Set up, on a database of its own that is gone afterwards; the sandbox at this port."""
    clock = HandClock(MONDAY)
    sandbox = Sandbox(clock)
    with tempfile.TemporaryDirectory(prefix="encompass-demo-") as folder:
        async with listening(sandbox, port), aiohttp.ClientSession() as http:
            settings = read_settings(
                _env_file=None,
                telegram_token=sandbox.token,
                telegram_api=sandbox.url,
                telegram_mode="polling",
                database_url=f"sqlite+aiosqlite:///{Path(folder) / 'service.db'}",
                config_dir=config_folder(),
                http_host="127.0.0.1",
                http_port=0,
            )
            directory, key = await _prepare(settings, clock)
            app = App(settings, clock, ticking=False)
            hand = Stagehand(clock, None, sandbox)
            scene = Stage(clock, sandbox, app, hand, settings, directory, key, http)
            await scene.start()
            try:
                yield scene
            finally:
                await scene.stop()


@asynccontextmanager
async def listening(sandbox: Sandbox, port: int) -> AsyncIterator[None]:
    """The sandbox at this port of loopback. SettingsError if it is taken."""
    try:
        await sandbox.start(port=port)
    except OSError:
        raise SettingsError(f"Port {port} is taken: choose another with --port.") from None
    try:
        yield
    finally:
        await sandbox.stop()


async def _prepare(settings: Settings, clock: HandClock) -> tuple[Directory, str]:
    """What an operator does once: migrate, configuration, directory, a partner's key."""
    await schema.migrate(settings.database_url)
    ctx = Context.on(settings.database_url, clock)
    try:
        await take_config(ctx, read_config(settings.config_dir))
        await apply(ctx, directory_files())
        _, key = await create_key(ctx, FORCE)
        async with ctx.store.reading() as tx:
            known = await in_force(ctx, tx)
        return known.directory, key
    finally:
        await ctx.store.close()
