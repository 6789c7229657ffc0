"""From a notification to duties: which schools, which legs, when is the bell, who is told first.

Those that nothing was raised of yet are raised together, in one unit of work; any other, and each
of them where that fails, in one of its own. Dies before its commit: `raise_due_at` still stands,
the tick finds it. Dies after: alerts, ladders and first messages are there together. A notification
that cannot be raised is put off alone, with an alarm, and holds up no other (one poisoned row).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg, NotificationState
from bot.domain.incident import Child, Incident, incident_of
from bot.domain.namesakes import Namesake, namesakes
from bot.domain.routing import InForce, Placed, Refusal, place
from bot.domain.triage import Question, task_name
from bot.flow.context import Context, Stage
from bot.flow.hide import hide_from
from bot.flow.in_force import in_force
from bot.flow.patterns import note_children
from bot.flow.raise_duties import raise_duties
from bot.flow.raise_questions import ask_the_desk
from bot.flow.raising import Gathered, Raising
from bot.flow.tell import refresh_cards
from bot.store import alarms, alerts, events, notifications, patterns, tasks
from bot.store.unit_of_work import Tx

_BATCH = 10
"""So few, because what is sent meanwhile waits behind them for the one writer."""
_BACKOFF = (1, 5, 30, 120, 600)
"""Seconds until a notification that could not be raised is tried again."""
log = logging.getLogger(__name__)


async def raise_due(ctx: Context) -> bool:
    """Raise what is due; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        waiting = await notifications.ids_due(tx, ctx.now(), _BATCH)
    if waiting:
        raised = await _raise_together(ctx, waiting)
        left = [number for number in waiting if number not in raised]
        dealt_with = await asyncio.gather(*(_raise_or_put_off(ctx, number) for number in left))
        # Those that are all in another worker's hands are looked at again at the next tick.
        return len(waiting) == _BATCH and (bool(raised) or any(dealt_with))
    return False


async def _raise_together(ctx: Context, waiting: Sequence[int]) -> set[int]:
    """Raise those of these that are due for the first time, all or none; which they are."""
    try:
        async with ctx.store.unit() as tx:
            if not (rows := await notifications.due_fresh(tx, waiting, ctx.now())):
                return set()
            known, key, now = await in_force(ctx, tx), await patterns.key(tx), ctx.now()
            together = Gathered()
            for row in rows:
                await _raise(tx, known, key, row, now, together)
                await asyncio.sleep(0)  # whoever came in meanwhile is heard
            await together.write(tx, now)
    except Exception as error:
        log.warning("raised one by one", exc_info=error)
        return set()
    return {row.id for row in rows}


async def _raise_or_put_off(ctx: Context, number: int) -> bool:
    """False if another worker has it, or had it."""
    try:
        async with ctx.store.unit() as tx:
            row = await notifications.due_one(tx, number, ctx.now())
            if row is not None:
                known, key = await in_force(ctx, tx), await patterns.key(tx)
                await _raise(tx, known, key, row, ctx.now())
            return row is not None
    except Exception as error:
        log.exception("raising failed", extra={"notification": number})
        await _put_off(ctx, number, type(error).__name__)
        return True


async def _put_off(ctx: Context, number: int, fault: str) -> None:
    now = ctx.now()
    async with ctx.store.unit() as tx:
        row = await notifications.by_id(tx, number, lock=True)
        if row is None or row.raise_due_at is None:
            return
        wait = _BACKOFF[min(row.raise_attempts, len(_BACKOFF) - 1)]
        await notifications.change(
            tx,
            number,
            raise_attempts=row.raise_attempts + 1,
            raise_due_at=now + timedelta(seconds=wait),
        )
        await events.append(
            tx, events.line("notification:put_off", now, notification_id=number, fault=fault)
        )
        await alarms.set_off(
            tx, _alarm(row.reference), f"Raising its alerts failed ({fault}).", now
        )


def _alarm(reference: str) -> str:
    return f"not_raised:{reference}"


async def _raise(
    tx: Tx,
    known: InForce,
    pattern_key: bytes,
    row: Row[Any],
    now: datetime,
    together: Gathered | None = None,
) -> None:
    """`together`: what is gathered of this one and others, which nobody has raised before, and
    written by whoever asked."""
    incident = incident_of(row.content)
    fresh = row.version == 1 and row.state is NotificationState.RECEIVED
    existing: Sequence[Row[Any]] = [] if fresh else await alerts.of_notifications(tx, [row.id])
    decided = await _decisions(tx, existing)
    refusals = await _refusals(tx, row, incident)
    placed = place(incident, known.directory, decided, refusals)
    excluded, unknown = _exclusions(incident, known, decided, row)
    doubts = await _namesakes(tx, row, incident, known, placed, existing)
    held = [doubt for doubt in doubts if doubt.task not in decided]
    held = [doubt for doubt in held if doubt.person.id not in excluded]
    excluded |= {doubt.person.id for doubt in held}
    if unknown:  # nobody comes back to what everyone is held out of
        excluded |= frozenset(row.excluded)
    raising = Raising(
        tx=tx,
        known=known,
        row=row,
        incident=incident,
        excluded=excluded,
        refusals=refusals,
        existing={(alert.leg, alert.school_code, alert.task): alert for alert in existing},
        children=await alerts.children(tx, [alert.id for alert in existing]) if existing else {},
        now=now,
        pattern_key=pattern_key,
        gathered=together or Gathered(),
    )
    await note_children(raising)
    questions = await ask_the_desk(raising, placed, unknown, held)
    if not unknown:
        await raise_duties(raising, placed)
    if back := frozenset(row.excluded) - excluded:
        await raising.tell_returned(back)
    if together is None:
        await raising.gathered.write(tx, now)
    await _hide_from_newly_excluded(raising)
    await _hold_or_release(raising, hold=bool(unknown))
    # Not gathered: who is excluded is read by the next one about the same child.
    await notifications.change(
        tx,
        row.id,
        state=NotificationState.TRIAGE if questions else await _state(raising),
        raised_version=row.raised_version if unknown else row.version,
        excluded=sorted(excluded),
        raise_due_at=None,
        raise_attempts=0,
    )
    if row.raise_attempts:
        await alarms.clear(tx, _alarm(row.reference))


