"""Twenty notices a second, three recipients each, beside the floor of the same sitting: from the
202 to the third recipient; and presses on what was brought, all the while."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from benchmarks.burst import RECIPIENTS, SCHOOLS, Running, running, send
from benchmarks.figures import Figure, quantile
from benchmarks.rig import FIRST_ACCOUNT, arrived
from bot.sandbox.presses import Press

_A_SECOND = 20
_LOOKS_EVERY = 0.01
_ANSWERED_WITHIN = 60.0


@dataclass
class Steady:
    """Seconds, of each notice and of each press."""

    brought: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


async def steady(of: str, notices: int, *, pressing: bool = False) -> Steady:
    async with running(of) as up:
        people = asyncio.create_task(_press(up)) if pressing else None
        accepted = await _sent(up, notices)
        if people is None:
            await arrived(up.sandbox, (notices + 1) * RECIPIENTS)
            return Steady(brought=_brought(up, accepted))
        # What is acknowledged before it went to the others never does: only presses are counted.
        answered = await _answered(up, notices + 1)
        people.cancel()
        await asyncio.gather(people, return_exceptions=True)
        return Steady(answered=answered)


async def _sent(up: Running, notices: int) -> dict[int, datetime]:
    """When each one's 202 was here."""
    accepted: dict[int, datetime] = {}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{up.ports[0]}", timeout=60) as http:

        async def one(number: int) -> None:
            await send(http, up.key, number)
            accepted[number] = datetime.now(UTC)

        begin, sending = time.monotonic(), list[asyncio.Task[None]]()
        for number in range(1, notices + 1):
            await asyncio.sleep(max(0.0, begin + number / _A_SECOND - time.monotonic()))
            sending.append(asyncio.create_task(one(number)))
        await asyncio.gather(*sending)
    return accepted


def _brought(up: Running, accepted: dict[int, datetime]) -> list[float]:
    """From each 202 to the last of its people. A school's notices come in their order: its n-th
    message to a person is of its n-th notice."""
    lasts: dict[int, datetime] = {}
    turns = dict.fromkeys(range(SCHOOLS * RECIPIENTS), 0)
    for sent in up.sandbox.ledger.sends():
        person = int(str(sent.chat_id)) - FIRST_ACCOUNT
        number = person // RECIPIENTS + turns[person] * SCHOOLS
        turns[person] += 1
        lasts[number] = max(lasts.get(number, sent.at), sent.at)
    return [max(0.0, (lasts[n] - at).total_seconds()) for n, at in accepted.items()]


async def _press(up: Running) -> None:
    """Each school's first person acknowledges whatever comes."""
    pressed = set[int]()
    while True:
        for school in range(SCHOOLS):
            phone = up.sandbox.person(FIRST_ACCOUNT + school * RECIPIENTS)
            for message in phone.received:
                if message.message_id not in pressed and message.button("Acknowledge"):
                    pressed.add(message.message_id)
                    phone.press("Acknowledge", message)
        await asyncio.sleep(_LOOKS_EVERY)


async def _answered(up: Running, wanted: int) -> list[float]:
    """From each of so many presses to its answer, which comes behind the commit."""
    async with asyncio.timeout(_ANSWERED_WITHIN):
        while len(up.sandbox.presses.by_id) < wanted:
            await asyncio.sleep(_LOOKS_EVERY)
        presses: Sequence[Press] = list(up.sandbox.presses.by_id.values())
        answers = await asyncio.gather(*(press.answered() for press in presses))
    return [(a.at - p.at).total_seconds() for a, p in zip(answers, presses, strict=True)]


async def steadily(notices: int, rounds: int) -> list[Figure]:
    """Both in turn, so many rounds; then the service once more with people who press."""
    floor, ours = list[float](), list[float]()
    for _ in range(rounds):
        floor += (await steady("floor", notices)).brought
        ours += (await steady("service", notices)).brought
    pressed = (await steady("service", notices, pressing=True)).answered

    def said(took: Sequence[float]) -> str:
        return (
            f"p50 {statistics.median(took) * 1e3:.1f} ms, p99 {quantile(took, 0.99) * 1e3:.1f} ms"
        )

    return [
        Figure(
            f"{_A_SECOND} notices a second: 202 → third recipient",
            said(ours),
            f"the floor: {said(floor)}",
            statistics.median(ours) / statistics.median(floor),
            "p50 10 ms, p99 50 ms",
            max(statistics.median(ours) / 0.01, quantile(ours, 0.99) / 0.05),
        ),
        Figure(
            f"press → answered behind its commit, {_A_SECOND} notices a second meanwhile",
            f"{said(pressed)} of {len(pressed)}",
            f"the floor's third recipient: {said(floor)}",
            statistics.median(pressed) / statistics.median(floor),
            "p99 100 ms",
            quantile(pressed, 0.99) / 0.1,
        ),
    ]
