"""Counts for a partnership's board: content-free, computed by the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select

from bot.domain.alert import AlertState, Leg
from bot.domain.delivery import Operation
from bot.domain.message import Kind, MessageState
from bot.store.drills import ENDS, STARTS
from bot.store.tables import (
    acknowledgements,
    alerts,
    chats,
    containments,
    disclosures,
    drills,
    messages,
    notifications,
    outages,
    tellings,
    views,
)
from bot.store.tables import telegram_updates as inbox
from bot.store.unit_of_work import Tx

_REAL = notifications.c.drill_id.is_(None)
_notice, _of_a_drill = notifications.alias("notice"), alerts.alias("of_a_drill")
_OF_DRILLS = select(_notice.c.id).where(_notice.c.drill_id.is_not(None))
_REAL_ALERT = alerts.c.notification_id.not_in(_OF_DRILLS)
_DRILLED = select(_of_a_drill.c.id).where(_of_a_drill.c.notification_id.in_(_OF_DRILLS))
_TOLD = exists().where(tellings.c.message_id == messages.c.id)
_SAID = and_(
    messages.c.kind != Kind.DRILL,
    or_(
        messages.c.alert_id.not_in(_DRILLED),
        # An answer, say; or one that several references share: it counts if one of them is real.
        and_(
            messages.c.alert_id.is_(None),
            or_(~_TOLD, _TOLD.where(tellings.c.alert_id.not_in(_DRILLED))),
        ),
    ),
)
"""What is no drill's. Drills are few and found by an index, whatever else there is."""
_UNDER_WAY = (drills.c.started_at.is_not(None), drills.c.ended_at.is_(None))


async def between(tx: Tx, first: datetime, end: datetime) -> dict[str, int]:
    """Counts over what was received, raised and answered in [first, end)."""

    def within(column: Any) -> Any:
        return and_(column >= first, column < end)

    raised = and_(within(alerts.c.raised_at), _REAL_ALERT)
    duty = and_(alerts.c.leg != Leg.TRIAGE, raised)
    answered = alerts.c.state == AlertState.ACKNOWLEDGED
    queries = {
        "notifications received": select(func.count())
        .select_from(notifications)
        .where(within(notifications.c.received_at), _REAL),
        "alerts raised": select(func.count()).select_from(alerts).where(duty),
        "alerts acknowledged": select(func.count()).select_from(alerts).where(duty, answered),
        "alerts acknowledged before the bell": select(func.count())
        .select_from(alerts)
        .where(duty, answered, alerts.c.ended_at <= alerts.c.bell_at),
        "alerts open": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.state == AlertState.OPEN),
        "alerts closed by a coordinator": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.state == AlertState.CLOSED),
        "alerts withdrawn": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.state == AlertState.WITHDRAWN),
        "alerts raised late": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.late.is_(True)),
        "triage tasks": select(func.count())
        .select_from(alerts)
        .where(alerts.c.leg == Leg.TRIAGE, raised),
        "acknowledgements": select(func.count())
        .select_from(acknowledgements)
        .join(alerts, alerts.c.id == acknowledgements.c.alert_id)
        .where(within(acknowledgements.c.acknowledged_at), _REAL_ALERT),
        "openings": select(func.count())
        .select_from(disclosures)
        .join(alerts, alerts.c.id == disclosures.c.alert_id)
        .where(within(disclosures.c.disclosed_at), _REAL_ALERT),
        "messages sent": select(func.count())
        .select_from(messages)
        .where(within(messages.c.sent_at), messages.c.operation == Operation.SEND, _SAID),
        "messages put right later": select(func.count())
        .select_from(messages)
        .where(within(messages.c.sent_at), messages.c.operation == Operation.EDIT, _SAID),
        "drills, in no other line": select(func.count())
        .select_from(drills)
        .where(within(drills.c.started_at)),
    }
    return {name: int(await tx.scalar(query)) for name, query in queries.items()}


async def gauges(tx: Tx) -> dict[str, int]:
    """What stands now, for the metrics page; each counted over an index of what waits."""
    queries = {
        "alerts_open": select(func.count())
        .select_from(alerts)
        .where(alerts.c.state == AlertState.OPEN, _REAL_ALERT),
        "messages_pending": select(func.count())
        .select_from(messages)
        .where(
            messages.c.state == MessageState.PENDING, messages.c.operation != Operation.MENU, _SAID
        ),
        "notifications_to_raise": select(func.count())
        .select_from(notifications)
        .where(notifications.c.raise_due_at.is_not(None), _REAL),
        "drills_under_way": select(func.count()).select_from(drills).where(*_UNDER_WAY),
    }
    return {name: int(await tx.scalar(query)) for name, query in queries.items()}


_card, _held = messages.alias("card"), chats.alias("held")
_due_at = case(
    (and_(_held.c.next_at > messages.c.due_at, messages.c.kind != Kind.MENU), _held.c.next_at),
    else_=messages.c.due_at,
)
_sendable = (
    select(func.min(_due_at))
    .select_from(
        messages.outerjoin(_card, _card.c.id == messages.c.parent_id).outerjoin(
            _held,
            and_(_held.c.channel == messages.c.channel, _held.c.address == messages.c.address),
        )
    )
    .where(
        messages.c.state == MessageState.PENDING,
        or_(messages.c.parent_id.is_(None), _card.c.state == MessageState.SENT),
    )
)
_WAITS = {
    "notification": select(func.min(notifications.c.raise_due_at)),
    "ladder": select(func.min(alerts.c.next_step_at)).where(alerts.c.state == AlertState.OPEN),
    "message": _sendable,
    "outage": select(func.min(outages.c.due_at)).where(
        outages.c.declared_at.is_(None), outages.c.several.is_(True)
    ),
    "claim": select(func.min(messages.c.claimed_until)).where(
        messages.c.state == MessageState.CLAIMED
    ),
    "view": select(func.min(views.c.hide_at)).where(views.c.hidden_at.is_(None)),
    "containment": select(func.min(containments.c.next_reminder_at)).where(
        containments.c.ended_at.is_(None)
    ),
    "drill": STARTS,
    "drill_end": ENDS,
    "update": select(func.min(inbox.c.due_at)).where(inbox.c.due_at.is_not(None)),
}
_SOONEST = select(*(query.scalar_subquery().label(name) for name, query in _WAITS.items()))
"""Built once: whoever moves the clock by hand asks all the time."""


async def soonest(tx: Tx) -> dict[str, datetime | None]:
    """The next instant of each kind that waits: what is due next, or how far behind we are."""
    row = await tx.first(_SOONEST)
    assert row is not None
    return dict(row._mapping)