async def _refusals(tx: Tx, row: Row[Any], incident: Incident) -> tuple[Refusal, ...]:
    """Which school said "not our pupil" of which child. One whom a version left out and another
    named again has a number of its own since, and is refused under it too."""
    said = notifications.refusals(row)
    named = {child.number for child in incident.children}
    gone = {refusal.child_number for refusal in said} - named
    if not gone:
        return said
    found = list(said)
    for was in await _as_they_were(tx, row.id, gone):
        codes = [r.school_code for r in said if r.child_number == was.number]
        for child in (c for c in incident.children if c.is_same_child(was)):
            carried = Counter(Refusal(child.number, code) for code in codes)
            found += (carried - Counter(found)).elements()
    if len(found) > len(said):
        refused = [{"child": r.child_number, "school": r.school_code} for r in found]
        await notifications.change(tx, row.id, refused=refused)
    return tuple(found)


async def _as_they_were(tx: Tx, notification_id: int, numbers: Collection[int]) -> list[Child]:
    """These children as the last version that named them has them."""
    found: dict[int, Child] = {}
    for content in await notifications.contents(tx, notification_id):
        found |= {c.number: c for c in incident_of(content).children if c.number in numbers}
    return list(found.values())


async def _decisions(tx: Tx, existing: Any) -> dict[str, str]:
    """What the MASH desk has settled for this notification, by task."""
    asked = {alert.id: alert.task for alert in existing if alert.leg is Leg.TRIAGE}
    settled = await tasks.of_alerts(tx, list(asked))
    return {
        asked[number]: task.decision
        for number, task in settled.items()
        if task.decision is not None
    }


def _exclusions(
    incident: Incident, known: InForce, decided: Mapping[str, str], row: Row[Any]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Who must learn nothing for good: as the sender, the MASH desk or they themselves have said;
    and the ids that nobody knows yet, which hold everything back.

    Who was excluded or held and is gone from the directory stays so: they may come back.
    """
    gone = frozenset(row.excluded).difference(known.directory.people)
    themselves = {
        person_id
        for task, person_id in decided.items()
        if person_id and task.startswith(f"{Question.SAME_PERSON}:")
    }
    settled = {*known.directory.people, *gone}
    tasks = {i: task_name(Question.EXCLUSION, i) for i in incident.exclude}
    answered = {i: decided[task] for i, task in tasks.items() if task in decided}
    unknown = tuple(i for i in incident.exclude if i not in settled and i not in answered)
    chosen = {answered[i] for i in incident.exclude if answered.get(i)}
    said = {*incident.exclude, *chosen}.difference(unknown)
    return frozenset({*said, *themselves, *gone, *row.recused}), unknown


async def _namesakes(
    tx: Tx,
    row: Row[Any],
    incident: Incident,
    known: InForce,
    placed: Placed,
    existing: Sequence[Row[Any]],
) -> tuple[Namesake, ...]:
    """Who may be named in the notice, of all who could be told of it or were."""
    if not incident.involved_adults:
        return ()
    told = await alerts.told(tx, [alert.id for alert in existing]) if existing else {}
    policies = [policy for policy in known.policies.values() if policy.enabled]
    policies += [alerts.policy(alert) for alert in existing]
    return namesakes(
        incident,
        known.directory,
        frozenset().union(*(policy.roles for policy in policies)),
        [alert.school_code for alert in placed.alerts],
        frozenset(row.excluded).union(*told.values()),
    )


async def _state(raising: Raising) -> NotificationState:
    """Raised; a notice that a coordinator closed stays closed unless something is owed again."""
    if any(
        alert.state is AlertState.CLOSED and alert.leg is not Leg.QUESTION
        for alert in raising.existing.values()
    ):
        now = await alerts.of_notifications(raising.tx, [raising.row.id])
        if all(alert.state is not AlertState.OPEN for alert in now):
            return NotificationState.CLOSED
    return NotificationState.RAISED


async def _hold_or_release(raising: Raising, *, hold: bool) -> None:
    """Alerts under way when an unknown exclusion comes: nobody may open them until the desk has
    said who is meant, their ladders wait, and then go on at once."""
    duties = [a for a in raising.existing.values() if a.leg is not Leg.TRIAGE]
    if hold != any(alert.held for alert in duties):
        numbers = [alert.id for alert in duties]
        await refresh_cards(raising.tx, raising.now, numbers)
        await alerts.look_again(raising.tx, numbers, raising.now)
        raising.tx.wake(Stage.ESCALATE)


async def _hide_from_newly_excluded(raising: Raising) -> None:
    """Who is excluded from now on keeps no card and is owed nothing."""
    newly = raising.excluded - frozenset(raising.row.excluded)
    numbers = [alert.id for alert in raising.existing.values()]
    if newly and numbers:
        await hide_from(raising.tx, raising.now, numbers, newly)
