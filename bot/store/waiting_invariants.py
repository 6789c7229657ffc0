"""What must never be found of what waits for its time: plans, offers, checks of the cover,
absences, holds over the holidays, closures, and what a failing channel owes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Text, and_, exists, func, select, type_coerce

from bot.domain.alert import AlertState, Leg
from bot.domain.delivery import Operation
from bot.domain.message import OWED, MessageState
from bot.domain.people import SECOND_WAYS, Channel, ContactState
from bot.domain.triage import Question
from bot.store import directory
from bot.store.answers import STANDS
from bot.store.tables import (
    absences,
    acknowledgements,
    alerts,
    closures,
    contact_methods,
    covers,
    facts,
    messages,
    offers,
    outages,
    plans_owed,
    readiness_checks,
    stand_ins,
)

GRACE = timedelta(seconds=60)
"""After an outage everything overdue is in the outbox within this time of the start (I7)."""


def _count(*where: Any) -> Select[Any]:
    return select(func.count()).where(*where)


def plan_not_asked(now: datetime) -> Select[Any]:
    return _count(plans_owed.c.next_at < now - GRACE)


def offer_too_long(now: datetime) -> Select[Any]:
    return _count(offers.c.ended_at.is_(None), offers.c.until_at < now - GRACE)


def answer_taken_back_and_settled(now: datetime) -> Select[Any]:  # noqa: ARG001
    """Settled, and every answer to it was taken back."""
    given = exists().where(acknowledgements.c.alert_id == alerts.c.id)
    return _count(alerts.c.state == AlertState.ACKNOWLEDGED, given, ~given.where(STANDS))


def cover_not_checked(now: datetime) -> Select[Any]:
    return _count(readiness_checks.c.done_at.is_(None), readiness_checks.c.due_at < now - GRACE)


def cover_not_settled(now: datetime) -> Select[Any]:
    return _count(covers.c.due_at < now - GRACE)


def absence_not_turned(now: datetime) -> Select[Any]:
    return _count(absences.c.turn_at < now - GRACE)


def hold_over_and_not_served(now: datetime) -> Select[Any]:
    """But for those that nobody may be told of before the MASH desk has said whom an exclusion
    means: they are looked at every minute."""
    asked = alerts.alias("asked")
    return _count(
        alerts.c.state == AlertState.OPEN,
        alerts.c.held_until < now - GRACE,
        alerts.c.next_step == 0,
        ~exists().where(
            asked.c.notification_id == alerts.c.notification_id,
            asked.c.leg == Leg.TRIAGE,
            asked.c.state.in_([AlertState.OPEN, AlertState.CLOSED]),
            asked.c.task.startswith(f"{Question.EXCLUSION}:"),
        ),
    )


def hold_without_end(now: datetime) -> Select[Any]:
    return _count(
        alerts.c.state == AlertState.OPEN,
        alerts.c.held_until.is_not(None),
        alerts.c.next_step == 0,
        alerts.c.next_step_at > alerts.c.held_until,
        alerts.c.next_step_at > now + GRACE,  # nearer, and it is the desk that it waits for
    )


def not_planned_anew(now: datetime) -> Select[Any]:
    return _count(closures.c.replan_at < now - GRACE)


_TELEGRAM_FAILS = and_(
    outages.c.channel == Channel.TELEGRAM,
    messages.c.channel == outages.c.channel,
    messages.c.state == MessageState.PENDING,
)


def outage_undeclared(now: datetime) -> Select[Any]:
    return _count(
        outages.c.channel == Channel.TELEGRAM,
        outages.c.several.is_(True),
        outages.c.declared_at.is_(None),
        outages.c.due_at < now - GRACE,
        exists().where(_TELEGRAM_FAILS, messages.c.attempts > 0),
    )


def owed_by_one_way_only(now: datetime) -> Select[Any]:
    """What Telegram, which is down, owes to somebody who has another way that nobody takes."""
    other = and_(
        contact_methods.c.person_id == messages.c.person_id,
        contact_methods.c.channel.in_(SECOND_WAYS),
        contact_methods.c.ended_at.is_(None),
        contact_methods.c.state == ContactState.WORKING,
        # Of the ways that are set up.
        exists().where(
            facts.c.name == directory.WAYS,
            facts.c.value.contains(type_coerce(contact_methods.c.channel, Text)),
        ),
    )
    return _count(
        _TELEGRAM_FAILS,
        outages.c.declared_at < now - GRACE,
        messages.c.created_at < now - GRACE,
        messages.c.kind.in_(OWED),
        messages.c.operation == Operation.SEND,
        exists().where(other),
        ~exists().where(stand_ins.c.instead_of == messages.c.id),
    )


def stand_in_without_words(now: datetime) -> Select[Any]:  # noqa: ARG001
    return _count(stand_ins.c.message_id.is_(None))
