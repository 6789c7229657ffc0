"""What is done at one alert while its ladder is due, each as a door does it."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import HandClock
from bot.domain.errors import ConflictError, NotFoundError, StoreError
from bot.domain.incident import FollowUp
from bot.domain.school import School
from bot.flow.acknowledge import acknowledge
from bot.flow.context import Context
from bot.flow.follow_up import update, withdraw
from bot.flow.leave import leave
from bot.flow.new_notices import Incoming
from bot.flow.not_ours import not_ours
from bot.flow.open_alert import open_details
from bot.flow.receive import receive
from bot.flow.recuse import recuse
from bot.flow.reply import Reply
from bot.intake.document import read_json
from bot.store.types import EPOCH
from tests.builders import child_of

_A_MOMENT = timedelta(milliseconds=1)
_TRIES = 20
PARTNER = (1, "South Force")


class OnwardClock(HandClock):
    """Moved by hand; and no two looks at it agree, so that of any two instants one was first."""

    def now(self) -> datetime:
        self._now += _A_MOMENT
        return self._now

    async def sleep_until(self, at: datetime, *, idle: bool = False) -> None:
        if at > self._now:
            self.move_to(at)


@dataclass
class Said:
    """An answer to a press: whose, begun when, and the sentence."""

    person: str
    began_at: datetime
    sentence: str


@dataclass
class Scene:
    """One alert with its two people."""

    school: School
    dsp: str
    deputy: str
    body: dict[str, Any]
    reference: str = ""
    alert: int = 0
    began_at: datetime = EPOCH
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By person, the chat and the number of the card that was sent there."""
    said: list[Said] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)
    """Who left, and when that was done."""
    withdrawn: bool = False
    sent_again: bool = False

    def pressed(self, sentence: str) -> list[str]:
        """Who was answered so."""
        return [said.person for said in self.said if said.sentence == sentence]


def incoming(clock: HandClock, body: dict[str, Any]) -> Incoming:
    """A notice as the police's door hands it on."""
    raw = json.dumps(body).encode()
    return Incoming(*PARTNER, "api", raw, read_json(raw, clock.now()))


def scene_of(school: School, dsp: str, deputy: str, now: datetime) -> Scene:
    """A notice of this moment about a child of this school."""
    happened = {"occurred_at": (now - timedelta(hours=9)).isoformat(), "sent_at": now.isoformat()}
    return Scene(school, dsp, deputy, child_of(school, **happened))


async def repeated(deed: Callable[[], Awaitable[None]]) -> None:
    """As its door repeats it whenever the database could not serve: a press lies in the inbox
    still, and a sender tries again. That two stood in each other's way for ever is nobody's turn to
    repeat: it is raised."""
    for _ in range(_TRIES):
        try:
            return await deed()
        except StoreError as error:
            if "Deadlock" in repr(error.__cause__):
                raise
    raise StoreError("The database cannot serve, however often it is asked.")


Deed = Callable[[Context, Scene, random.Random], Awaitable[None]]


def _press(use: Callable[[Context, str, int], Awaitable[Reply]]) -> Deed:
    async def deed(ctx: Context, scene: Scene, lot: random.Random) -> None:
        person = lot.choice((scene.dsp, scene.deputy))
        began_at = ctx.now()
        reply = await use(ctx, person, scene.alert)
        scene.said.append(Said(person, began_at, str(reply.sentence)))

    return deed


async def _acknowledges_twice(ctx: Context, scene: Scene, lot: random.Random) -> None:
    await _press(acknowledge)(ctx, scene, lot)
    await _press(acknowledge)(ctx, scene, lot)


async def _opens(ctx: Context, scene: Scene, lot: random.Random) -> None:
    began_at, (chat, card) = ctx.now(), scene.cards[scene.dsp]
    reply = await open_details(ctx, scene.dsp, scene.alert, chat, card)
    scene.said.append(Said(scene.dsp, began_at, str(reply.sentence)))


async def _leaves(ctx: Context, scene: Scene, lot: random.Random) -> None:
    person = lot.choice((scene.dsp, scene.deputy))
    try:
        await leave(ctx, person, by="command line")
    except NotFoundError:
        return  # has left
    scene.left[person] = ctx.now()


async def _is_withdrawn(ctx: Context, scene: Scene, lot: random.Random) -> None:
    await withdraw(ctx, PARTNER[0], scene.reference, "sent by mistake", b"{}")
    scene.withdrawn = True


async def _is_added_to(ctx: Context, scene: Scene, lot: random.Random) -> None:
    try:
        said = FollowUp(text=f"Synthetic {lot.random()}")
        await update(
            ctx, PARTNER[0], scene.reference, said, said.text.encode() if said.text else b""
        )
    except ConflictError:
        return  # withdrawn meanwhile, as the sender is told


async def _is_sent_again(ctx: Context, scene: Scene, lot: random.Random) -> None:
    scene.sent_again = True
    assert isinstance(ctx.clock, HandClock)
    sent_at = ctx.now().isoformat()
    body = scene.body | {"sent_at": sent_at, "circumstances": f"Synthetic {lot.random()}"}
    await receive(ctx, [incoming(ctx.clock, body)])


DEEDS: tuple[tuple[Deed, int], ...] = (
    (_press(acknowledge), 8),
    (_acknowledges_twice, 2),
    (_opens, 3),
    (_is_withdrawn, 4),
    (_leaves, 2),
    (_is_added_to, 2),
    (_is_sent_again, 2),
    (_press(not_ours), 1),
    (_press(recuse), 1),
)
"""Each with how often it is drawn beside the others."""
