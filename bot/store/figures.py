"""Counts for a partnership's board: content-free, computed by the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from bot.domain.alert import OF_THE_DESK, AlertState, LateBy, Leg
from bot.domain.asking import waits
from bot.domain.delivery import Operation
from bot.domain.message import Kind, MessageState
from bot.domain.plan import Choice
from bot.store.answers import STANDS
from bot.store.drills import ENDS, STARTS
from bot.store.tables import (
    absences,
    acknowledgements,
    alerts,
    chats,
    closures,
    containments,
    covers,
    disclosures,
    drills,
    links,
    messages,
    notifications,
    offers,
    outages,
    plans,
    plans_owed,
    questions,
    readiness_checks,
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


_SAID_AS = {
    Choice.SILENT_SUPPORT: "silent support",
    Choice.OVERT_SUPPORT: "overt support",
    Choice.REFERRAL_MADE: "referral made",
    Choice.NO_ACTION: "no action needed",
}
_later = plans.alias("later")


def _planned(choice: Choice, within: Any) -> Any:
    """Plans that stand, of this choice."""
    newer = exists().where(
        _later.c.alert_id == plans.c.alert_id,
        _later.c.person_id == plans.c.person_id,
        _later.c.id > plans.c.id,
    )
    return (
        select(func.count())
        .select_from(plans.join(alerts, alerts.c.id == plans.c.alert_id))
        .where(plans.c.choice == choice, within(plans.c.planned_at), _REAL_ALERT, ~newer)
    )


async def between(
    tx: Tx, first: datetime, end: datetime, now: datetime | None = None
) -> dict[str, int]:
    """Counts over what was received, raised and answered in [first, end)."""

    def within(column: Any) -> Any:
        return and_(column >= first, column < end)

    raised = and_(within(alerts.c.raised_at), _REAL_ALERT)
    duty = and_(alerts.c.leg.not_in(OF_THE_DESK), raised)
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
        "alerts of notices sent after their school day began": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.notice_late_by == LateBy.SENDER),
        "alerts of notices held up on their way": select(func.count())
        .select_from(alerts)
        .where(duty, alerts.c.notice_late_by == LateBy.ON_THE_WAY),
        "triage tasks": select(func.count())
        .select_from(alerts)
        .where(alerts.c.leg == Leg.TRIAGE, raised),
        "acknowledgements": select(func.count())
        .select_from(acknowledgements)
        .join(alerts, alerts.c.id == acknowledgements.c.alert_id)
        .where(within(acknowledgements.c.acknowledged_at), _REAL_ALERT, STANDS),
        **{f"plans: {_SAID_AS[choice]}": _planned(choice, within) for choice in Choice},
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
    found = {name: int(await tx.scalar(query)) for name, query in queries.items()}
    return found | await of_questions(tx, first, end, now)


async def of_questions(
    tx: Tx, first: datetime, end: datetime, now: datetime | None
) -> dict[str, int]:
    """What was asked of the MASH desk in [first, end), and how long an answer took; without an
    answer there is no such time."""
    rows = await tx.all(
        select(questions.c.asked_at, questions.c.answered_at, alerts.c.state, alerts.c.bell_at)
        .join(alerts, alerts.c.id == questions.c.alert_id)
        .where(questions.c.asked_at >= first, questions.c.asked_at < end, _REAL_ALERT)
    )
    standing = [row for row in rows if row.state is AlertState.OPEN]
    took = [row.answered_at - row.asked_at for row in rows if row.answered_at is not None]
    return {
        "questions asked": len(rows),
        "questions answered": len(took),
        "questions open": len(standing),
        "questions overdue": sum(now is not None and row.bell_at < now for row in standing),
        **{
            f"minutes until a question was answered, {name}": int(value.total_seconds() // 60)
            for name, value in waits(took).items()
        },
    }


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
    "notification": select(func.min(notifications.c.raise_due_at)).where(
        notifications.c.raise_due_at.is_not(None)
    ),
    "ladder": select(func.min(alerts.c.next_step_at)).where(alerts.c.state == AlertState.OPEN),
    "message": _sendable,
    "outage": select(func.min(outages.c.due_at)).where(
        outages.c.declared_at.is_(None), outages.c.several.is_(True)
    ),
    "claim": select(func.min(messages.c.claimed_until)).where(
        messages.c.state == MessageState.CLAIMED
    ),
    "view": select(func.min(views.c.hide_at)).where(views.c.hidden_at.is_(None)),
    "link": select(func.min(links.c.expires_at)).where(links.c.ended_at.is_(None)),
    "containment": select(func.min(containments.c.next_reminder_at)).where(
        containments.c.ended_at.is_(None)
    ),
    "plan": select(func.min(plans_owed.c.next_at)).where(plans_owed.c.next_at.is_not(None)),
    "offer": select(func.min(offers.c.until_at)).where(offers.c.ended_at.is_(None)),
    "cover": select(func.min(covers.c.due_at)).where(covers.c.due_at.is_not(None)),
    "absence": select(func.min(absences.c.turn_at)).where(absences.c.turn_at.is_not(None)),
    "readiness": select(func.min(readiness_checks.c.due_at)).where(
        readiness_checks.c.done_at.is_(None)
    ),
    "drill": STARTS,
    "drill_end": ENDS,
    "closure": select(func.min(closures.c.replan_at)).where(closures.c.replan_at.is_not(None)),
    "update": select(func.min(inbox.c.due_at)).where(inbox.c.due_at.is_not(None)),
}
_OF_THE_OUTBOX = "message", "claim"


def _soonest(*besides: str) -> Select[Any]:
    waits = {name: query for name, query in _WAITS.items() if name not in besides}
    return select(*(query.scalar_subquery().label(name) for name, query in waits.items()))


_SOONEST, _SOONEST_BESIDES_MESSAGES = _soonest(), _soonest(*_OF_THE_OUTBOX)
"""Built once: they are asked all the time."""


async def soonest(tx: Tx) -> dict[str, datetime | None]:
    """The next instant of each kind that waits: what is due next, or how far behind we are."""
    row = await tx.first(_SOONEST)
    assert row is not None
    return dict(row._mapping)


async def soonest_besides_messages(tx: Tx) -> dict[str, datetime | None]:
    """The same but for the outbox, whose next instant is no single look at an index."""
    row = await tx.first(_SOONEST_BESIDES_MESSAGES)
    assert row is not None
    return dict(row._mapping)
