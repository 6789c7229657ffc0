"""An alert under way takes the ladder that is in force now, by a coordinator's deed.

Without it an alert keeps the ladder that it was raised with. Its deadline stays. Dies before the
commit: it keeps the ladder that it has. Dies after it: the new one, the line of who did it and why,
and the next look at it are there together, and the ladder's tick finds it by its row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, uncovered
from bot.domain.calendar import Bell, Lane
from bot.domain.console import LADDER_REASONS
from bot.domain.errors import ConflictError, Fault, NotFoundError, RefusedError
from bot.domain.escalation import EscalationPolicy
from bot.domain.ladder_taken import Heard, taken
from bot.domain.message import CARDS
from bot.domain.quiet import Send, end_of_hold
from bot.domain.routing import InForce
from bot.domain.versions import ESCALATION
from bot.flow.acknowledge import settle
from bot.flow.console import coordinators_alert
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.flow.tell import refresh_cards
from bot.flow.versions import may_change
from bot.store import alerts, events, notifications, tellings
from bot.store.unit_of_work import Tx


async def take_ladder(ctx: Context, reference: str, reason: str, by: str) -> int:
    """Every open alert of this reference takes it; how many did. NotFoundError for who is no
    coordinator and for what is not theirs to know of, ConflictError if nothing is to be taken."""
    if not reason.strip():
        raise RefusedError(
            [Fault("reason", "must be given: it stands in the alert's line of time")]
        )
    async with ctx.store.unit() as tx:
        who = await may_change(ctx, tx, by)
        row = await notifications.by_reference(tx, reference, lock=True)
        if row is None or who in row.excluded:
            raise NotFoundError(f"There is no notification {reference}.")
        return await _take(ctx, tx, row, reason.strip(), who)


async def take_ladder_of(ctx: Context, someone: Visitor, number: int, reason: str) -> Reply:
    """The same of one alert, from the console."""
    language = someone.person.language
    try:
        async with ctx.store.unit() as tx:
            found = await coordinators_alert(ctx, tx, someone, number)
            if found is None:
                return nothing_here(language)
            person, alert = found
            if reason not in LADDER_REASONS:
                return Reply("console.reason_missing", language, alert=True)
            row = await notifications.by_reference(tx, alert.reference, lock=True)
            if row is None or person.id in row.excluded:  # since, behind the lock
                return nothing_here(language)
            await _take(ctx, tx, row, reason, person.id, only=number)
            return Reply("console.ladder_taken", language, {"reference": alert.reference})
    except ConflictError:
        return Reply("console.ladder_not_taken", language)


async def ladder_to_take(tx: Tx, known: InForce, alert: Row[Any]) -> EscalationPolicy | None:
    """The ladder that this open alert would have; None where it is switched off, or says nothing
    that the alert's own does not."""
    old, new = alerts.policy(alert), known.policies.get(alert.leg)
    if alert.state is not AlertState.OPEN or new is None or not new.enabled:
        return None
    there = known.directory.people
    heard = [
        Heard(step, row.role, row.kind in CARDS)
        for step, row in await tellings.of_steps(tx, alert.id, alert.raising)
        if row.person_id in there and row.person_id not in alert.excluded
    ]
    found = taken(old, new, alert.next_step, heard)
    return None if found.plain() == old.plain() else found


async def _take(
    ctx: Context, tx: Tx, row: Row[Any], reason: str, by: str, only: int | None = None
) -> int:
    known, now, took = await in_force(ctx, tx), ctx.now(), []
    standing = [
        alert
        for alert in await alerts.of_notifications(tx, [row.id])
        if alert.state is AlertState.OPEN and only in (None, alert.id)
    ]
    if not standing:
        raise ConflictError(
            f"Nothing of {row.reference} is open: what is settled keeps the ladder that it had."
        )
    for alert in standing:
        policy = await ladder_to_take(tx, known, alert)
        if policy is None:
            continue
        await alerts.change(
            tx,
            alert.id,
            policy=policy.plain(),
            held_until=_held_until(known, policy, alert, now),
            next_step_at=now,
        )
        line = events.line(
            "alert:policy_applied",
            now,
            notification_id=row.id,
            alert_id=alert.id,
            person_id=by,
            version=known.versions.get(ESCALATION),
            reason=reason,
        )
        await events.append(tx, line)
        await _settle_what_is_answered(tx, known, alert, policy, now)
        took.append(alert.id)
    if not took:
        raise ConflictError(
            f"{row.reference} has the ladder that is in force already, or it is switched off."
        )
    await refresh_cards(tx, now, took)
    tx.wake(Stage.ESCALATE, Stage.DISPATCH)
    return len(took)


def _held_until(
    known: InForce, policy: EscalationPolicy, alert: Row[Any], now: datetime
) -> datetime | None:
    """What still waits for the end of the holidays waits as the new ladder has it, or no more."""
    held_until: datetime | None = alert.held_until
    if held_until is None or held_until <= now:
        return held_until
    school = known.directory.schools.get(alert.school_code)
    if policy.holiday.send is Send.AT_ONCE or school is None:
        return None
    bell = Bell(alert.bell_at, Lane.NEXT_DAY)
    return end_of_hold(policy.holiday, known.calendar_of(school), bell)


async def _settle_what_is_answered(
    tx: Tx, known: InForce, alert: Row[Any], policy: EscalationPolicy, now: datetime
) -> None:
    """Who answered before may be one who settles it by the new ladder: then it is settled."""
    children = (await alerts.children(tx, [alert.id]))[alert.id]
    given = (await alerts.answers(tx, [alert.id]))[alert.id]
    people = known.directory.people
    owing = uncovered(children, given, policy.settled_by, alert.excluded, people)
    if children and not owing:
        await settle(tx, alert, now)
