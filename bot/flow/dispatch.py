"""The outbox's engine: claim (commit) → send (no transaction open) → record (commit).

Dies after the claim: the claim's time runs out, another worker records the outcome as unknown and
the message is sent again, marked as a possible repeat; Telegram has no idempotency key, and a
second "please open ENC-…" is cheap where silence is not. Dies after the record: nothing is owed.

The pace is decided in the claim: every message gets a slot of its own, evenly spaced over all
workers, and a chat gets one message at a time, a second apart. The nearest bell goes first, and of
equals each alert's first person before anyone's second.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.delivery import Outcome, Outgoing, Unknown
from bot.domain.message import MessageState
from bot.domain.people import Channel
from bot.flow.compose import compose
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.record import record_outcomes
from bot.store import messages

HORIZON = timedelta(seconds=0.25)
"""How far ahead slots are given out: an answer that is queued now waits at most this long."""
CLAIM_TIME = timedelta(seconds=15)
"""A claim not recorded this long after its slot is taken over."""
SEND_MARGIN = timedelta(seconds=3)
"""A worker that wakes up this close to its claim's end no longer sends: it may have been frozen."""
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

    def __init__(self, ctx: Context, channel: Channel) -> None:
        self._ctx = ctx
        self._channel = channel
        self._sending: set[asyncio.Task[None]] = set()
        self._done: list[tuple[Claim, Outcome]] = []
        self._recorder: asyncio.Task[None] | None = None

    @property
    def in_flight(self) -> int:
        """Sends under way and outcomes not yet recorded."""
        return len(self._sending) + len(self._done)

    async def step(self) -> bool:
        """Claim what may go now and set it off; whether to come back at once."""
        async with self._ctx.store.reading() as tx:
            waiting, abandoned = await messages.at_hand(tx, self._channel, self._ctx.now())
        if abandoned:
            # Claims that nobody recorded in time: nobody can say what became of them.
            await record_outcomes(self._ctx, [], take_over=True)
        if not waiting and not abandoned:
            return False
        room = _IN_FLIGHT - len(self._sending)
        claims = await self._claim(room) if room > 0 else []
        for claim in claims:
            task = asyncio.create_task(self._send(claim))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        if claims:
            # Come back shortly before these slots are used up, or when a place is free.
            await self._ctx.clock.sleep_until(claims[-1].slot_at - HORIZON / 2)
        if len(self._sending) >= _IN_FLIGHT:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        return bool(claims)

    async def drain(self) -> None:
        """Wait until everything in flight has been sent and recorded."""
        while self._sending or self._recorder is not None:
            waiting = [*self._sending, *([self._recorder] if self._recorder else [])]
            await asyncio.wait(waiting)

    # --- claim -----------------------------------------------------------------------------------

    async def _claim(self, room: int) -> list[Claim]:
        ctx, now = self._ctx, self._ctx.now()
        gap = timedelta(seconds=1 / ctx.rate)
        async with ctx.store.unit() as tx:
            free = await messages.take_pace(tx, self._channel, now)
            horizon = now + HORIZON
            if free > horizon:
                return []
            slots = min(room, int((horizon - free) / gap) + 1)
            rows = _one_a_chat(await messages.candidates(tx, self._channel, now, _WINDOW), slots)
            if not rows:
                return []
            composed = await compose(tx, await in_force(ctx, tx), rows, now)
            owed = [row for row in rows if composed[row.id] is not None]
            for row in rows:
                if composed[row.id] is None:
                    await messages.change(tx, row.id, state=MessageState.CANCELLED)
            until = free + gap * len(owed) + CLAIM_TIME
            ours = await messages.claim(tx, [row.id for row in owed], ctx.worker, until)
            claims = []
            for row in owed:
                outgoing = composed[row.id]
                if row.id in ours and outgoing is not None:
                    claims.append(Claim(row, outgoing, free, until))
                    free += gap
            await messages.hold_chats(
                tx,
                self._channel,
                {
                    claim.row.address: claim.slot_at + timedelta(seconds=ctx.chat_seconds)
                    for claim in claims
                },
            )
            await messages.set_pace(tx, self._channel, free)
        return claims

    # --- send and record ------------------------------------------------------------

    async def _send(self, claim: Claim) -> None:
        # No transaction is open here: a slow channel must never hold a lock or a connection.
        await self._ctx.clock.sleep_until(claim.slot_at)
        if self._ctx.now() > claim.until - SEND_MARGIN:
            return  # too late: whoever takes the claim over sends it
        outcome: Outcome
        try:
            outcome = await self._ctx.notifiers[self._channel].deliver(claim.outgoing)
        except Exception as error:
            log.exception("a notifier raised")
            outcome = Unknown(type(error).__name__)
        self._done.append((claim, outcome))
        if self._recorder is None:
            self._recorder = asyncio.create_task(self._record())

    async def _record(self) -> None:
        """Outcomes that come in while a commit is under way share the next one."""
        try:
            while self._done:
                batch, self._done = self._done, []
                try:
                    await record_outcomes(
                        self._ctx, [(claim.row.id, outcome) for claim, outcome in batch]
                    )
                except Exception:
                    # The claims run out and are taken over: a repeat, never a loss.
                    log.exception("recording outcomes failed")
        finally:
            self._recorder = None


def _one_a_chat(rows: Any, limit: int) -> list[Row[Any]]:
    """The first message of each chat, in order."""
    seen: set[str] = set()
    chosen: list[Row[Any]] = []
    for row in rows:
        if row.address not in seen and len(chosen) < limit:
            seen.add(row.address)
            chosen.append(row)
    return chosen
