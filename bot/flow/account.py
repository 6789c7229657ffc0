"""Giving account: what became of a notification, for its sender, the operator and the command line.

Content-free: references, schools, roles, states and times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, AlertState, Leg
from bot.domain.errors import NotFoundError
from bot.domain.message import Kind
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.store import alerts, disclosures, events, notifications, plans, tellings
from bot.store.unit_of_work import Tx

_FIRST_TOLD = (Kind.ALERT, Kind.ESCALATION)


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


async def for_sender(ctx: Context, partner_id: int, reference: str) -> dict[str, Any]:
    """The contract's answer to `GET /api/v1/notifications/{reference}`, for the sender alone.

    NotFoundError for another partner's: a foreign one looks exactly like an absent one.
    """
    async with ctx.store.reading() as tx:
        row = await notifications.by_reference(tx, reference)
        if row is None or row.partner_id != partner_id:
            raise NotFoundError("There is no notification of this reference.")
        return await _account(tx, row)


async def of_reference(ctx: Context, reference: str) -> dict[str, Any]:
    """The same for the operator, who answers for every partner."""
    async with ctx.store.reading() as tx:
        row = await notifications.by_reference(tx, reference)
        if row is None:
            raise NotFoundError(f"There is no notification {reference}.")
        return await _account(tx, row)


async def _account(tx: Tx, row: Row[Any]) -> dict[str, Any]:
    duties = await alerts.of_notifications(tx, [row.id], lock=False)
    ids = [alert.id for alert in duties]
    told = await tellings.of_alerts(tx, ids)
    answers = await alerts.answers(tx, ids)
    openings = await disclosures.first_openings(tx, ids)
    return {
        "reference": row.reference,
        "version": row.version,
        "state": row.state.value,
        "alerts": [
            {
                "school": alert.school_code,
                "leg": alert.leg.value,
                "state": alert.state.value,
                "deadline_at": _said(alert.bell_at),
                "recipients": _recipients(alert, told, answers[alert.id], openings),
                "escalations": _escalations(alert, told),
            }
            for alert in duties
            if alert.leg not in OF_THE_DESK
        ],
        "triage": [
            {
                "state": "open" if alert.state is AlertState.OPEN else "decided",
                "since": _said(alert.raised_at),
            }
            for alert in duties
            if alert.leg is Leg.TRIAGE
        ],
    }


def _recipients(
    alert: Row[Any],
    told: Sequence[Row[Any]],
    answers: Sequence[Any],
    openings: dict[tuple[int, str], datetime],
) -> list[dict[str, Any]]:
    """Everyone who was told or answered, each once, without a name."""
    people: dict[str, dict[str, Any]] = {}
    for telling in told:
        if telling.alert_id == alert.id and telling.kind in _FIRST_TOLD:
            person = people.setdefault(
                telling.person_id, {"role": telling.role.value, "sent_at": None}
            )
            person["sent_at"] = person["sent_at"] or _said(telling.sent_at)
    for answer in answers:
        people.setdefault(answer.person_id, {"role": answer.role.value, "sent_at": None})
    given = {answer.person_id: answer.at for answer in reversed(answers)}
    return [
        {
            **person,
            "opened_at": _said(openings.get((alert.id, person_id))),
            "acknowledged_at": _said(given.get(person_id)),
        }
        for person_id, person in people.items()
    ]


def _escalations(alert: Row[Any], told: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Each step after the first that was told, with its instant."""
    steps: dict[int, datetime] = {}
    for telling in told:
        if telling.alert_id == alert.id and telling.kind in _FIRST_TOLD:
            raising, _, step = telling.occasion.partition(".")
            if step.isdecimal() and int(raising) == alert.raising:
                steps.setdefault(int(step) + 1, telling.told_at)
    return [{"step": step, "at": _said(at)} for step, at in sorted(steps.items()) if step > 1]


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """An open alert or triage task as the operator sees it."""

    reference: str
    leg: str
    school: str
    school_name: str
    bell_at: datetime
    overdue: bool
    next_step_at: datetime | None
    drill: int | None = None
    """The number of the drill that it belongs to."""


async def open_duties(ctx: Context) -> list[OpenDuty]:
    """Everything open, nearest bell first; drills behind all that is real."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        rows = await alerts.open_ones(tx)
    schools = known.directory.schools
    return [
        OpenDuty(
            reference=row.reference,
            leg=row.leg.value,
            school=row.school_code,
            school_name=schools[row.school_code].name if row.school_code in schools else "",
            bell_at=row.bell_at,
            overdue=row.bell_at < ctx.now(),
            next_step_at=row.next_step_at,
            drill=row.drill_id,
        )
        for row in rows
    ]


async def plans_missing(ctx: Context) -> int:
    """How much is acknowledged of which nobody has said what is planned."""
    async with ctx.store.reading() as tx:
        return len(await plans.missing(tx))


async def line_of_time(ctx: Context, reference: str) -> list[dict[str, Any]]:
    """Everything that happened to a notification, oldest first: its trail and its sends."""
    async with ctx.store.reading() as tx:
        row = await notifications.by_reference(tx, reference)
        if row is None:
            raise NotFoundError(f"There is no notification {reference}.")
        duties = {a.id: a for a in await alerts.of_notifications(tx, [row.id], lock=False)}
        lines = [
            {
                "at": event.at,
                "action": event.action,
                **_where(duties.get(event.alert_id)),
                **({"person": event.person_id} if event.person_id else {}),
                **{name: value for name, value in event.detail.items() if value not in (None, "")},
            }
            for event in await events.of_notification(tx, row.id)
        ]
        lines += [
            {
                "at": telling.sent_at,
                "action": "message:sent",
                **_where(duties.get(telling.alert_id)),
                "person": telling.person_id,
                "kind": telling.kind.value,
            }
            for telling in await tellings.of_alerts(tx, list(duties))
            if telling.sent_at is not None
        ]
    return sorted(lines, key=lambda line: line["at"])


def _where(alert: Row[Any] | None) -> dict[str, str]:
    if alert is None:
        return {}
    return {"leg": alert.leg.value, **({"school": alert.school_code} if alert.school_code else {})}
