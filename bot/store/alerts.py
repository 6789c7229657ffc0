"""Alerts as rows: each duty with its children, its ladder, its answers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Row

from bot.domain.alert import LEGAL_MOVES, Acknowledgement, AlertChild, AlertState, Leg
from bot.domain.escalation import EscalationPolicy, policy_of
from bot.domain.message import OF_LADDERS, Kind
from bot.domain.routing import Climbed
from bot.domain.triage import Question
from bot.store.answers import STANDS
from bot.store.tables import acknowledgements, alert_children, alerts, notifications, tellings
from bot.store.unit_of_work import Tx

_holding = alerts.alias("holding")
_WITH_NOTIFICATION = select(
    alerts,
    notifications.c.reference,
    notifications.c.excluded,
    notifications.c.drill_id,
    notifications.c.refused,
    notifications.c.version.label("notification_version"),
    # A version came that was not raised yet: its exclusions and its children are not in force.
    (notifications.c.version > notifications.c.raised_version).label("behind"),
    # Nobody knows yet whom an exclusion means: then this is told and shown to nobody.
    exists()
    .where(
        alerts.c.leg != Leg.TRIAGE,
        _holding.c.notification_id == alerts.c.notification_id,
        _holding.c.leg == Leg.TRIAGE,
        # A coordinator may close the task; that says nothing of whom the exclusion means.
        _holding.c.state.in_([AlertState.OPEN, AlertState.CLOSED]),
        _holding.c.task.startswith(f"{Question.EXCLUSION}:"),
    )
    .correlate(alerts)
    .label("held"),
).join(notifications, notifications.c.id == alerts.c.notification_id)


# Locked first and read behind it: on PostgreSQL a statement that waited for the lock would have the
# notification beside it, with who is excluded, as it was before the wait. Rows that refer to an
# alert may be written meanwhile (`key_share`).
_LOCKING = select(alerts.c.id).with_for_update(of=alerts, key_share=True)


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
# Built once, as whatever every message asks: a statement costs more to build than to run.
_BY_IDS = _WITH_NOTIFICATION.where(alerts.c.id.in_(_IDS))
_CHILDREN = (
    select(alert_children)
    .where(alert_children.c.alert_id.in_(_IDS))
    .order_by(alert_children.c.alert_id, alert_children.c.number)
)
_ANSWERS = (
    select(acknowledgements, alerts.c.school_code, notifications.c.refused)
    .join(alerts, alerts.c.id == acknowledgements.c.alert_id)
    .join(notifications, notifications.c.id == alerts.c.notification_id)
    .where(acknowledgements.c.alert_id.in_(_IDS), STANDS)
    .order_by(acknowledgements.c.id)
)


async def any_due(tx: Tx, now: datetime) -> bool:
    """Whether a ladder is due: the cheap look before the climb takes the writer."""
    statement = select(alerts.c.id).where(
        alerts.c.state == AlertState.OPEN, alerts.c.next_step_at <= now
    )
    return await tx.first(statement.limit(1)) is not None


async def due(tx: Tx, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Open alerts whose ladder is due, soonest first, locked; another worker's are passed over."""
    return await tx.all(
        _WITH_NOTIFICATION.where(alerts.c.state == AlertState.OPEN, alerts.c.next_step_at <= now)
        .order_by(alerts.c.next_step_at, alerts.c.id)
        .limit(limit)
        .with_for_update(of=alerts, key_share=True, skip_locked=True)
    )


async def of_notifications(
    tx: Tx, ids: Collection[int], *, lock: bool = True
) -> Sequence[Row[Any]]:
    statement = _WITH_NOTIFICATION.where(alerts.c.notification_id.in_(ids)).order_by(alerts.c.id)
    if lock:
        of_these = alerts.c.notification_id.in_(ids)
        await tx.all(_LOCKING.where(of_these).order_by(alerts.c.id))
    return await tx.all(statement)


async def by_id(tx: Tx, alert_id: int, *, lock: bool = False) -> Row[Any] | None:
    if lock:
        await lock_all(tx, [alert_id])
    return await tx.first(_WITH_NOTIFICATION.where(alerts.c.id == alert_id))


