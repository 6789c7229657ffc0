"""The outbox's engine: claim (commit) → send (no transaction open) → record (commit).

Dies after the claim: the claim's time runs out, another worker records the outcome as unknown and
the message is sent again, marked as a possible repeat; Telegram has no idempotency key, and a
second "please open ENC-…" is cheap where silence is not. Dies after the record: nothing is owed.

The pace is decided in the claim: every message gets a slot of its own, evenly spaced over all
workers, and a chat gets one message at a time, a second apart. A slot that a worker misses, held up
as it was, is gone where others share the pace: it takes another, and gives the message back when it
misses those as well. The nearest bell goes first, and of equals each alert's first person before
anyone's second.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.delivery import Outcome, Outgoing, Unknown
from bot.domain.errors import StoreError
from bot.domain.message import MessageState
from bot.domain.people import Channel
from bot.flow.compose import NotHere, NotYet, Unworded, compose
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.record import another_way, give_back, hold_back, put_off, record_outcomes, take_over
from bot.store import claims, messages, pace

HORIZON = timedelta(seconds=0.25)
"""How far ahead slots are given out: an answer that is queued now waits at most this long."""
_SEND_MARGIN = 0.2
"""A worker that wakes up this near to its claim's end, as a share of the claim's time, no longer
sends: it may have been frozen."""
_LATE = timedelta(seconds=0.025)
"""How late a message may leave without those behind it, or those of other workers, making way. At
28.8 a second thirty slots are 42 milliseconds longer than Telegram's second; the rest is for the
network."""
_AHEAD = timedelta(seconds=0.05)
"""How far ahead slots that are shared are at least: they are taken by a commit. Who misses one
waits as long before it takes another, and twice as long each time."""
_SLOTS = 6
"""So many slots a message may miss before it is given back: two seconds in all."""
_GIVEN_BACK = 5
"""A worker that has given so many back, and sent none in time between them, is always late: it
sends late rather than never."""
_APART = 1.05
"""So much farther apart are the slots of workers that share the pace: one that is stopped between
its turn and the network leaves beside those of the others, and a second has room for two such."""
_WINDOW = 100
_IN_FLIGHT = 48
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is this worker's to send at its slot."""

    row: Row[Any]
    outgoing: Outgoing
    slot_at: datetime
    until: datetime


