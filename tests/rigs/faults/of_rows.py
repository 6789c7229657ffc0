"""What comes in that should not: notices that are malformed, huge, hostile or repeated, and rows
that cannot be dealt with, each beside the journey's own, which is to be held up by none."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select, update

from bot.store import messages
from bot.store.tables import alerts, notifications
from bot.web.limits import MOST_BYTES
from tests.flow.outbox import strangers, word
from tests.rigs.faults.journey import PATH, Brought, Journey
from tests.web.test_refusals import FAULTY, UNREADABLE

_AT_ONCE = 3
HOSTILE = "<b>x</b> {{7*7}} =cmd|'/C calc'!A0 \u202e *x* [x](tg://user?id=1) ' or 1=1 --"


@asynccontextmanager
async def malformed(journey: Journey) -> AsyncIterator[None]:
    """Whatever is no notice, some of each kind, is refused in so many words."""
    bodies = [(body, 400) for body, _ in UNREADABLE.values()]
    bodies += [(json.dumps(body).encode(), 422) for body, _ in FAULTY.values()]
    for body, status in journey.lot.sample(bodies, 6):
        await _is_refused(journey, body, status)
    yield


@asynccontextmanager
async def huge(journey: Journey) -> AsyncIterator[None]:
    """A body over the limit, and one just under it that is nested without end."""
    await _is_refused(journey, b" " * (MOST_BYTES + 1), 413)
    await _is_refused(journey, b"[" * (MOST_BYTES - 1), 400)
    yield


async def _is_refused(journey: Journey, body: bytes, status: int) -> None:
    if journey.world._app is None:
        return
    answer = await journey.asks(PATH, body)
    journey.struck += 1
    if answer is None or answer.status_code != status:
        journey.wrong.append(f"a notice that is none was answered {answer}")
    journey.answers.subtract([status])


@asynccontextmanager
async def hostile(journey: Journey) -> AsyncIterator[None]:
    """Every text of the notice holds markup, formulas and queries."""
    said = f"Canary-hostile {HOSTILE}"
    journey.body = {**journey.body, "circumstances": said, "location": said}
    if journey.world._app is not None:
        await journey.sends()  # a new version of what came before, or the notice itself
        await journey.passes(2)
        journey.struck += 1
    yield


@asynccontextmanager
async def repeated(journey: Journey) -> AsyncIterator[None]:
    """The same bytes, several at once, before and behind the stage."""
    await _again(journey)
    yield
    if not journey.withdrawn:
        await _again(journey)


async def _again(journey: Journey) -> None:
    if journey.world._app is not None:
        body = journey.body
        await asyncio.gather(*(journey.sends(body) for _ in range(_AT_ONCE)))
        journey.struck += _AT_ONCE


# --- one poisoned row ----------------------------------------------------------------------------


async def another_notice(journey: Journey) -> None:
    """It is told as it should be; what becomes its poison comes later."""
    raw = json.dumps(journey.words_of()).encode()
    answer = await journey.asks(PATH, raw)
    assert answer is not None
    journey.other = answer.json()["reference"]
    await journey.passes(2)
    journey.answers.clear()


def _poisoned(*what: str, table: Table, **poison: Any) -> Brought:
    """These columns of the other notice, or of its alert, hold what nobody can read, and it is due
    before everything else; it is put right once that was felt."""

    @asynccontextmanager
    async def stand(journey: Journey) -> AsyncIterator[None]:
        its = select(notifications.c.id).where(notifications.c.reference == journey.other)
        where = table.c.id == its.scalar_subquery()
        if table is alerts:
            where = alerts.c.notification_id == its.scalar_subquery()
        due = journey.world.clock.now() - timedelta(seconds=30)
        async with journey.store() as store, store.unit() as tx:
            before = await tx.first(select(*(table.c[name] for name in poison)).where(where))
            await tx.execute(
                update(table).where(where).values({**poison, **dict.fromkeys(what, due)})
            )
        assert before is not None
        journey.struck += 1
        yield
        async with journey.store() as store, store.unit() as tx:
            await tx.execute(update(table).where(where).values(dict(before._mapping)))

    return stand


cannot_be_raised = _poisoned("raise_due_at", table=notifications, content={"children": 7})
cannot_be_climbed = _poisoned("next_step_at", table=alerts, policy={"steps": 7})


@asynccontextmanager
async def cannot_be_worded(journey: Journey) -> AsyncIterator[None]:
    """A message without words, due before every other."""
    world = journey.world
    [phone] = strangers(world, 1)
    due = {"due_at": world.clock.now() - timedelta(seconds=30)}
    async with journey.store() as store, store.unit() as tx:
        [number] = await messages.add(tx, [word(world, phone) | {"params": {"no": "lines"}} | due])
    journey.struck += 1
    yield
    async with journey.store() as store, store.unit() as tx:
        await messages.set_params(tx, number, {"lines": ["right again"]})
