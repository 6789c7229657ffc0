"""Taking a notice in. "Accepted" is said only after one durable commit of the raw bytes, the
notification, its reference and the event (I2).

Dies before the commit: nothing was said, the sender tries again. Dies after it: `raise_due_at` is
set, and the raising stage's tick finds the row.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import NotificationState
from bot.domain.errors import RefusedError, StoreError
from bot.domain.incident import Incident, Submission, incident_of, merged
from bot.flow.context import Context, Stage
from bot.flow.partners import DESK
from bot.store import events, notifications
from bot.store.unit_of_work import Tx

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread aloud
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """One notice at the door, already well formed."""

    partner_id: int
    partner: str
    door: str
    raw: bytes
    submission: Submission


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender is told."""

    reference: str
    version: int
    duplicate: bool
    ignored: tuple[str, ...] = ()


def new_reference() -> str:
    return "ENC-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


async def receive(
    ctx: Context, incoming: Sequence[Incoming], raw_file: bytes | None = None
) -> list[Received]:
    """Take these in together: all of them are durable when this returns, or none is.

    The notices of one file share its bytes (`raw_file`), which are kept once.
    """
    async with ctx.store.unit() as tx:
        return await _take_in(tx, incoming, ctx.now(), raw_file)


async def refuse(ctx: Context, partner_id: int, door: str, raw: bytes, error: RefusedError) -> None:
    """Remember that something was refused: its hash, the faults and the partner, no content."""
    async with ctx.store.unit() as tx:
        await notifications.add_receipt(
            tx,
            partner_id=partner_id,
            door=door,
            raw=raw,
            keep=False,
            outcome="refused",
            faults=[str(fault) for fault in error.faults[:50]],
            at=ctx.now(),
        )


class Reception:
    """The door of a busy service: notices that arrive while a commit is under way share the next.

    Each caller gets its own answer after the commit that holds its notice; a notice that breaks
    the batch is taken in alone, so that it fails alone.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: list[tuple[Incoming, asyncio.Future[Received]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def take(self, incoming: Incoming) -> Received:
        answer: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._waiting.append((incoming, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                answers = await receive(self._ctx, [incoming for incoming, _ in batch])
            except Exception:
                await asyncio.gather(*(self._alone(*pair) for pair in batch))
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    _settle(future, answer)

    async def _alone(self, incoming: Incoming, answer: asyncio.Future[Received]) -> None:
        try:
            received = await receive(self._ctx, [incoming])
        except Exception as error:
            with suppress(asyncio.InvalidStateError):  # the sender has hung up meanwhile
                answer.set_exception(error)
        else:
            _settle(answer, received[0])


def _settle(future: asyncio.Future[Received], answer: Received) -> None:
    with suppress(asyncio.InvalidStateError):
        future.set_result(answer)


# --- inside the commit ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Held:
    """A notification as it stands within this commit."""

    id: int
    reference: str
    partner_id: int
    partner: str
    version: int
    state: NotificationState
    incident: Incident


async def _take_in(
    tx: Tx, incoming: Sequence[Incoming], now: datetime, raw_file: bytes | None
) -> list[Received]:
    references = {item.submission.incident.source_reference for item in incoming}
    held: dict[str, list[_Held]] = {}
    for row in await notifications.with_source_references(tx, references):
        held.setdefault(row.source_reference, []).append(_held(row))
    file_receipt = None
    if raw_file is not None and incoming:
        file_receipt = await _receipt(tx, incoming[0], raw_file, "accepted", now)
    answers: list[Received] = []
    for item in incoming:
        known = _belonging(held.get(item.submission.incident.source_reference, ()), item)
        if known is None:
            receipt = file_receipt or await _receipt(tx, item, item.raw, "accepted", now)
            known = await _insert(tx, item, receipt, now)
            held.setdefault(item.submission.incident.source_reference, []).append(known)
            answers.append(Received(known.reference, 1, False, item.submission.ignored))
            continue
        after = merged(known.incident, item.submission)
        if _says(after) == _says(known.incident):
            if file_receipt is None:
                await _receipt(tx, item, item.raw, "duplicate", now)
            duplicate = Received(known.reference, known.version, True, item.submission.ignored)
            answers.append(duplicate)
            continue
        receipt = file_receipt or await _receipt(tx, item, item.raw, "accepted", now)
        await _new_version(tx, known, after, receipt, now)
        answers.append(Received(known.reference, known.version, False, item.submission.ignored))
    tx.wake(Stage.RAISE)
    return answers


def _held(row: Row[Any]) -> _Held:
    return _Held(
        row.id,
        row.reference,
        row.partner_id,
        row.partner,
        row.version,
        row.state,
        incident_of(row.content),
    )


def _says(incident: Incident) -> dict[str, Any]:
    return replace(incident, sent_at=None).content()


def _belonging(held: Sequence[_Held], item: Incoming) -> _Held | None:
    """Partners have their own numbers; the authority's desk speaks for any one of them.

    A sheet that the desk takes in belongs to the notice which the force sent by its own feed, and
    the other way round. Two forces that use the same number stay apart.
    """
    own = [known for known in held if known.partner_id == item.partner_id]
    if own:
        return own[0]
    if item.partner == DESK:
        return held[0] if len(held) == 1 else None
    return next((known for known in held if known.partner == DESK), None)


async def _receipt(tx: Tx, item: Incoming, raw: bytes, outcome: str, now: datetime) -> int:
    held = outcome == "duplicate" and await notifications.is_held(tx, item.partner_id, raw)
    return await notifications.add_receipt(
        tx,
        partner_id=item.partner_id,
        door=item.door,
        raw=raw,
        outcome=outcome,
        at=now,
        keep=not held,
    )


async def _insert(tx: Tx, item: Incoming, receipt: int, now: datetime) -> _Held:
    incident = item.submission.incident
    content = incident.content()
    for _ in range(5):  # a fresh reference is taken already once in 10^12 notices
        reference = new_reference()
        inserted = await notifications.add(
            tx,
            [
                {
                    "reference": reference,
                    "partner_id": item.partner_id,
                    "source_reference": incident.source_reference,
                    "state": NotificationState.RECEIVED,
                    "version": 1,
                    "raised_version": 0,
                    "content": content,
                    "excluded": [],
                    "received_at": now,
                    "raise_due_at": now,
                    "raise_attempts": 0,
                }
            ],
        )
        if reference in inserted:
            break
    else:
        raise StoreError("The same notice is being taken in by another worker; try again.")
    number = inserted[reference]
    await notifications.add_version(tx, number, 1, receipt, content, now)
    await events.append(
        tx,
        events.line(
            "notification:received",
            now,
            notification_id=number,
            door=item.door,
            partner=item.partner,
            children=len(incident.children),
        ),
    )
    return _Held(
        number,
        reference,
        item.partner_id,
        item.partner,
        1,
        NotificationState.RECEIVED,
        incident,
    )


async def _new_version(tx: Tx, known: _Held, after: Incident, receipt: int, now: datetime) -> None:
    known.version += 1
    known.incident = after
    changes: dict[str, Any] = {}
    if known.state in (NotificationState.WITHDRAWN, NotificationState.CLOSED):
        changes["state"] = known.state = NotificationState.RECEIVED  # sent again: owed again
    await notifications.change(
        tx,
        known.id,
        version=known.version,
        content=after.content(),
        raise_due_at=now,
        raise_attempts=0,
        **changes,
    )
    await notifications.add_version(tx, known.id, known.version, receipt, after.content(), now)
    await events.append(
        tx,
        events.line(
            "notification:new_version", now, notification_id=known.id, version=known.version
        ),
    )
