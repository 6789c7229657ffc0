"""New notices as rows, many in one statement: a sheet of ten thousand is a matter of seconds.

Part of the receiving stage and inside its commit: `receive` decides what is new.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.alert import NotificationState
from bot.domain.incident import Incident, Submission
from bot.store import events, notifications
from bot.store.unit_of_work import Tx

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread aloud


@dataclass(frozen=True, slots=True)
class Incoming:
    """One notice at the door, already well formed."""

    partner_id: int
    partner: str
    door: str
    raw: bytes
    submission: Submission
    drill_id: int | None = None
    """The drill whose synthetic notice this is."""

    @property
    def number(self) -> str:
        return self.submission.incident.source_reference


@dataclass(slots=True)
class Held:
    """A notification as it stands within this commit."""

    id: int
    reference: str
    partner_id: int
    partner: str
    version: int
    state: NotificationState
    incident: Incident


def new_reference() -> str:
    return "ENC-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


async def add_receipt(tx: Tx, item: Incoming, raw: bytes, outcome: str, now: datetime) -> int:
    held = outcome == "duplicate" and await notifications.is_held(tx, item.partner_id, raw)
    row = _receipt_row(item, raw, outcome, now, keep=not held)
    [number] = await notifications.add_receipts(tx, [row])
    return number


def _receipt_row(
    item: Incoming, raw: bytes, outcome: str, now: datetime, *, keep: bool = True
) -> dict[str, Any]:
    return notifications.receipt(
        partner_id=item.partner_id, door=item.door, raw=raw, outcome=outcome, at=now, keep=keep
    )


async def insert(
    tx: Tx, items: Sequence[Incoming], file_receipt: int | None, now: datetime
) -> dict[str, Held]:
    """New notifications of numbers that differ, each with its receipt, its first version and its
    event; by number. Left out is whose number this partner has by now."""
    items = sorted(items, key=lambda item: item.number)  # two workers insert in one order
    contents = {item.number: item.submission.incident.content() for item in items}
    fresh: dict[str, Held] = {}
    left: Sequence[Incoming] = items
    for _ in range(5):  # a fresh reference is taken already once in 10^12 notices
        proposed = {new_reference(): item for item in left}
        rows = [_new_row(ref, item, contents, now) for ref, item in proposed.items()]
        for reference, row_id in (await notifications.add(tx, rows)).items():
            item = proposed.pop(reference)
            fresh[item.number] = _of_new(row_id, reference, item)
        if not (left := list(proposed.values())):
            break
    await _first_versions(tx, items, fresh, contents, file_receipt, now)
    return fresh


def _new_row(
    reference: str, item: Incoming, contents: dict[str, dict[str, Any]], now: datetime
) -> dict[str, Any]:
    return {
        "reference": reference,
        "partner_id": item.partner_id,
        "source_reference": item.number,
        "state": NotificationState.RECEIVED,
        "version": 1,
        "raised_version": 0,
        "content": contents[item.number],
        "excluded": [],
        "received_at": now,
        "raise_due_at": now,
        "raise_attempts": 0,
        "drill_id": item.drill_id,
    }


def _of_new(row_id: int, reference: str, item: Incoming) -> Held:
    incident, received = item.submission.incident, NotificationState.RECEIVED
    return Held(row_id, reference, item.partner_id, item.partner, 1, received, incident)


async def _first_versions(
    tx: Tx,
    items: Sequence[Incoming],
    fresh: dict[str, Held],
    contents: dict[str, dict[str, Any]],
    file_receipt: int | None,
    now: datetime,
) -> None:
    new = [(item, fresh[item.number]) for item in items if item.number in fresh]
    if file_receipt is None:
        came = [_receipt_row(item, item.raw, "accepted", now) for item, _ in new]
        receipts = await notifications.add_receipts(tx, came)
    else:
        receipts = [file_receipt] * len(new)
    await notifications.add_versions(
        tx,
        *(
            notifications.version(held.id, 1, receipt, contents[item.number], now)
            for (item, held), receipt in zip(new, receipts, strict=True)
        ),
    )
    await events.append(
        tx,
        *(
            events.line(
                "notification:received",
                now,
                notification_id=held.id,
                door=item.door,
                partner=item.partner,
                children=len(held.incident.children),
            )
            for item, held in new
        ),
    )
