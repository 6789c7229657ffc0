"""Taking a notice in. "Accepted" is said only after one durable commit of the raw bytes, the
notification, its reference and the event (I2).

Dies before the commit: nothing was said, the sender tries again. Dies after it: `raise_due_at` is
set, and the raising stage's tick finds the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import NotificationState
from bot.domain.errors import RefusedError
from bot.domain.incident import Incident, incident_of, merged
from bot.flow.context import Context, Stage
from bot.flow.new_notices import Held, Incoming, add_receipt, insert
from bot.flow.partners import DESK
from bot.store import events, notifications
from bot.store.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender is told."""

    reference: str
    version: int
    duplicate: bool
    ignored: tuple[str, ...] = ()


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


async def _take_in(
    tx: Tx, incoming: Sequence[Incoming], now: datetime, raw_file: bytes | None
) -> list[Received]:
    held: dict[str, list[Held]] = {}
    for row in await notifications.with_source_references(tx, {item.number for item in incoming}):
        held.setdefault(row.source_reference, []).append(_held(row))
    file_receipt = None
    if raw_file is not None and incoming:
        file_receipt = await add_receipt(tx, incoming[0], raw_file, "accepted", now)
    firsts = {item.number: item for item in reversed(incoming) if item.number not in held}
    fresh = await insert(tx, list(firsts.values()), file_receipt, now)
    answers: list[Received] = []
    for item in incoming:
        number = item.number
        if number in fresh and firsts[number] is item:
            held[number] = [fresh[number]]
            answers.append(Received(fresh[number].reference, 1, False, item.submission.ignored))
        else:
            known = held.setdefault(number, [])
            answers.append(await _take_one(tx, item, known, file_receipt, now, raw_file))
    tx.wake(Stage.RAISE)
    return answers


async def _take_one(
    tx: Tx,
    item: Incoming,
    held: list[Held],
    file_receipt: int | None,
    now: datetime,
    raw_file: bytes | None,
) -> Received:
    """One whose number somebody's notice has already, or which lost a race for it."""
    known = _belonging(held, item)
    if known is None:
        if fresh := await insert(tx, [item], file_receipt, now):
            held.append(fresh[item.number])
            return Received(held[-1].reference, 1, False, item.submission.ignored)
        rows = await notifications.with_source_references(tx, {item.number})
        held[:] = [_held(row) for row in rows]  # another worker was faster by a moment
        known = _belonging(held, item)
        assert known is not None, "its number is taken, and so it is there"
    if known.partner == DESK != item.partner:
        await _hand_over(tx, known, item, now)
    after = _after(known, item)
    said_before = _says(after) == _says(known.incident)
    if said_before or await _is_repeat(tx, known, item, raw_file):
        if file_receipt is None:
            await add_receipt(tx, item, item.raw, "duplicate", now)
        return Received(known.reference, known.version, True, item.submission.ignored)
    receipt = file_receipt or await add_receipt(tx, item, item.raw, "accepted", now)
    await _new_version(tx, known, after, receipt, now)
    return Received(known.reference, known.version, False, item.submission.ignored)


def _held(row: Row[Any]) -> Held:
    return Held(
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


def _after(known: Held, item: Incoming) -> Incident:
    """The content after this notice. One that was sent before what is held was overtaken on its
    way: nothing of it counts any more but its exclusions, which only add up (I10)."""
    after = merged(known.incident, item.submission)
    sent_at, newest = item.submission.incident.sent_at, known.incident.sent_at
    if sent_at is not None and newest is not None and sent_at < newest:
        return replace(known.incident, exclude=after.exclude)
    return after


async def _is_repeat(tx: Tx, known: Held, item: Incoming, raw_file: bytes | None) -> bool:
    """Whether these very bytes made an earlier version: yesterday's sheet again, or a retry that
    came late, must not undo what the sender corrected since. Bytes that carry no time of sending
    may be the sender going back on a correction, and are taken at their word."""
    if raw_file is None and item.submission.incident.sent_at is None:
        return False
    raw = item.raw if raw_file is None else raw_file
    return await notifications.made_a_version(tx, known.id, raw)


def _belonging(held: Sequence[Held], item: Incoming) -> Held | None:
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


async def _hand_over(tx: Tx, known: Held, item: Incoming, now: datetime) -> None:
    """The desk took it in first: from now on it is the force's own, to follow and to add to."""
    known.partner_id, known.partner = item.partner_id, item.partner
    await notifications.change(tx, known.id, partner_id=item.partner_id)
    await events.append(
        tx,
        events.line(
            "notification:handed_over", now, notification_id=known.id, partner=item.partner
        ),
    )


async def _new_version(tx: Tx, known: Held, after: Incident, receipt: int, now: datetime) -> None:
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
    await notifications.add_versions(
        tx, notifications.version(known.id, known.version, receipt, after.content(), now)
    )
    await events.append(
        tx,
        events.line(
            "notification:new_version", now, notification_id=known.id, version=known.version
        ),
    )