async def lock_all(tx: Tx, ids: Collection[int]) -> None:
    """These alerts are this transaction's to change, in their order; as everything is where there
    is one writer."""
    if ids and not tx.is_sqlite:
        await tx.all(_LOCKING.where(alerts.c.id.in_(ids)).order_by(alerts.c.id))


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Row[Any]]:
    if not ids:
        return {}
    return {row.id: row for row in await tx.all(_BY_IDS, {"ids": list(ids)})}


async def open_ones(tx: Tx) -> Sequence[Row[Any]]:
    """Every open alert, nearest bell first; those of drills behind all real ones."""
    return await tx.all(
        _WITH_NOTIFICATION.where(alerts.c.state == AlertState.OPEN).order_by(
            notifications.c.drill_id.is_not(None), alerts.c.bell_at, alerts.c.id
        )
    )


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert alerts; their numbers in the order given."""
    if not rows:
        return []
    statement = insert(alerts).returning(alerts.c.id, sort_by_parameter_order=True)
    return [row.id for row in await tx.all(statement, list(rows))]


async def add_children(tx: Tx, children: Sequence[tuple[int, AlertChild]]) -> None:
    if children:
        await tx.execute(
            insert(alert_children),
            [
                {"alert_id": alert_id, "number": c.number, "year_group": c.year_group}
                for alert_id, c in children
            ],
        )


async def replace_children(tx: Tx, alert_id: int, children: Sequence[AlertChild]) -> None:
    await tx.execute(alert_children.delete().where(alert_children.c.alert_id == alert_id))
    await add_children(tx, [(alert_id, child) for child in children])


async def children(tx: Tx, ids: Collection[int]) -> dict[int, tuple[AlertChild, ...]]:
    found: dict[int, list[AlertChild]] = defaultdict(list)
    for row in await tx.all(_CHILDREN, {"ids": list(ids)}):
        found[row.alert_id].append(AlertChild(row.number, row.year_group))
    return {alert_id: tuple(found.get(alert_id, ())) for alert_id in ids}


async def answers(tx: Tx, ids: Collection[int]) -> dict[int, list[Acknowledgement]]:
    """Who answered for which children. An answer that was taken back is none; one that stands does
    so for no child whom its school has refused since: should it be theirs after all, it is owed
    again."""
    found: dict[int, list[Acknowledgement]] = {alert_id: [] for alert_id in ids}
    for row in await tx.all(_ANSWERS, {"ids": list(ids)}):
        since = row.refused[row.refusals :]
        void = {refusal["child"] for refusal in since if refusal["school"] == row.school_code}
        found[row.alert_id].append(
            Acknowledgement(
                row.person_id,
                row.role,
                frozenset(row.children) - void,
                row.acknowledged_at,
                row.meaning,
                row.id,
                frozenset(row.in_place_of),
            )
        )
    return found


def refused_here(alert: Row[Any]) -> frozenset[int]:
    """The numbers of the children whom this alert's school has refused at some time."""
    return frozenset(r["child"] for r in alert.refused if r["school"] == alert.school_code)


