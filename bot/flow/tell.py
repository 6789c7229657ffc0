"""Writing down who is owed which word: the outbox rows and the tellings behind them.

Shared by the stages that tell (raising, escalating, updates), so that there is one place where a
telling becomes a message. Dies after the commit: the rows are pending, the dispatcher's tick sends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import Leg
from bot.domain.calendar import local_day
from bot.domain.cover import Reachable, standing
from bot.domain.delivery import Operation
from bot.domain.escalation import EscalationPolicy
from bot.domain.message import CARDS, SHARED, Kind, MessageState, Priority
from bot.domain.people import Channel, Person, Role
from bot.domain.routing import Climbed, InForce, StepTold
from bot.flow.context import Stage
from bot.flow.timing import wait_lines
from bot.store import alarms, events, messages, tellings
from bot.store.types import EPOCH
from bot.store.unit_of_work import Tx

NOBODY_TO_TELL = "nobody_to_tell:"
"""What the name of an alarm begins with: a step, and no coordinator either, could be told."""
_ITEMS_A_MESSAGE = 10
_WORTH_SAYING = timedelta(minutes=1)
"""A step told later than this after its time says so."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The alert that a telling is about."""

    alert_id: int
    notification_id: int
    reference: str
    leg: Leg
    school_code: str | None
    bell_at: datetime
    raising: int
    late: bool = False
    drill: bool = False

    def item(self) -> dict[str, Any]:
        """What the words need to name this alert: ids and instants, never content."""
        item: dict[str, Any] = {"alert": self.alert_id, "reference": self.reference}
        if self.school_code:
            item["school"] = self.school_code
        item["bell"] = int(self.bell_at.timestamp())
        if self.late:
            item["late"] = True
        return item


