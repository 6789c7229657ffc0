"""What must never be found of questions to the MASH desk; their ladders are looked at with all
others. Each is handed the instant by which it had to be as it should."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from bot.domain.alert import AlertState, Leg
from bot.domain.message import Kind
from bot.domain.triage import Question
from bot.store.tables import alerts, question_askers, questions, tellings

_STANDS = (alerts.c.state == AlertState.OPEN, alerts.c.leg == Leg.QUESTION)
_ENDED = (AlertState.ACKNOWLEDGED, AlertState.WITHDRAWN, AlertState.CLOSED)
_asks_whom = alerts.alias("asks_whom")


def _asks_nothing(by: datetime) -> Select[Any]:  # noqa: ARG001
    return select(func.count()).where(
        *_STANDS,
        ~exists().where(questions.c.alert_id == alerts.c.id, questions.c.answered_at.is_(None)),
    )


def _due_and_untold(by: datetime) -> Select[Any]:
    return select(func.count()).where(
        *_STANDS,
        alerts.c.bell_at < by,
        ~exists().where(
            tellings.c.alert_id == alerts.c.id,
            tellings.c.kind.in_([Kind.QUESTION, Kind.QUESTION_STANDS, Kind.GAP]),
        ),
        # Nobody is told while it is not settled whom an exclusion means.
        ~exists().where(
            _asks_whom.c.notification_id == alerts.c.notification_id,
            _asks_whom.c.task.startswith(f"{Question.EXCLUSION}:"),
        ),
    )


def disagreeing(now: datetime) -> Select[Any]:  # noqa: ARG001
    """Answered and open still, settled without an answer, or asked by nobody."""
    return (
        select(func.count())
        .select_from(questions.join(alerts, alerts.c.id == questions.c.alert_id))
        .where(
            or_(
                and_(questions.c.answered_at.is_not(None), alerts.c.state.not_in(_ENDED)),
                and_(questions.c.answered_at.is_(None), alerts.c.state == AlertState.ACKNOWLEDGED),
                ~exists().where(question_askers.c.question_id == questions.c.alert_id),
            )
        )
    )


WAITING: tuple[tuple[str, Callable[[datetime], Select[Any]]], ...] = (
    ("a question that stands and asks nothing", _asks_nothing),
    ("a question that was due and of which nobody was told", _due_and_untold),
)
