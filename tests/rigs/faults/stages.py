"""The stages of an alert's journey: how the journey is brought to just before each, what happens at
it, what whoever was refused does then, and when it is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from bot.domain.alert import AlertState, NotificationState
from bot.domain.errors import SettingsError, StoreError
from bot.flow.context import Stage as Loop
from bot.store.tables import disclosures
from tests.rigs.faults.journey import CANARY, Journey

Do = Callable[[Journey], Awaitable[None]]
Asks = Callable[[Journey], Awaitable[bool]]
_SECONDS = 5
"""How long a stage is given under the fault."""
_TRIES = 20


class Needs(StrEnum):
    """What a stage cannot do without. A fault of anything else is not to be felt at it."""

    DATABASE = "the database"
    TELEGRAM = "Telegram"
    TIME = "an instant that has come"
    A_MINUTE = "the minute for which a view is shown"


@dataclass(frozen=True)
class Stage:
    name: str
    about: str
    needs: frozenset[Needs]
    before: Do
    happens: Do
    done: Asks
    again: Do | None = None
    """What whoever was refused does once the fault is over; nobody does anything where None."""
    tells: str = "Mair"


async def _nothing(journey: Journey) -> None:
    """The stage is the first."""


async def _a_while(journey: Journey) -> None:
    await journey.passes(_SECONDS)


def _releases(loop: Loop) -> Do:
    async def happens(journey: Journey) -> None:
        journey.release(loop)
        await journey.passes(_SECONDS)

    return happens


def _held_at(loop: Loop) -> Do:
    async def before(journey: Journey) -> None:
        journey.hold(loop)
        assert await journey.sends()

    return before


def _presses(button: str) -> Do:
    async def happens(journey: Journey) -> None:
        await journey.presses(button)
        await journey.passes(_SECONDS)

    return happens


# --- taken in, raised, sent ----------------------------------------------------------------------


async def _is_sent(journey: Journey) -> None:
    await journey.sends()
    await journey.passes(_SECONDS)


async def _accepted(journey: Journey) -> bool:
    return bool(journey.accepted) and await journey.notification() is not None


async def _until_accepted(journey: Journey) -> None:
    for _ in range(_TRIES):
        if journey.accepted or await journey.sends():
            return
        await journey.passes(5)


async def _raised(journey: Journey) -> bool:
    return await journey.duty() is not None


async def _has_a_card(journey: Journey) -> bool:
    return journey.card(journey.speaks_to) is not None


async def _is_put_off(journey: Journey) -> None:
    """Telegram asks for three seconds before the first card may be sent."""
    chat = journey.world.phone("Mair").sandbox.id
    journey.world.sandbox.faults.flood(3, chat_id=chat, method="sendMessage")
    assert await journey.sends()


# --- answered, opened, climbed -------------------------------------------------------------------


async def _told(journey: Journey) -> None:
    await journey.is_told()


async def _acknowledged(journey: Journey) -> bool:
    duty = await journey.duty()
    return duty is not None and duty.state is AlertState.ACKNOWLEDGED


async def _opened(journey: Journey) -> bool:
    async with journey.world.ctx.store.reading() as tx:
        on_record = await tx.all(select(disclosures).where(disclosures.c.person_id == "mair"))
    texts = [version.text for card in journey.cards("Mair") for version in card.history]
    return bool(on_record) and any(CANARY in text for text in texts)


async def _until_opened(journey: Journey) -> None:
    """A press whose answer came too late to be seen is made again."""
    await journey.passes(60)
    for _ in range(_TRIES):
        if await _opened(journey):
            return
        await journey.presses("Open details")
        await journey.passes(5)


async def _nobody_answers(journey: Journey) -> None:
    """Until five seconds before the deputy is told."""
    await journey.is_told()
    duty = await journey.duty()
    assert duty is not None
    assert duty.next_step_at is not None
    await journey.world.advance_to(duty.next_step_at - timedelta(seconds=_SECONDS))


async def _its_time_comes(journey: Journey) -> None:
    await journey.passes(2 * _SECONDS)


# --- taken back, put right -----------------------------------------------------------------------


async def _withdraws(journey: Journey) -> None:
    await journey.withdraws()
    await journey.passes(_SECONDS)


async def _withdrawn(journey: Journey) -> bool:
    row = await journey.notification()
    return journey.withdrawn and row is not None and row.state is NotificationState.WITHDRAWN


async def _until_withdrawn(journey: Journey) -> None:
    for _ in range(_TRIES):
        if journey.withdrawn:
            return
        await _withdraws(journey)


async def _corrects(journey: Journey) -> None:
    await journey.corrects()
    await journey.passes(_SECONDS)


async def _corrected(journey: Journey) -> bool:
    row = await journey.notification()
    if row is None or not row.content.get("circumstances", "").endswith("put right"):
        return False
    return bool(row.version == row.raised_version)


async def _until_corrected(journey: Journey) -> None:
    for _ in range(_TRIES):
        if journey.put_right:
            return
        await _corrects(journey)


# --- watched, started ----------------------------------------------------------------------------


async def _a_watch(journey: Journey) -> None:
    await journey.passes(35)


async def _is_down(journey: Journey) -> None:
    """A card is owed, and the service is down."""
    journey.hold(Loop.DISPATCH)
    assert await journey.sends()
    await journey.world.stop()


async def _starts(journey: Journey) -> None:
    """It comes up, or says in one sentence why it does not, and its supervisor tries again."""
    try:
        await journey.world.start()
    except (StoreError, SettingsError) as error:
        if "\n" in str(error) or CANARY in str(error):
            journey.wrong.append(f"no sentence for whoever starts it: {error}")
        await journey.world.is_killed()
        journey.world.clock.move_to(journey.world.clock.now() + timedelta(seconds=_SECONDS))
    else:
        await journey.passes(_SECONDS)


async def _until_up(journey: Journey) -> None:
    if journey.world._app is None:
        await journey.world.start()
    await journey.passes(_SECONDS)


async def _up(journey: Journey) -> bool:
    return journey.world._app is not None and await _has_a_card(journey)


_DATABASE = frozenset({Needs.DATABASE})
_BOTH = _DATABASE | {Needs.TELEGRAM}
_WAITS = frozenset({Needs.TIME})

STAGES = (
    Stage("accepted", "a notice is taken in", _DATABASE, _nothing, _is_sent, _accepted,
          _until_accepted),
    Stage("raised", "an accepted notice becomes an alert", _DATABASE | _WAITS,
          _held_at(Loop.RAISE), _releases(Loop.RAISE), _raised),
    Stage("sent", "a card that is owed leaves", _BOTH | _WAITS,
          _held_at(Loop.DISPATCH), _releases(Loop.DISPATCH), _has_a_card),
    Stage("sent again", "a card that Telegram put off by three seconds leaves", _BOTH | _WAITS,
          _is_put_off, _a_while, _has_a_card),
    Stage("acknowledged", "a press on *Acknowledge* is heard", _BOTH,
          _told, _presses("Acknowledge"), _acknowledged),
    Stage("opened", "a press on *Open details* shows the view", _BOTH | {Needs.A_MINUTE},
          _told, _presses("Open details"), _opened, _until_opened),
    Stage("climbed", "nobody answers, and the deputy's time comes", _BOTH | _WAITS,
          _nobody_answers, _its_time_comes, _has_a_card, tells="Owen"),
    Stage("corrected", "the partner sends a new version", _DATABASE,
          _told, _corrects, _corrected, _until_corrected),
    Stage("withdrawn", "the partner takes the notice back", _DATABASE,
          _told, _withdraws, _withdrawn, _until_withdrawn),
    Stage("watched", "the service looks whether every promise is kept", _DATABASE,
          _told, _a_watch, _raised),
    Stage("started", "the service starts and a card is owed", _BOTH | _WAITS,
          _is_down, _starts, _up, _until_up),
)  # fmt: skip
