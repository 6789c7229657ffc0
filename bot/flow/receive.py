"""Taking a notice in. "Accepted" is said only after one durable commit of the raw bytes, the
notification, its reference and the event (I2).

Dies before the commit: nothing was said, the sender tries again. Dies after it: `raise_due_at` is
set, and the raising stage's tick finds the row.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import NotificationState
from bot.domain.errors import RefusedError
from bot.domain.incident import Incident, Submission, incident_of, merged
from bot.flow.context import Context, Stage
from bot.flow.partners import DESK
from bot.store import events, notifications
from bot.store.unit_of_work import Tx

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread aloud


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
        number = item.submission.incident.source_reference
        known = _belonging(held.get(number, ()), item)
        if known is None and (known := await _insert(tx, item, now)) is not None:
            receipt = file_receipt or await _receipt(tx, item, item.raw, "accepted", now)
            await _first_version(tx, item, known, receipt, now)
            held.setdefault(number, []).append(known)
            answers.append(Received(known.reference, 1, False, item.submission.ignored))
            continue
        if known is None:  # another worker was faster by a moment
            held[number] = [
                _held(row) for row in await notifications.with_source_references(tx, {number})
            ]
            known = _belonging(held[number], item)
            assert known is not None, "its number is taken, and so it is there"
        if known.partner == DESK != item.partner:
            await _hand_over(tx, known, item, now)
        after = _after(known, item)
        said_before = _says(after) == _says(known.incident)
        if said_before or await _is_repeat(tx, known, item, raw_file):
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


def _after(known: _Held, item: Incoming) -> Incident:
    """The content after this notice. One that was sent before what is held was overtaken on its
    way: nothing of it counts any more but its exclusions, which only add up (I10)."""
    after = merged(known.incident, item.submission)
    sent_at, newest = item.submission.incident.sent_at, known.incident.sent_at
    if sent_at is not None and newest is not None and sent_at < newest:
        return replace(known.incident, exclude=after.exclude)
    return after


async def _is_repeat(tx: Tx, known: _Held, item: Incoming, raw_file: bytes | None) -> bool:
    """Whether these very bytes made an earlier version: yesterday's sheet again, or a retry that
    came late, must not undo what the sender corrected since. Bytes that carry no time of sending
    may be the sender going back on a correction, and are taken at their word."""
    if raw_file is None and item.submission.incident.sent_at is None:
        return False
    raw = item.raw if raw_file is None else raw_file
    return await notifications.made_a_version(tx, known.id, raw)


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


async def _insert(tx: Tx, item: Incoming, now: datetime) -> _Held | None:
    """A new notification; None if this partner's notice of this number is there already."""
    incident = item.submission.incident
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
                    "content": incident.content(),
                    "excluded": [],
                    "received_at": now,
                    "raise_due_at": now,
                    "raise_attempts": 0,
                }
            ],
        )
        if reference in inserted:
            return _Held(
                inserted[reference],
                reference,
                item.partner_id,
                item.partner,
                1,
                NotificationState.RECEIVED,
                incident,
            )
    return None


async def _first_version(tx: Tx, item: Incoming, new: _Held, receipt: int, now: datetime) -> None:
    await notifications.add_version(tx, new.id, 1, receipt, new.incident.content(), now)
    await events.append(
        tx,
        events.line(
            "notification:received",
            now,
            notification_id=new.id,
            door=item.door,
            partner=item.partner,
            children=len(new.incident.children),
        ),
    )


async def _hand_over(tx: Tx, known: _Held, item: Incoming, now: datetime) -> None:
    """The desk took it in first: from now on it is the force's own, to follow and to add to."""
    known.partner_id, known.partner = item.partner_id, item.partner
    await notifications.change(tx, known.id, partner_id=item.partner_id)
    await events.append(
        tx,
        events.line(
            "notification:handed_over", now, notification_id=known.id, partner=item.partner
        ),
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
