"""Words put straight into the outbox, for tests of how they leave it, and how it stands."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.domain.delivery import Outcome, Outgoing
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel
from bot.flow.context import Stage
from bot.flow.tell import message_row
from bot.sandbox.phones import SandboxPhone
from bot.store import messages, pace
from bot.store.tables import messages as outbox
from bot.store.types import EPOCH
from tests.world import World


def strangers(world: World, count: int) -> list[SandboxPhone]:
    """People the bot may write to, and whom it knows nothing of."""
    phones = [world.sandbox.person(1_000 + number) for number in range(count)]
    for phone in phones:
        phone.chat.started = True
    return phones


def word(
    world: World,
    phone: SandboxPhone,
    text: str = "a word",
    *,
    priority: Priority = Priority.ALERT,
    bell_at: datetime = EPOCH,
    rank: int = 0,
) -> dict[str, Any]:
    return message_row(
        Kind.ANSWER,
        str(phone.id),
        world.clock.now(),
        params={"lines": [text]},
        priority=priority,
        bell_at=bell_at,
        rank=rank,
    )


async def put(world: World, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Owe these words; they go out from now on."""
    async with world.ctx.store.unit() as tx:
        numbers = await messages.add(tx, rows)
        tx.wake(Stage.DISPATCH)
    return numbers


async def hold_back(world: World, **span: float) -> None:
    """Nothing leaves the outbox for so long, so that what is owed meanwhile waits side by side."""
    async with world.ctx.store.unit() as tx:
        await pace.take(tx, Channel.TELEGRAM, world.clock.now())
        await pace.set_next(tx, Channel.TELEGRAM, world.clock.now() + timedelta(**span))


async def standing(world: World, *numbers: int) -> list[Row[Any]]:
    """The outbox's rows as they are now, all or those of these numbers."""
    statement = select(outbox).order_by(outbox.c.id)
    if numbers:
        statement = statement.where(outbox.c.id.in_(numbers))
    async with world.ctx.store.reading() as tx:
        return list(await tx.all(statement))


async def one(world: World, number: int) -> Row[Any]:
    [row] = await standing(world, number)
    return row


def texts_sent(world: World) -> list[str]:
    """What Telegram accepted, in that order."""
    return [entry.text or "" for entry in world.sandbox.ledger.sends()]


async def until(happened: Callable[[], object]) -> None:
    """Let sockets and tasks run, without moving the clock, until something has come true."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.002)


async def send(world: World, notification: dict[str, Any]) -> None:
    """The police send this, and nobody waits for what follows."""
    headers = {"Authorization": f"Bearer {world.police.key}"}
    path = "/api/v1/notifications"
    response = await world.http.post(path, headers=headers, json=notification)
    assert response.status_code == 202, response.text


class Wire:
    """The line to Telegram, watched: when each message left, by the clock in force; and held, to
    see what happens while a message is on its way."""

    channel = Channel.TELEGRAM

    def __init__(self, world: World) -> None:
        self._notifier = world.ctx.notifiers[Channel.TELEGRAM]
        self._clock = world.clock
        self.answer_press = self._notifier.answer_press
        self.left: list[tuple[datetime, Outgoing]] = []
        self.held: list[tuple[Outgoing, asyncio.Future[Outcome | None]]] = []
        self._hold = 0
        self._stop = world.stop
        world.ctx.notifiers = {Channel.TELEGRAM: self}
        world.stop = self._release_and_stop  # type: ignore[method-assign]

    def hold(self, messages: int = 1) -> None:
        """The next messages stay on their way until they are released."""
        self._hold = messages

    def release(self, outcome: Outcome | None = None) -> None:
        """The oldest one held comes to this outcome; without one it goes out as it should."""
        self.held.pop(0)[1].set_result(outcome)

    async def _release_and_stop(self) -> None:
        self._hold = 0
        while self.held:
            self.release()
        await self._stop()

    async def deliver(self, message: Outgoing) -> Outcome:
        self.left.append((self._clock.now(), message))
        outcome: Outcome | None = None
        if self._hold:
            self._hold -= 1
            self.held.append((message, asyncio.get_running_loop().create_future()))
            outcome = await self.held[-1][1]
        return await self._notifier.deliver(message) if outcome is None else outcome