class Dispatcher:
    """One channel's sender in this worker. `step` claims and sets off; sends run beside it."""

    def __init__(
        self,
        ctx: Context,
        channel: Channel,
        rate: float | None = None,
        *,
        shares: Callable[[], bool] = lambda: False,
    ) -> None:
        """`rate`: messages a second, where they are not the context's, which is Telegram's;
        `shares`: whether another worker may be sending by now."""
        self._ctx = ctx
        self.shares = shares
        self._channel = channel
        self._own_rate = rate
        self._sending: set[asyncio.Task[None]] = set()
        self._done: list[tuple[Row[Any], Outcome | None]] = []
        self._claiming: asyncio.Task[list[Claim]] | None = None
        self._recorder: asyncio.Task[None] | None = None
        self._in_line = asyncio.Lock()
        self._slotless: list[asyncio.Future[datetime]] = []
        self._retaking: asyncio.Task[None] | None = None
        self._next_turn_at: datetime | None = None
        self._given_back = 0
        self.waiting = False
        """`step` waits for a send to end, and does nothing itself."""

    @property
    def _gap(self) -> timedelta:
        gap = timedelta(seconds=1 / (self._own_rate or self._ctx.rate))
        return gap * _APART if self.shares() else gap

    @property
    def in_flight(self) -> int:
        """Sends under way and outcomes not yet recorded."""
        return len(self._sending) + (self._recorder is not None)

    async def step(self) -> bool:
        """Claim what may go now and set it off; whether to come back at once."""
        async with self._ctx.store.reading() as tx:
            waiting, abandoned = await claims.at_hand(tx, self._channel, self._ctx.now())
        if abandoned:
            await take_over(self._ctx)
        if not waiting and not abandoned:
            return False
        claimed: list[Claim] = []
        if (room := _IN_FLIGHT - len(self._sending)) > 0:
            self._claiming = asyncio.create_task(self._claim(room))
            claimed = await asyncio.shield(self._claiming)
        if claimed:
            # Come back shortly before these slots are used up, or when a place is free.
            await self._ctx.clock.sleep_until(claimed[-1].slot_at - HORIZON / 2)
        if len(self._sending) >= _IN_FLIGHT:
            self.waiting = True
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
            self.waiting = False
        return bool(claimed)

    async def drain(self) -> None:
        """Wait until everything in flight has been sent and recorded."""
        if self._claiming is not None:
            await asyncio.gather(self._claiming, return_exceptions=True)
        while self._sending or self._recorder is not None:
            waiting = [*self._sending, *([self._recorder] if self._recorder else [])]
            await asyncio.wait(waiting)

    async def abandon(self) -> None:
        """Give up what is in flight where it stands. Its claims are taken over by whoever comes."""
        begun = (self._claiming, self._recorder, self._retaking, *self._sending)
        tasks = [task for task in begun if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- claim -----------------------------------------------------------------------------------

    async def _claim(self, room: int) -> list[Claim]:
        """Claim, commit, and set off what was claimed, so that nobody who stops waiting for this
        leaves claims behind that are never sent."""
        ctx = self._ctx
        async with ctx.store.unit() as tx:
            free = await pace.take(tx, self._channel, ctx.now())
            now = ctx.now()  # the pace's row may have been another's for a while
            gap, horizon = self._gap, now + HORIZON
            if self.shares():
                free = max(free, now + _AHEAD)
            if free > horizon:
                return []
            slots = min(room, int((horizon - free) / gap) + 1)
            ids = _one_a_chat(await claims.candidates(tx, self._channel, now, _WINDOW), slots)
            if not ids:
                return []
            until = free + gap * len(ids) + timedelta(seconds=ctx.claim_seconds)
            rows = await claims.claim(tx, ids, ctx.worker, until)
            # Worded after the claim: what is committed from now on brings an edit of its own.
            worded = await compose(tx, await in_force(ctx, tx), rows, now, ctx.page, ctx.second)
            mine = []
            for row in rows:
                match worded[row.id]:
                    case Outgoing() as outgoing:
                        mine.append(Claim(row, outgoing, free, until))
                        free += gap
                    case Unworded(fault):
                        await put_off(tx, row, fault, now)
                    case NotHere():
                        await another_way(ctx, tx, row, now)
                    case NotYet():
                        await hold_back(tx, row, now)
                    case None:
                        await messages.end(tx, row.id, MessageState.CANCELLED)
            await pace.set_next(tx, self._channel, free)
        for claim in mine:
            task = asyncio.create_task(self._send(claim))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return mine

    # --- send and record ------------------------------------------------------------

    async def _send(self, claim: Claim) -> None:
        # No transaction is open here: a slow channel must never hold a lock or a connection.
        margin = timedelta(seconds=self._ctx.claim_seconds * _SEND_MARGIN)
        outcome: Outcome | None = None
        if await self._turn(claim.slot_at, claim.until - margin):
            try:
                outcome = await self._ctx.notifiers[self._channel].deliver(claim.outgoing)
            except Exception as error:
                log.exception("a notifier raised")
                outcome = Unknown(type(error).__name__)
        self._done.append((claim.row, outcome))
        if self._recorder is None:
            self._recorder = asyncio.create_task(self._record())

    async def _turn(self, slot_at: datetime, latest: datetime) -> bool:
        """Return when this one goes: at its slot, in line, no sooner than the pace allows; False if
        it must not go from here. A slot is a plan; when the loop was held up, those missed must not
        go all at once, nor beside those of another worker, which has gone on."""
        for tries in range(_SLOTS):
            if tries:
                await self._ctx.clock.sleep((_AHEAD * 2 ** (tries - 1)).total_seconds())
                try:
                    slot_at = await self._another_slot()
                except StoreError:
                    continue  # behind a long stop no connection of before may serve
            await self._ctx.clock.sleep_until(slot_at)
            async with self._in_line:
                await self._until_the_pace_allows()
                now = self._ctx.now()
                if now > latest:
                    return False
                in_time = now <= slot_at + _LATE
                if in_time or not self.shares() or self._given_back >= _GIVEN_BACK:
                    self._given_back = 0 if in_time else self._given_back
                    # A little lateness is made good by those behind: it would add up otherwise.
                    self._next_turn_at = max(self._free_at or now, now - _LATE) + self._gap
                    return True
        self._given_back += 1
        return False

    @property
    def _free_at(self) -> datetime | None:
        """When this worker may send again; never more than the pace's gap ahead, but where the
        clock was stepped back, which does not count."""
        free_at = self._next_turn_at
        return None if free_at is None or free_at > self._ctx.now() + self._gap else free_at

    async def _until_the_pace_allows(self) -> None:
        while (free_at := self._free_at) is not None and free_at > self._ctx.now():
            await self._ctx.clock.sleep_until(free_at)

    async def _another_slot(self) -> datetime:
        """The next free one. Raises StoreError."""
        slot_at: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        self._slotless.append(slot_at)
        if self._retaking is None:
            self._retaking = asyncio.create_task(self._take_slots())
        return await slot_at

    async def _take_slots(self) -> None:
        """For all that miss theirs meanwhile at once: one by one they would queue for the pace's
        row, each with a connection of its own, and nothing else would get any."""
        try:
            while self._slotless:
                taking: list[asyncio.Future[datetime]] = []
                try:
                    async with self._ctx.store.unit() as tx:
                        free = await pace.take(tx, self._channel, self._ctx.now())
                        taking, self._slotless = self._slotless, []
                        free = max(free, self._ctx.now() + _AHEAD)
                        await pace.set_next(tx, self._channel, free + self._gap * len(taking))
                except Exception as error:
                    taking, self._slotless = taking + self._slotless, []
                    for slot_at in taking:
                        if not slot_at.done():
                            slot_at.set_exception(error)
                    continue
                for number, slot_at in enumerate(taking):
                    if not slot_at.done():
                        slot_at.set_result(free + self._gap * number)
        finally:
            self._retaking = None

    async def _record(self) -> None:
        """Outcomes that come in while a commit is under way share the next one; without one, it
        never left."""
        try:
            while self._done:
                batch, self._done = self._done, []
                if ended := [(row, outcome) for row, outcome in batch if outcome is not None]:
                    await record_outcomes(self._ctx, ended)
                if unsent := [row for row, outcome in batch if outcome is None]:
                    await give_back(self._ctx, unsent)
        finally:
            self._recorder = None


def _one_a_chat(rows: Iterable[Row[Any]], limit: int) -> list[int]:
    """The first message of each chat, in order."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.address, row.id)
    return list(first.values())[:limit]
