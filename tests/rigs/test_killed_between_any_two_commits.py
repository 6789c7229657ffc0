"""A journey in which the service is killed with SIGKILL before and after every one of its commits,
and started again: the alert is settled all the same, and no promise is broken.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import MachineClock
from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.partners import create_key
from bot.flow.watch import check_invariants
from bot.intake.directory_csv import DirectoryFile
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.limits import UNLIMITED
from bot.sandbox.phones import SandboxPhone
from bot.store import directory
from bot.store.unit_of_work import Store
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.ports import free_port
from tests.rigs.mortal import Life, births, live
from tests.world import CONFIG

DSP, NURSE = 7_700_900_001, 7_700_900_002
_LOOKS = 6000
"""Far more than any life needs: how fast a machine is, is not asked here."""
_LOOK = 0.01
_SIDE_BY_SIDE = 4
"""Lives at once: most of one is waiting for claims and leases of the dead to run out."""


async def _until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(_LOOKS):
        if await true():
            return
        await asyncio.sleep(_LOOK)
    pytest.fail(f"it never came to this: {what}")


class Service:
    """The service's process: born again whenever it has died."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._context = births()
        self._process: Any = None
        self.deaths = 0

    def be_alive(self) -> None:
        if self._process is not None and self._process.exitcode is None:
            return
        life = self._life
        if self._process is not None:
            assert self._process.exitcode == -9, f"it ended by itself: {self._process.exitcode}"
            self.deaths += 1
            life = replace(self._life, dies_at=0)
        self._process = self._context.Process(target=live, args=(life,), daemon=True)
        self._process.start()

    def end(self) -> None:
        """Stop it in good order; if it dies at a commit of stopping, once more."""
        for _ in range(2):
            self.be_alive()
            self._process.terminate()
            self._process.join(20)
            if self._process.exitcode != -9:
                break
        assert self._process.exitcode in (0, -15), self._process.exitcode


@dataclass
class Journey:
    service: Service
    sandbox: Sandbox
    http: httpx.AsyncClient
    key: str

    async def run(self, notice: dict[str, Any]) -> str:
        """The notice is sent until it is accepted, as a sender does; the button is pressed until
        something happens, as a person does."""
        reference = await self._send(notice)
        await self._settle(DSP)
        await self._settle(NURSE)
        await _until(lambda: self._acknowledged(reference), "both alerts acknowledged")
        return reference

    async def _send(self, notice: dict[str, Any]) -> str:
        accepted: list[str] = []

        async def sent() -> bool:
            response = await self._ask("POST", "/api/v1/notifications", json=notice)
            if response is not None and response.status_code in (200, 202):
                accepted.append(response.json()["reference"])
            return bool(accepted)

        await _until(sent, "the notice accepted")
        return accepted[0]

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response | None:
        self.service.be_alive()
        try:
            return await self.http.request(
                method, path, headers={"Authorization": f"Bearer {self.key}"}, **given
            )
        except httpx.TransportError:
            return None

    async def _settle(self, account: int) -> None:
        phone = self.sandbox.person(account)
        await self._press_until(phone, "Open details", "Synthetic")
        await self._press_until(phone, "Acknowledge", "you acknowledged")

    async def _press_until(self, phone: SandboxPhone, button: str, shows: str) -> None:
        looks = 0

        async def shown() -> bool:
            nonlocal looks
            self.service.be_alive()
            if any(shows in message.text for message in phone.received):
                return True
            if looks % 200 == 0 and any(message.button(button) for message in phone.received):
                phone.press(button)
                looks += 1
            elif any(message.button(button) for message in phone.received):
                looks += 1
            return False

        await _until(shown, f"“{shows}” after “{button}”")

    async def _acknowledged(self, reference: str) -> bool:
        response = await self._ask("GET", f"/api/v1/notifications/{reference}")
        if response is None or response.status_code != 200:
            return False
        return {alert["state"] for alert in response.json()["alerts"]} == {"acknowledged"}


async def _prepared(database: str, config: Path) -> str:
    """A school, its DSP and its nurse, both enrolled; the police's key."""
    ctx = Context(Store(database), MachineClock(), "preparing")
    try:
        await take_config(ctx, read_config(config))
        school = School("9992001", "Ysgol Bryn", time(8, 50), time(15, 20), "porth-awel")
        team = replace(school, nurse_team="Team")
        people = [
            Person("mair", "Mair", Role.DSP, Scope(schools=frozenset({"9992001"}))),
            Person("nia", "Nia", Role.SCHOOL_NURSE, Scope(teams=frozenset({"Team"}))),
        ]
        await apply(ctx, [DirectoryFile(schools=[team], people=people)])
        async with ctx.store.unit() as tx:
            for person, account in (("mair", DSP), ("nia", NURSE)):
                await directory.bind_contact(tx, person, Channel.TELEGRAM, str(account), ctx.now())
        _, key = await create_key(ctx, "South Force")
        return key
    finally:
        await ctx.store.close()


def _notice() -> dict[str, Any]:
    happened = datetime.now(UTC) - timedelta(hours=9)
    return {
        "source_reference": "2600000001",
        "occurred_at": happened.isoformat(),
        "children": [{"given_name": "Synthetic", "school": {"code": "9992001"}}],
    }


async def _live_through(database: str, config: Path, *, dies_at: int, after_commit: bool) -> int:
    """One journey with one death; how many deaths there were."""
    async with Sandbox(MachineClock(), limits=UNLIMITED) as sandbox:
        port = free_port()
        life = Life(database, str(config), sandbox.token, sandbox.url, port, dies_at, after_commit)
        for account in (DSP, NURSE):
            sandbox.person(account).say("hello")  # so that the bot may write to them
        key = await _prepared(database, config)
        service = Service(life)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http:
            reference = await Journey(service, sandbox, http, key).run(_notice())
        await asyncio.to_thread(service.end)
        await _nothing_is_broken(database, sandbox, reference)
        return service.deaths


async def _nothing_is_broken(database: str, sandbox: Sandbox, reference: str) -> None:
    ctx = Context(Store(database), MachineClock(), "auditing")
    try:
        assert await check_invariants(ctx.store, ctx) == []
    finally:
        await ctx.store.close()
    for account in (DSP, NURSE):
        cards = [m for m in sandbox.person(account).received if reference in m.history[0].text]
        unmarked = [m for m in cards if "before." not in m.history[0].text.split("\n")[-1]]
        assert len(cards) >= 1
        assert len(unmarked) <= 1, "a card was sent twice and the second was not marked"
    assert sandbox.unsupported == []


@pytest.mark.parametrize("after_commit", [False, True], ids=["before", "after"])
async def test_killed_at_any_commit_the_alert_is_settled_all_the_same(
    template: Path | Postgres, tmp_path: Path, after_commit: bool
) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)

    async def deaths(dies_at: int) -> int:
        async with fresh_database(template, tmp_path / str(dies_at)) as database:
            return await _live_through(database, config, dies_at=dies_at, after_commit=after_commit)

    for first in range(1, 200, _SIDE_BY_SIDE):
        wave = range(first, first + _SIDE_BY_SIDE)
        died = await asyncio.gather(*(deaths(dies_at) for dies_at in wave))
        if not all(died):
            break
    else:
        pytest.fail("the journey takes more commits than this rig tries")
    assert first + sum(died) > 12, "the journey had fewer commits than it has stages"
