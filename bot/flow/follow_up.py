"""What the sender says later about a notice: an update, or that it is withdrawn.

Both are told to everyone who was told of the alert, and to nobody else. An update is a version like
any other; dies after its commit: the raising stage's tick finds it and tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, NotificationState
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.incident import FollowUp, Incident, Update, incident_of
from bot.domain.message import Kind
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, can_be_told, refresh_cards, subject_of, write_owed
from bot.store import alerts, disclosures, events, messages, notifications
from bot.store.unit_of_work import Tx


async def _own(tx: Tx, reference: str, partner_id: int) -> Row[Any]:
    """The partner's own notification, locked; a foreign one looks exactly like an absent one."""
    row = await notifications.by_reference(tx, reference, lock=True)
    if row is None or row.partner_id != partner_id:
        raise NotFoundError("There is no notification of this reference.")
    return row


@dataclass(frozen=True, slots=True)
class Added:
    """What the sender of an update is told."""

    reference: str
    version: int
    duplicate: bool = False


async def update(
    ctx: Context, partner_id: int, reference: str, follow_up: FollowUp, raw: bytes
) -> Added:
    """Add to a notification. One that says nothing new, such as a repeat, tells nobody again."""
    async with ctx.store.unit() as tx:
        row = await _own(tx, reference, partner_id)
        now = ctx.now()
        if row.state is NotificationState.WITHDRAWN:
            raise ConflictError("This notification was withdrawn.")
        before = incident_of(row.content)
        incident = _with(before, follow_up, now)
        closes = follow_up.closed and row.sender_closed_at is None
        new = closes or incident != before
        receipt = await notifications.add_receipt(
            tx,
            partner_id=partner_id,
            door="api",
            raw=raw,
            outcome="update" if new else "duplicate",
            at=now,
            keep=new or not await notifications.is_held(tx, partner_id, raw),
        )
        if not new:
            return Added(row.reference, row.version, duplicate=True)
        version = int(row.version) + 1
        await notifications.change(
            tx,
            row.id,
            version=version,
            content=incident.content(),
            raise_due_at=now,
            **({"sender_closed_at": now} if follow_up.closed else {}),
        )
        await notifications.add_versions(
            tx, notifications.version(row.id, version, receipt, incident.content(), now)
        )
        await events.append(
            tx,
            events.line(
                "notification:updated",
                now,
                notification_id=row.id,
                version=version,
                closed=follow_up.closed,
            ),
        )
        tx.wake(Stage.RAISE)
        return Added(row.reference, version)


def _with(incident: Incident, follow_up: FollowUp, now: datetime) -> Incident:
    last = incident.updates[-1].text if incident.updates else None
    text = follow_up.text if follow_up.text != last else None
    changes: Mapping[str, Any] = {
        **({"police_action": follow_up.police_action} if follow_up.police_action else {}),
        **({"updates": (*incident.updates, Update(now, text))} if text else {}),
    }
    return replace(incident, **changes)


async def _told_or_shown(tx: Tx, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Who was told of each alert, or has opened it without: whoever may open may do so untold."""
    if not ids:
        return {}
    told = await alerts.told(tx, ids)
    shown = await disclosures.first_openings(tx, ids)
    return {i: told[i] | {person for alert, person in shown if alert == i} for i in ids}


async def withdraw(ctx: Context, partner_id: int, reference: str, reason: str, raw: bytes) -> str:
    """The sender takes a notification back: every duty ends, nothing of it can be opened any more,
    and everyone who was told hears so. Withdrawn twice is withdrawn once. Its reference."""
    async with ctx.store.unit() as tx:
        row = await _own(tx, reference, partner_id)
        if row.state is NotificationState.WITHDRAWN:
            return str(row.reference)
        duties = await alerts.of_notifications(tx, [row.id])
        now = ctx.now()
        await notifications.add_receipt(
            tx, partner_id=partner_id, door="api", raw=raw, outcome="withdrawal", at=now
        )
        await notifications.change(tx, row.id, state=NotificationState.WITHDRAWN, raise_due_at=None)
        known = await in_force(ctx, tx)
        told = await _told_or_shown(tx, [alert.id for alert in duties])
        owed: list[Owed] = []
        for alert in duties:
            if not await alerts.move(tx, alert.id, AlertState.WITHDRAWN, now):
                continue
            await messages.cancel_of_alert(tx, alert.id)
            people = [known.directory.people.get(i) for i in sorted(told[alert.id])]
            stands = [can_be_told(p, frozenset(alert.excluded), now) for p in people]
            owed += [
                Owed(subject_of(alert), to, Kind.WITHDRAWN, f"v{row.version}", rank)
                for rank, to in enumerate(stand for stand in stands if stand)
            ]
        await write_owed(tx, now, owed)
        await refresh_cards(tx, now, [alert.id for alert in duties])
        await events.append(
            tx,
            events.line(
                "notification:withdrawn", now, notification_id=row.id, reason_given=bool(reason)
            ),
        )
        return str(row.reference)