async def told(tx: Tx, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Who has been told of each alert, by person's id."""
    found: dict[int, set[str]] = {alert_id: set() for alert_id in ids}
    for row in await tx.all(
        select(tellings.c.alert_id, tellings.c.person_id).where(tellings.c.alert_id.in_(ids))
    ):
        found[row.alert_id].add(row.person_id)
    return {alert_id: frozenset(people) for alert_id, people in found.items()}


async def told_by_ladder(tx: Tx, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Whom the ladder of each alert, as it was last raised, has told of its children.

    Who heard of a gap, or was told before it was reopened, stands for no child by that.
    """
    found: dict[int, set[str]] = {alert_id: set() for alert_id in ids}
    for row in await tx.all(
        select(tellings.c.alert_id, tellings.c.person_id)
        .join(alerts, alerts.c.id == tellings.c.alert_id)
        .where(
            tellings.c.alert_id.in_(ids),
            tellings.c.kind.in_(OF_LADDERS),
            tellings.c.occasion.startswith(cast(alerts.c.raising, Text).concat(".")),
        )
    ):
        found[row.alert_id].add(row.person_id)
    return {alert_id: frozenset(people) for alert_id, people in found.items()}


def policy(row: Row[Any]) -> EscalationPolicy:
    """The ladder that this alert keeps, as it was in force when it was raised."""
    return policy_of(row.policy)


def climbed_row(alert_id: int, climbed: Climbed) -> dict[str, Any]:
    return {
        "alert": alert_id,
        "step": climbed.next_step,
        "step_at": climbed.next_step_at,
        "told_at": climbed.last_told_at,
    }


async def set_climbs(tx: Tx, climbs: Sequence[Mapping[str, Any]]) -> None:
    """Write where ladders stand, as `climbed_row` has it."""
    if climbs:
        await tx.execute(
            update(alerts)
            .where(alerts.c.id == bindparam("alert"))
            .values(
                next_step=bindparam("step"),
                next_step_at=bindparam("step_at"),
                last_told_at=bindparam("told_at"),
                hurry=False,
            ),
            list(climbs),
        )


async def move(tx: Tx, alert_id: int, to: AlertState, at: datetime, **values: Any) -> bool:
    """Compare-and-set: whether the alert was in a state from which it may come to `to` (I9).

    Leaving `open` ends its ladder in the same row; coming back needs `next_step_at` in `values`.
    It ends no sooner than its last step was told, also where the clock was stepped back since.
    """
    sources = [state for state, targets in LEGAL_MOVES.items() if to in targets]
    if to is not AlertState.OPEN:
        its = tellings.c.alert_id == alert_id
        ended = literal(at, alerts.c.ended_at.type)
        last = select(func.max(tellings.c.told_at)).where(its).scalar_subquery()
        values |= {"next_step_at": None, "ended_at": case((last > ended, last), else_=ended)}
    else:
        values |= {"ended_at": None}
    result = await tx.execute(
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.state.in_(sources))
        .values(state=to, **values)
    )
    return bool(result.rowcount)


async def reopen(tx: Tx, alert_id: int, *, raising: int, at: datetime, bell_at: datetime) -> None:
    """Owed again from now on, with a fresh ladder."""
    await move(
        tx,
        alert_id,
        AlertState.OPEN,
        at,
        raising=raising,
        raised_at=at,
        bell_at=bell_at,
        next_step=0,
        next_step_at=at,
        last_told_at=None,
        hurry=False,
        held_until=None,
    )


async def look_again(tx: Tx, ids: Collection[int], at: datetime, *, hurry: bool = False) -> None:
    """The ladder of these open alerts is read anew at once; `hurry` pulls its next step up."""
    if len(ids) > 1:
        await lock_all(tx, ids)  # in their order, as everybody locks them
    if ids:
        await tx.execute(
            update(alerts)
            .where(alerts.c.id.in_(ids), alerts.c.state == AlertState.OPEN)
            .values(next_step_at=at, **({"hurry": True} if hurry else {}))
        )


async def open_told_to(tx: Tx, person_id: str) -> list[int]:
    """The open alerts of which this person was told."""
    rows = await tx.all(
        select(alerts.c.id)
        .join(tellings, tellings.c.alert_id == alerts.c.id)
        .where(tellings.c.person_id == person_id, alerts.c.state == AlertState.OPEN)
        .distinct()
    )
    return [row.id for row in rows]


async def open_told(tx: Tx, people: Collection[str]) -> dict[str, list[int]]:
    """By person, the open alerts of which they were told; only who was told of any is in it."""
    rows = await tx.all(
        select(tellings.c.person_id, alerts.c.id)
        .join(tellings, tellings.c.alert_id == alerts.c.id)
        .where(tellings.c.person_id.in_(people), alerts.c.state == AlertState.OPEN)
        .distinct()
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row.id)
    return found


async def change(tx: Tx, alert_id: int, **values: Any) -> None:
    await tx.change(alerts, alert_id, **values)


async def other_schools_told(tx: Tx, notification_id: int, school_code: str) -> bool:
    """Whether another setting has been told of the same incident: somebody of its own, that is, and
    not only the authority that nobody there could be."""
    statement = (
        select(tellings.c.id)
        .join(alerts, alerts.c.id == tellings.c.alert_id)
        .where(
            alerts.c.notification_id == notification_id,
            alerts.c.school_code.not_in(["", school_code]),
            tellings.c.kind == Kind.ALERT,
        )
        .limit(1)
    )
    return await tx.first(statement) is not None