def subject_of(row: Row[Any]) -> Subject:
    return Subject(
        alert_id=row.id,
        notification_id=row.notification_id,
        reference=row.reference,
        leg=Leg(row.leg),
        school_code=row.school_code or None,
        bell_at=row.bell_at,
        raising=row.raising,
        late=row.late,
        drill=row.drill_id is not None,
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """One word to one person about one alert. `occasion` tells apart what is said again."""

    subject: Subject
    to: Reachable
    kind: Kind
    occasion: str
    rank: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


def message_row(
    kind: Kind,
    to: Reachable | str,
    now: datetime,
    *,
    params: Mapping[str, Any] | None = None,
    priority: Priority = Priority.ALERT,
    bell_at: datetime = EPOCH,
    rank: int = 0,
    alert_id: int | None = None,
    parent_id: int | None = None,
    operation: Operation = Operation.SEND,
) -> dict[str, Any]:
    """An outbox row. `to` is a reachable person, or a bare Telegram address."""
    return {
        "kind": kind,
        "operation": operation,
        "channel": "telegram" if isinstance(to, str) else to.contact.channel,
        "address": to if isinstance(to, str) else to.contact.address,
        "contact_id": None if isinstance(to, str) else to.contact.id,
        "person_id": None if isinstance(to, str) else to.person.id,
        "alert_id": alert_id,
        "parent_id": parent_id,
        "params": dict(params or {}),
        "priority": priority,
        "bell_at": bell_at,
        "rank": rank,
        "due_at": now,
        "state": MessageState.PENDING,
        "attempts": 0,
        "unknowns": 0,
        "created_at": now,
    }


async def write_owed(tx: Tx, now: datetime, owed: Sequence[Owed]) -> None:
    """Put these words in the outbox and remember that they are owed, once each (I5)."""
    if not owed:
        return
    alone = [word for word in owed if word.kind not in SHARED]
    numbers = await messages.add(tx, [_own_row(word, now) for word in alone])
    carried = list(zip(alone, numbers, strict=True))
    for kind in SHARED:
        carried += await _share(tx, now, kind, [word for word in owed if word.kind is kind])
    await tellings.add(
        tx,
        [
            {
                "alert_id": word.subject.alert_id,
                "person_id": word.to.person.id,
                "role": word.to.person.role,
                "kind": word.kind,
                "occasion": word.occasion,
                "message_id": number,
                "told_at": now,
            }
            for word, number in carried
        ],
    )
    tx.wake(Stage.DISPATCH)


def _own_row(word: Owed, now: datetime) -> dict[str, Any]:
    return message_row(
        word.kind,
        word.to,
        now,
        params={**word.subject.item(), **word.extra},
        priority=Priority.DRILL if word.subject.drill else Priority.ALERT,
        bell_at=word.subject.bell_at,
        rank=word.rank,
        alert_id=word.subject.alert_id if word.kind in CARDS else None,
    )


async def _share(tx: Tx, now: datetime, kind: Kind, owed: Sequence[Owed]) -> list[tuple[Owed, int]]:
    """Escalations and reminders to one chat may share a message that names each reference."""
    if not owed:
        return []
    waiting = {
        row.contact_id: (row.id, row.params["items"])
        for row in await messages.pending_shared(tx, kind, {word.to.contact.id for word in owed})
        if len(row.params["items"]) < _ITEMS_A_MESSAGE
    }
    carried: list[tuple[Owed, int]] = []
    for word in owed:
        item = {**word.subject.item(), **word.extra}
        number, items = waiting.get(word.to.contact.id, (0, []))
        if not items or len(items) >= _ITEMS_A_MESSAGE:
            row = message_row(
                kind,
                word.to,
                now,
                params={"items": [item]},
                bell_at=word.subject.bell_at,
                rank=word.rank,
            )
            [number] = await messages.add(tx, [row])
            items = [item]
        else:
            items = [*items, item]
            await messages.set_params(tx, number, {"items": items})
        waiting[word.to.contact.id] = (number, items)
        carried.append((word, number))
    return carried


# --- what a climbed ladder owes ----------------------------------------------------------------

_KINDS = {
    Leg.TRIAGE: (Kind.TRIAGE, Kind.TRIAGE_STANDS),
    Leg.QUESTION: (Kind.QUESTION, Kind.QUESTION_STANDS),
}


def kind_for(role: Role, policy: EscalationPolicy) -> Kind:
    """Who may settle gets the card; everyone else a reference and a school, never content."""
    card, stands = _KINDS.get(policy.leg, (Kind.ALERT, Kind.ESCALATION))
    return card if role in policy.settled_by else stands


async def write_climb(
    tx: Tx,
    known: InForce,
    subject: Subject,
    policy: EscalationPolicy,
    excluded: frozenset[str],
    climbed: Climbed,
    now: datetime,
) -> tuple[list[Owed], list[dict[str, Any]]]:
    """What the steps of a climb owe, and their lines for the trail.

    A step with nobody on it is recorded, told to the coordinators, and never silent (I11).
    """
    owed: list[Owed] = []
    lines: list[dict[str, Any]] = wait_lines(
        subject.notification_id, subject.alert_id, climbed.steps, now
    )
    for told in climbed.steps:
        lines.append(_step_line(subject, told, now))
        extra = _lateness(told, now)
        owed += [
            Owed(
                subject,
                reached,
                kind_for(reached.person.role, policy),
                f"{subject.raising}.{'list' if told.listed else told.step}",
                rank,
                extra,
            )
            for rank, reached in enumerate(told.reached)
        ]
        if not told.reached:
            gap = {"roles": [role.value for role in told.roles], "step": told.step + 1}
            coordinators = reachable(known, Role.COORDINATOR, subject.school_code, excluded, now)
            owed += [
                Owed(subject, to, Kind.GAP, f"{subject.raising}.{told.step}", rank, gap)
                for rank, to in enumerate(coordinators)
            ]
            if not coordinators:
                await alarms.set_off(
                    tx,
                    f"{NOBODY_TO_TELL}{subject.reference}",
                    "A step had nobody on it, and no coordinator can be reached either.",
                    now,
                )
    return owed, lines


def _lateness(told: StepTold, now: datetime) -> dict[str, Any]:
    if now - told.due_at > _WORTH_SAYING:
        return {"was_due": int(told.due_at.timestamp())}
    return {}


def _step_line(subject: Subject, told: StepTold, now: datetime) -> dict[str, Any]:
    action = "alert:told" if told.reached else "alert:step_skipped"
    if told.listed:
        action = "alert:told_in_the_holidays"
    return events.line(
        action,
        now,
        notification_id=subject.notification_id,
        alert_id=subject.alert_id,
        step=None if told.listed else told.step + 1,
        reminder=None if told.listed else told.reminder,
        roles=[role.value for role in told.roles],
        told=[stand.person.id for stand in told.reached],
        skipped={stand.person.id: stand.reason.value for stand in told.skipped},
    )


def reachable(
    known: InForce,
    role: Role,
    school_code: str | None,
    excluded: frozenset[str],
    now: datetime,
) -> list[Reachable]:
    """Everyone who holds this role for the school and can be told now, first asked first."""
    today = local_day(now)
    stands = (
        standing(person, today, excluded)
        for person in known.directory.covering(role, school_code, [None], today, excluded)
    )
    return [stand for stand in stands if isinstance(stand, Reachable)]


def can_be_told(person: Person | None, excluded: frozenset[str], now: datetime) -> Reachable | None:
    """Somebody told before, who is told the rest as well: being away since makes no difference."""
    if person is None:
        return None
    stand = standing(replace(person, absences=()), local_day(now), excluded)
    return stand if isinstance(stand, Reachable) else None


async def refresh_cards(
    tx: Tx,
    now: datetime,
    alert_ids: Sequence[int],
    people: Sequence[str] | None = None,
    priority: Priority = Priority.ALERT,
) -> None:
    """Every card of these alerts (of these people) is shown anew as things then stand."""
    for card in await messages.cards_of(tx, alert_ids, people):
        await refresh_card(tx, now, card, priority)


async def refresh_card(
    tx: Tx,
    at: datetime,
    card: Any,
    priority: Priority = Priority.VIEW,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Show one card anew, not before `at`. What it shows is made from the rows when the edit goes
    out, so edits that still wait are one edit. `params`: which choice to open on it this once. What
    another way than Telegram brought stays as it is: it shows nothing."""
    if card.channel is not Channel.TELEGRAM:
        return
    await messages.add_refresh(
        tx,
        {
            "kind": Kind.REFRESH,
            "operation": Operation.EDIT,
            "channel": card.channel,
            "address": card.address,
            "contact_id": card.contact_id,
            "person_id": card.person_id,
            "alert_id": card.alert_id,
            "parent_id": card.id,
            "params": dict(params or {}),
            "priority": priority,
            "bell_at": card.bell_at,
            "rank": 0,
            "due_at": at,
            "state": MessageState.PENDING,
            "attempts": 0,
            "unknowns": 0,
            "created_at": at,
        },
    )
    tx.wake(Stage.DISPATCH)
