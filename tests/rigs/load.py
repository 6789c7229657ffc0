"""Notices and presses all the while, and what must be true of them in the end: for every rig that
does something to the service meanwhile."""

import asyncio
import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.rig import FIRST_ACCOUNT, notice
from bot.clock import MachineClock
from bot.flow.context import Context
from bot.flow.watch import check_invariants
from bot.sandbox.bot_api import Sandbox
from bot.store.unit_of_work import Store

_PATIENCE = 20.0
"""Seconds until somebody presses again whose press came to nothing. A press that finds nobody waits
at Telegram: pressing sooner makes a queue that is longer than what is left to do."""
_SETTLES = 6000


@dataclass
class Load:
    """A sender and the telephones of so many schools, one person each. `urls`: the services' ports,
    asked in turn, as whoever stands in front of them does."""

    sandbox: Sandbox
    http: httpx.AsyncClient
    key: str
    urls: Sequence[str]
    schools: int
    senders: int
    between: float
    """Seconds between one sender's notices."""
    presses: int = 0
    accepted: dict[int, str] = field(default_factory=dict)
    """The reference of each notice that was accepted."""

    def __post_init__(self) -> None:
        self._turn: Iterator[str] = itertools.cycle(self.urls)
        self._numbers = itertools.count()
        self._enough = False

    @asynccontextmanager
    async def all_the_while(self) -> Any:
        """Notices are sent and alerts are acknowledged while this is open. What it gives ends the
        sending, not the presses. Who is sending goes on until it is accepted: a connection that is
        given up while it is made stays open."""
        sending = [asyncio.create_task(self._send()) for _ in range(self.senders)]
        begun = [*sending, asyncio.create_task(self._press())]

        async def no_more() -> None:
            self._enough = True
            await asyncio.gather(*sending)

        try:
            yield no_more
            await no_more()
        finally:
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    async def send_one(self) -> None:
        """The next notice, sent until it is accepted, as a sender does."""
        number = next(self._numbers)
        while number not in self.accepted:
            try:
                answer = await self.http.post(
                    f"{next(self._turn)}/api/v1/notifications",
                    json=notice(number, self.schools),
                    headers=self._headers,
                )
            except httpx.TransportError:
                await asyncio.sleep(0.02)
                continue
            if answer.status_code in (200, 202):
                self.accepted[number] = answer.json()["reference"]
            else:
                await asyncio.sleep(0.05)

    async def _send(self) -> None:
        while not self._enough:
            await self.send_one()
            await asyncio.sleep(self.between)

    async def _press(self) -> None:
        """Everybody acknowledges whatever they are told of, until it says so."""
        tried: dict[int, float] = {}
        while True:
            now = asyncio.get_running_loop().time()
            for number in range(self.schools):
                phone = self.sandbox.person(FIRST_ACCOUNT + number)
                for message in phone.received:
                    if message.button("Acknowledge") is None:
                        continue
                    if now - tried.get(message.message_id, 0.0) > _PATIENCE:
                        tried[message.message_id] = now
                        phone.press("Acknowledge", message)
                        self.presses += 1
            await asyncio.sleep(0.1)

    async def answers(self, url: str) -> None:
        """Return once the service at this address lives."""
        for _ in range(_SETTLES):
            try:
                await self.http.get(f"{url}/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.01)
            else:
                return
        raise AssertionError("the service was never born")

    async def settled(self) -> None:
        """Return once every accepted notice is acknowledged."""
        left = list(self.accepted.values())
        for _ in range(_SETTLES):
            # No more than one that is not: asking costs the service what it has to settle with.
            while left and await self._is_acknowledged(left[-1]):
                left.pop()
            if not left:
                return
            await asyncio.sleep(0.05)
        never = [one for one in left if not await self._is_acknowledged(one)]
        raise AssertionError(f"never acknowledged: {len(never)}, as {never[:5]}")

    async def _is_acknowledged(self, reference: str) -> bool:
        try:
            answer = await self.http.get(
                f"{next(self._turn)}/api/v1/notifications/{reference}", headers=self._headers
            )
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            return False
        return {alert["state"] for alert in answer.json()["alerts"]} == {"acknowledged"}

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def broken(self, database: str) -> dict[str, int]:
        """What must be 0: accepted and nobody told, and promises that the database breaks."""
        told = " ".join(entry.text or "" for entry in self.sandbox.ledger.sends())
        lost = sum(reference not in told for reference in self.accepted.values())
        return {"lost": lost, "broken promises": await broken_promises(database)}


async def broken_promises(database: str) -> int:
    """How many stand broken in a database, each said on the way."""
    ctx = Context(Store(database), MachineClock(), "auditing")
    try:
        breaches = await check_invariants(ctx.store, ctx)
    finally:
        await ctx.store.close()
    for breach in breaches:
        sys.stderr.write(f"broken: {breach}\n")
    return sum(breach.count for breach in breaches)
