"""The alerts of a notification: new ones, ones with more to them, ones no longer theirs."""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, AlertState, Leg, uncovered
from bot.domain.escalation import EscalationPolicy, compressed
from bot.domain.message import Kind
from bot.domain.passing import teams_passed_to
from bot.domain.routing import AlertWanted, InForce, LadderState, Placed
from bot.domain.versions import CALENDAR, DIRECTORY, DISCLOSURE, ESCALATION
from bot.flow.asking import end_questions
from bot.flow.context import Stage
from bot.flow.ladder import climb_of
from bot.flow.raising import Raising
from bot.flow.tell import refresh_cards
from bot.store import alarms, alerts, answers, messages, offers, questions, waits

_LEGS = (Leg.SCHOOL, Leg.NURSE)
_SETTLED = (AlertState.ACKNOWLEDGED, AlertState.CLOSED)


async def raise_duties(raising: Raising, placed: Placed) -> None:
    """One alert per school and leg, holding that school's own children only."""
    wanted = {
        (leg, alert.school_code): alert
        for alert in placed.alerts
        for leg in _LEGS
        if raising.known.policies[leg].enabled or (leg, alert.school_code, "") in raising.existing
    }
    for (leg, code), alert in wanted.items():
        old = raising.existing.get((leg, code, ""))
        if old is None:
            await _new(raising, leg, alert)
        else:
            await _changed(raising, old, alert)
    for (leg, code, _), old in raising.existing.items():
        if leg not in OF_THE_DESK and (leg, code) not in wanted:
            await _no_longer_theirs(raising, old)
    await _end_groundless_questions(raising, placed)


async def _end_groundless_questions(raising: Raising, placed: Placed) -> None:
    """A question of a child who is no longer at the school that asked is nobody's to answer."""
    theirs = {a.school_code: {0, *(c.number for c in a.children)} for a in placed.alerts}
    existing = [a for a in raising.existing.values() if a.leg is Leg.QUESTION]
    asked = await questions.by_alerts(raising.tx, [alert.id for alert in existing])
    groundless = [
        alert
        for alert in existing
        if asked[alert.id].child_number not in theirs.get(alert.school_code, ())
    ]
    await end_questions(
        raising.tx,
        raising.known,
        groundless,
        raising.now,
        why="a new version",
        excluded=raising.excluded,
    )


async def _new(raising: Raising, leg: Leg, wanted: AlertWanted) -> None:
    tx, now, code = raising.tx, raising.now, wanted.school_code
    bell = raising.known.bell(code, now)
    late = raising.known.bell(code, raising.row.received_at).at <= now
    policy = raising.known.policies[leg]
    held_until = None if raising.incident.urgent else raising.known.hold(policy, code, now)
    row = raising.alert_row(leg, code, bell.at, late=late, held_until=held_until)
    held_up = raising.known.notice_late(code, raising.incident, raising.row.received_at)
    row["notice_late_by"], row["notice_was_due_at"] = held_up or (None, None)
    number = await raising.open(row, wanted.children)
    raising.note(
        "alert:raised",
        number,
        leg=leg.value,
        school=code,
        bell_at=bell.at.isoformat(),
        lane=bell.lane.value,
        matched_by=list(wanted.matched_by),
        late=late,
        **({"notice_late_by": held_up[0].value} if held_up else {}),
        policy=policy.version,
        versions=_versions(raising.known, code),
        **_waits(policy, held_until, now, bell.at),
    )
    if bell.assumed:
        calendar = raising.known.directory.schools[code].calendar
        await alarms.set_off(
            tx,
            f"calendar_ended:{calendar}",
            f"The calendar {calendar} has no pupil day ahead; the next weekday was assumed.",
            now,
        )
    subject = raising.subject(number, leg, code, bell.at, late=late)
    await raising.first_climb(subject, policy, wanted.children, held_until=held_until)


def _versions(known: InForce, school_code: str) -> dict[str, int]:
    """The number of each version that decided about this alert."""
    calendar = f"{CALENDAR}{known.directory.schools[school_code].calendar}"
    decided = (ESCALATION, DISCLOSURE, DIRECTORY, calendar)
    return {kind: known.versions[kind] for kind in decided if kind in known.versions}


def _waits(
    policy: EscalationPolicy, held_until: datetime | None, now: datetime, bell_at: datetime
) -> dict[str, Any]:
    """What the trail says of a ladder that does not run as it is written."""
    if held_until:
        return {"held_until": held_until.isoformat(), "holiday": policy.holiday.send.value}
    return {"compressed": True} if compressed(policy, now, bell_at) else {}


