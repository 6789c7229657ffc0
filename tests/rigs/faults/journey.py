"""One alert's journey in a small authority: a school, its DSP and deputy, and whom ladders end
with. What the partner and the people do is done here, whatever fault stands meanwhile."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.domain.alert import AlertState
from bot.domain.errors import StoreError
from bot.domain.school import School
from bot.flow.context import Stage as Loop
from bot.sandbox.chats import ChatMessage
from bot.store.tables import alerts, notifications
from bot.store.unit_of_work import Store
from tests.builders import WHOLE, WHOLE_CHILD, child, notice
from tests.rigs.faults.stepped import SteppedWorld

if TYPE_CHECKING:
    from tests.rigs.faults.of_the_server import Servers

PATH = "/api/v1/notifications"
CANARY = "Canary-"
"""Begins whatever of a notice must be shown to nobody before it is on record."""
ACCEPTED = (200, 202)
_STEP, _REACH = timedelta(seconds=1), timedelta(seconds=5)
_LOOKS, _LOOK = 20_000, 0.001
_QUIET, _WAITS = 4, 20
Brought = Callable[["Journey"], AbstractAsyncContextManager[None]]
"""Brings a fault about, and lifts it at the end."""


@dataclass
class Journey:
    """The notice on its way; what was promised about it is kept, to be held against the end."""

    world: SteppedWorld
    lot: random.Random
    reference: str = ""
    accepted: list[tuple[bytes, str]] = field(default_factory=list)
    """The bytes that were said to be accepted, and as what."""
    answers: Counter[int] = field(default_factory=Counter)
    """What the partner was answered, under the fault and behind it."""
    struck: int = 0
    """How often the fault was felt."""
    wrong: list[str] = field(default_factory=list)
    """What should not have been, as it was seen."""
    put_right: bool = False
    withdrawn: bool = False
    servers: "Servers | None" = None
    """PostgreSQL's, where they are this journey's own."""
    other: str = ""
    """Another notice's reference, where a fault is about one."""
    settled_behind: int | None = None
    """Where in Telegram's ledger the answer was seen to be committed."""
    clock_was_wrong: bool = False
    """Then instants say nothing of what came first."""
    speaks_to: str = "Mair"
    """Whom the stage tells."""

    async def settle_in(self) -> None:
        """The people are there and enrolled, and nobody has been told anything."""
        await self.world.without_nurses()
        await self.world.authority()
        self.school: School = await self.world.school("Ysgol Bryn", dsp="Mair", deputy="Owen")
        self.body = self.words_of()

    def words_of(self, **more: Any) -> dict[str, Any]:
        """A notice with every field filled."""
        happened = self.world.clock.now() - timedelta(hours=9)
        fields = {**WHOLE, "occurred_at": happened.isoformat(), "sent_at": None, **more}
        return notice(child(self.school, **WHOLE_CHILD), **fields)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database, whether the service is up or not."""
        if self.world._app is not None:
            yield self.world.ctx.store
            return
        store = Store(self.world.database)
        yield store
        await store.close()

    # --- time ------------------------------------------------------------------------------------

    async def rests(self) -> None:
        """Return when nothing is in hand any more, or when what is can go on only once time has
        moved: what Telegram has for us is fetched no sooner. Time moves as far as a call waits."""
        world = self.world
        quiet = waits = 0
        for _ in range(_LOOKS):
            await asyncio.sleep(_LOOK)
            in_hand = world._app.in_hand if world._app is not None else 0
            if not in_hand and not world.sandbox.working:
                quiet, waits = quiet + world.sandbox.resting, waits + 1
                if quiet == _QUIET or waits == _WAITS:
                    return
                continue
            quiet = waits = 0
            held_up = world.clock.busy_waits()
            if held_up and in_hand <= len(held_up) and not world.sandbox.working:
                if held_up[0] > world.clock.now() + _REACH:
                    return
                world.clock.move_to(max(held_up[0], world.clock.now()))
        self.wrong.append("the service did not come to rest")

    async def passes(self, seconds: float) -> None:
        """So long passes, a tick a second, whatever stands in the way."""
        clock = self.world.clock
        end = clock.now() + timedelta(seconds=seconds)
        await self.rests()
        while (now := clock.now()) < end:
            clock.move_to(min(now + _STEP, end))
            if self.world._app is not None:
                try:
                    await self.world.app.tick()
                except StoreError:  # each tick is a job of its own in the real service
                    self.world.app.stages.wake_all()
            await self.rests()

    # --- the partner -----------------------------------------------------------------------------

    async def asks(self, path: str, raw: bytes) -> httpx.Response | None:
        """One request, as the partner makes it."""
        headers = {"Authorization": f"Bearer {self.world.police.key}"}
        try:
            answer = await self.world.http.post(path, content=raw, headers=headers)
        except httpx.TransportError:
            self.answers[0] += 1
            return None
        self.answers[answer.status_code] += 1
        if CANARY in answer.text:
            self.wrong.append("an answer to the partner repeats what was sent")
        await self.rests()
        return answer

    async def sends(self, body: dict[str, Any] | None = None) -> bool:
        """The notice; whether it was accepted."""
        raw = json.dumps(body or self.body).encode()
        answer = await self.asks(PATH, raw)
        if answer is None or answer.status_code not in ACCEPTED:
            return False
        self.reference = answer.json()["reference"]
        self.accepted.append((raw, self.reference))
        return True

    async def corrects(self) -> None:
        put_right = {**self.body, "circumstances": f"{self.body['circumstances']}, put right"}
        if await self.sends(put_right):
            self.body, self.put_right = put_right, True

    async def withdraws(self) -> None:
        raw = json.dumps({"reason": "sent by mistake"}).encode()
        answer = await self.asks(f"{PATH}/{self.reference}/withdrawal", raw)
        self.withdrawn |= answer is not None and answer.status_code == 202

    async def is_told(self) -> None:
        """Accepted, raised and sent, and nothing went wrong."""
        assert await self.sends()
        await self.passes(2)
        assert self.card("Mair") is not None, "the journey did not begin"

    # --- a stage, held back until its turn -------------------------------------------------------

    def hold(self, loop: Loop) -> None:
        """Rows of this stage wait, as if their wake-up and tick were yet to come."""
        vars(self.world.app.stages.loops[loop])["wake"] = lambda: None

    def release(self, loop: Loop) -> None:
        held = self.world.app.stages.loops[loop]
        vars(held).pop("wake", None)
        held.wake()

    # --- what there is ---------------------------------------------------------------------------

    def card(self, name: str) -> ChatMessage | None:
        """The newest card of this notice on this person's telephone."""
        if not self.reference:
            return None
        mine = self.cards(name)
        return mine[-1] if mine else None

    def cards(self, name: str) -> list[ChatMessage]:
        return [m for m in self.world.phone(name).sandbox.received if self._is_card(m)]

    def _is_card(self, message: ChatMessage) -> bool:
        first = message.history[0]
        buttons = [button.text for row in first.buttons for button in row]
        return self.reference in first.text and "Open details" in buttons

    async def presses(self, button: str) -> None:
        """Mair presses, if her card is there and has the button."""
        card = self.card("Mair")
        if card is not None and (found := card.button(button)) is not None:
            assert found.data is not None
            self.world.phone("Mair").sandbox.press_data(found.data, card)
        await self.rests()

    async def notification(self) -> Row[Any] | None:
        query = select(notifications).where(notifications.c.reference == self.reference)
        async with self.world.ctx.store.reading() as tx:
            return await tx.first(query)

    async def duty(self) -> Row[Any] | None:
        """The school's alert."""
        query = (
            select(alerts)
            .join(notifications, notifications.c.id == alerts.c.notification_id)
            .where(notifications.c.reference == self.reference)
        )
        async with self.world.ctx.store.reading() as tx:
            return await tx.first(query)

    # --- how it ends -----------------------------------------------------------------------------

    async def comes_to_its_end(self) -> None:
        """Whoever has the card takes it on, unless somebody has or it was taken back; and then the
        steps that would have come are waited for."""
        for name in ("Mair", "Owen"):
            card, duty = self.card(name), await self.duty()
            if duty is None or duty.state is not AlertState.OPEN:
                break
            if card is not None and (button := card.button("Acknowledge")) is not None:
                assert button.data is not None
                self.world.phone(name).sandbox.press_data(button.data, card)
                await self.passes(3)
        duty = await self.duty()
        owed = duty is not None and duty.state is AlertState.OPEN and not self.withdrawn
        if owed or (duty is None and self.accepted):
            self.wrong.append("nobody could take it on in the end")
        ledger = self.world.sandbox.ledger
        self.settled_behind = len(ledger.accepted) + len(ledger.refused)
        bell = duty.bell_at if duty is not None else self.world.clock.now()
        await self.world.advance_to(max(bell + timedelta(minutes=35), self.world.clock.now()))
