"""Faults of Telegram's: what it answers, how late, whether at all; and of what it brings us."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from bot.flow.context import Context
from bot.flow.hear import store_updates
from bot.sandbox.faults import Fault, Faults
from tests.rigs.faults.journey import Brought, Journey

Strike = Callable[[Faults, int, int], Fault]
"""Given the sandbox's faults, the chat that the stage speaks to, and a drawn number from 1 to 9."""
_FORGED = ("a:1", "o:1", "a:9223372036854775808", "o:1;drop table alerts", "l:en:cy", "n:1:1", "")


def calls(*strikes: Strike) -> Brought:
    """These stand from before the stage until they are lifted."""

    @asynccontextmanager
    async def stand(journey: Journey) -> AsyncIterator[None]:
        world = journey.world
        chat = world.phone(journey.speaks_to).sandbox.id
        standing = [strike(world.sandbox.faults, chat, journey.lot.randint(1, 9))
                    for strike in strikes]  # fmt: skip
        try:
            yield
        finally:
            for fault in standing:
                fault.lift()
                journey.struck += fault.hits

    return stand


def refused(code: int, says: str, method: str | None = None) -> Strike:
    """In Telegram's own words, every call of that method to that chat; every call where None."""
    if method is None:
        return lambda faults, _, __: faults.error(code, says, times=None)
    return lambda faults, chat, _: faults.error(code, says, method=method, chat_id=chat, times=None)


def spoiled(status: int, body: str) -> Strike:
    """Any answer, to the next few calls that send or change a message."""
    return lambda faults, chat, times: faults.answer(status, body, chat_id=chat, times=times)


@contextmanager
def _standing(journey: Journey, fault: Fault) -> Iterator[None]:
    """Until this is left; how often it struck is noted."""
    try:
        yield
    finally:
        journey.struck += fault.hits
        fault.lift()


@asynccontextmanager
async def is_down(journey: Journey) -> AsyncIterator[None]:
    """Every connection is closed."""
    with _standing(journey, journey.world.sandbox.faults.down()):
        yield


@asynccontextmanager
async def is_unreachable(journey: Journey) -> AsyncIterator[None]:
    """No connection is made at all."""
    sandbox = journey.world.sandbox
    port = int(sandbox.url.rsplit(":", 1)[1])
    await sandbox.stop()
    journey.struck += 1
    try:
        yield
    finally:
        await sandbox.start(port=port)


# --- what it brings ------------------------------------------------------------------------------


@asynccontextmanager
async def twice_and_backwards(journey: Journey) -> AsyncIterator[None]:
    """Updates come in bundles, newest first, and each comes again; somebody else writes as well."""
    faults = journey.world.sandbox.faults
    standing = [faults.duplicate_updates(times=None), faults.reorder_updates(times=None)]
    with faults.withhold_updates():
        for _ in range(3):
            journey.world.phone("Coordinator").sandbox.say("/help")
    try:
        yield
    finally:
        for fault in standing:
            journey.struck += fault.hits
            fault.lift()


@asynccontextmanager
async def a_day_late(journey: Journey) -> AsyncIterator[None]:
    """What people do is told to us 26 hours later."""
    with journey.world.sandbox.faults.withhold_updates():
        try:
            yield
        finally:
            if journey.world._app is not None:
                await journey.world.advance(hours=26)
            journey.struck += 1


@asynccontextmanager
async def replayed(journey: Journey) -> AsyncIterator[None]:
    """The last press that was heard comes again, under its own number and under new ones; and what
    was pressed once more, after it was settled."""
    yield
    world = journey.world
    card = journey.card("Mair")
    if card is None:
        return
    for version in card.history:
        for row in version.buttons:
            for button in row:
                if button.data and button.text in ("Acknowledge", "Open details"):
                    world.phone("Mair").sandbox.press_data(button.data, card)
                    journey.struck += 1
    await journey.passes(3)


def pressed_by(names: Sequence[str]) -> Brought:
    """These people press what was never theirs."""

    @asynccontextmanager
    async def press(journey: Journey) -> AsyncIterator[None]:
        world = journey.world
        for name in names:
            phone = world.phone(name).sandbox
            phone.chat.started = True
            for data in _FORGED:
                phone.press_data(data, journey.card("Mair"))
                journey.struck += 1
        await journey.passes(2)
        yield

    return press


@asynccontextmanager
async def too_old(journey: Journey) -> AsyncIterator[None]:
    """Telegram no longer lets any press be answered."""
    says = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    faults = journey.world.sandbox.faults
    with _standing(journey, faults.error(400, says, method="answerCallbackQuery", times=None)):
        yield


@asynccontextmanager
async def unreadable(journey: Journey) -> AsyncIterator[None]:
    """An update of the same chat that nobody can read lies before all others."""
    chat = journey.world.phone("Mair").sandbox.id
    raw = {"chat": {"id": chat, "type": "private"}, "text": "no date"}
    async with journey.store() as store:
        ctx = Context(store, journey.world.clock, "before the service")
        await store_updates(ctx, [{"update_id": 1, "message": raw}])
    journey.struck += 1
    await journey.rests()
    yield