async def _changed(raising: Raising, old: Row[Any], wanted: AlertWanted) -> None:
    """A new version of a notice already told: the same duty with more to it, or owed again."""
    tx, now = raising.tx, raising.now
    before = raising.children[old.id]
    if wanted.children != before:
        await alerts.replace_children(tx, old.id, wanted.children)
    came = {c.number for c in wanted.children if c not in before}  # or is of another year now
    urgent_now = raising.incident.urgent and not old.urgent and old.state in _SETTLED
    given = [] if urgent_now else (await alerts.answers(tx, [old.id]))[old.id]
    policy = alerts.policy(old)
    owing = uncovered(
        wanted.children,
        given,
        policy.settled_by,
        raising.excluded,
        raising.known.directory.people,
    )
    is_open = old.state is AlertState.OPEN
    if raising.incident.urgent and not old.urgent:
        await _now_urgent(raising, old)
    taken_away = old.state in (AlertState.WITHDRAWN, AlertState.MISDIRECTED)
    if back := {c.number for c in wanted.children if c not in before} & alerts.refused_here(old):
        raising.note("alert:put_back", old.id, children=sorted(back))
    if owing and not is_open and (came or urgent_now or old.state is not AlertState.CLOSED):
        if urgent_now:
            await answers.take_all_back(tx, old.id, "urgent", now)
            await offers.end_of_alert(tx, old.id, now)  # nothing is left that Undo would take back
        await _reopen(raising, old, wanted, owing, urgent=urgent_now)
        return
    if taken_away:  # sent again, and those whom it concerns had taken it on already
        await alerts.reopen(tx, old.id, raising=old.raising, at=now, bell_at=old.bell_at)
        raising.note("alert:stands_again", old.id, version=raising.row.version)
    if not owing and (taken_away or is_open):
        await alerts.move(tx, old.id, AlertState.ACKNOWLEDGED, now)
        await messages.cancel_of_alert(tx, old.id)
    elif came and is_open:
        state = LadderState(
            policy=policy,
            school_code=old.school_code,
            children=wanted.children,
            uncovered=owing,
            excluded=raising.excluded,
            climb=climb_of(old),
            told=(await alerts.told_by_ladder(tx, [old.id]))[old.id],
            passed=teams_passed_to(old.passed),
        )
        await raising.tell_newcomers(state, old)
        await alerts.look_again(tx, [old.id], now)
        tx.wake(Stage.ESCALATE)
    if came or raising.row.version > raising.row.raised_version:
        await raising.hide_views(old)
        await raising.tell_everyone_told(old, Kind.MORE, came)
        await refresh_cards(tx, now, [old.id])


async def _now_urgent(raising: Raising, old: Row[Any]) -> None:
    """A new version is urgent: no hold and no quiet hours keep its ladder waiting any more."""
    await waits.make_urgent(raising.tx, old.id)
    if old.state is AlertState.OPEN:
        if old.held_until is not None and old.held_until > raising.now:
            raising.note("alert:hold_lifted", old.id, why="urgent")
        await alerts.look_again(raising.tx, [old.id], raising.now)
        raising.tx.wake(Stage.ESCALATE)


async def _reopen(
    raising: Raising,
    old: Row[Any],
    wanted: AlertWanted,
    owing: frozenset[int],
    *,
    urgent: bool,
) -> None:
    """Owed again: a child whom nobody took on came in, or came back from the MASH desk, whoever had
    taken it on was excluded, it has become urgent, or a withdrawn notice was sent again."""
    bell = raising.known.bell(wanted.school_code, raising.now)
    turn = old.raising + 1
    await alerts.reopen(raising.tx, old.id, raising=turn, at=raising.now, bell_at=bell.at)
    raising.note(
        "alert:reopened",
        old.id,
        version=raising.row.version,
        children=len(owing),
        bell_at=bell.at.isoformat(),
        **({"urgent": True} if urgent else {}),
    )
    subject = raising.subject(old.id, old.leg, old.school_code, bell.at, turn)
    policy = alerts.policy(old)
    passed = teams_passed_to(old.passed)
    await raising.first_climb(subject, policy, wanted.children, owing=owing, passed=passed)
    await raising.tell_everyone_told(old, Kind.MORE, owing)
    await raising.hide_views(old)
    await refresh_cards(raising.tx, raising.now, [old.id])


async def _no_longer_theirs(raising: Raising, old: Row[Any]) -> None:
    """A correction moved every child of this alert elsewhere: whoever was told hears so, and sees
    nothing of it any more."""
    if not await alerts.move(raising.tx, old.id, AlertState.WITHDRAWN, raising.now):
        return
    await messages.cancel_of_alert(raising.tx, old.id)
    await alerts.replace_children(raising.tx, old.id, ())
    await raising.tell_everyone_told(old, Kind.WITHDRAWN)
    raising.note("alert:withdrawn", old.id)
    await refresh_cards(raising.tx, raising.now, [old.id])
