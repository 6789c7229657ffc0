"""Several notices about one child within a while: for the MASH desk and for whoever may see them.

Marks are written by the raising stage, in the commit that raises the notice. The desk is told once
a notice; the words are references only. A reader sees it in their view of an alert, of those
notices alone that they may open themselves: whoever is excluded from one learns nothing of it by
another. Dies before the commit: the notice is raised again, marks and all.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild, children_in_scope
from bot.domain.cover import Reachable
from bot.domain.disclosure import is_sealed
from bot.domain.incident import incident_of
from bot.domain.message import Kind, Priority
from bot.domain.pattern import mark_of, together
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Stage
from bot.flow.raising import Raising
from bot.flow.tell import message_row, reachable
from bot.store import alerts, events, messages, patterns
from bot.store.unit_of_work import Tx

Consider = Mapping[int, tuple[str, ...]]
"""The references of the notices about one child that are to be considered together, by the child's
number."""
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
log = logging.getLogger(__name__)


async def note_children(raising: Raising) -> None:
    """Write down whose notice this is, and tell the desk if it is one of several."""
    if raising.row.drill_id is not None:
        return
    tx, number = raising.tx, raising.row.id
    marks = {
        child.number: mark
        for child in raising.incident.children
        if (mark := mark_of(child, raising.pattern_key)) is not None
    }
    if raising.row.version > 1:
        await patterns.forget_marks(tx, number, besides=marks)
    await patterns.set_marks(tx, number, marks)
    found = await _together(tx, raising.known, number, marks)
    for child, rows in found.items():
        if await patterns.mark_told(tx, number, child, raising.now):
            await _tell_the_desk(raising, rows)


async def _together(
    tx: Tx, known: InForce, notification_id: int, marks: Mapping[int, str]
) -> dict[int, list[Row[Any]]]:
    """By the number of each of the notice's children, the notices of theirs that lie together."""
    if not marks:
        return {}
    rows = await patterns.of_children(tx, set(marks.values()))
    found: dict[int, list[Row[Any]]] = {}
    for child, mark in marks.items():
        theirs = {row.notification_id: row for row in rows if row.mark == mark}
        if notification_id not in theirs:
            continue
        if numbers := together(_occurred(theirs), notification_id, known.patterns):
            found[child] = [theirs[number] for number in numbers]
    return found


async def _tell_the_desk(raising: Raising, rows: list[Row[Any]]) -> None:
    excluded = raising.excluded.union(*(row.excluded for row in rows))
    # It names several notices: who reads along on another way may be excluded from one of them.
    desk = reachable(raising.known, Role.MASH_DESK, None, excluded, raising.now)
    to_tell = [Reachable(to.person, way) for to in desk if (way := to.person.answering_contact)]
    said = {"consider": [row.notification_id for row in rows]}
    await messages.add(
        raising.tx,
        [
            message_row(Kind.CONSIDER, to, raising.now, params=said, priority=Priority.ALERT)
            for to in to_tell
        ],
    )
    raising.lines.append(
        events.line(
            "notification:one_of_several",
            raising.now,
            notification_id=raising.row.id,
            notices=len(rows),
            told=[to.person.id for to in to_tell],
        )
    )
    raising.tx.wake(Stage.DISPATCH)


async def consider(
    tx: Tx,
    known: InForce,
    alert: Row[Any],
    children: tuple[AlertChild, ...],
    person: Person,
    now: datetime,
) -> Consider:
    """For a reader who may open this alert: what of each child in their scope lies together, of the
    notices that they may open."""
    mine = children_in_scope(person, children)
    marks = {
        row.number: row.mark
        for row in await patterns.of_notification(tx, alert.notification_id)
        if row.number in mine
    }
    if not marks:
        return {}
    theirs = await patterns.of_children(tx, set(marks.values()))
    may = await _may_open(tx, known, {row.notification_id for row in theirs}, person, now)
    found: dict[int, tuple[str, ...]] = {}
    for child, mark in marks.items():
        rows = {
            row.notification_id: row
            for row in theirs
            if row.mark == mark and row.number in may.get(row.notification_id, ())
        }
        if numbers := together(_occurred(rows), alert.notification_id, known.patterns):
            found[child] = tuple(rows[number].reference for number in numbers)
    return found


async def _may_open(
    tx: Tx, known: InForce, notifications: set[int], person: Person, now: datetime
) -> dict[int, frozenset[int]]:
    """By notice, the numbers of the children whose alerts this person may open."""
    duties = await alerts.of_notifications(tx, notifications, lock=False)
    children = await alerts.children(tx, [duty.id for duty in duties])
    found: dict[int, frozenset[int]] = {}
    for duty in duties:
        of_this = children[duty.id]
        try:
            may = not is_sealed(duty.state) and may_take(known, person, duty, of_this, now)
        except _UNREADABLE as error:
            # Its ladder: whoever climbs it says so, and nobody may open it.
            log.warning("an alert could not be read", extra={"why": type(error).__name__})
            continue
        if may:
            seen = children_in_scope(in_their_place(known, person, duty, now), of_this)
            found[duty.notification_id] = found.get(duty.notification_id, frozenset()) | seen
    return found


def _occurred(rows: Mapping[int, Row[Any]]) -> dict[int, datetime]:
    """When each happened, which is content, and stands with the notice alone. One that cannot be
    read holds up no other; whoever raises it says so."""
    found: dict[int, datetime] = {}
    for number, row in rows.items():
        try:
            found[number] = incident_of(row.content).occurred_at
        except _UNREADABLE as error:
            why = {"notification": number, "why": type(error).__name__}
            log.warning("a notice could not be read", extra=why)
    return found
