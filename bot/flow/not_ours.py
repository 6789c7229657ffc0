"""Not our pupil: one press, and what was told of a child at this school is sealed for everybody.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
child is in no alert of this school, the cards' edits are pending, the notification is due to be
raised again, which asks the MASH desk, and the containment record is due to be told: the ticks of
dispatch, raise and contain find them. Handling the update again finds the refusal there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import (
    OF_THE_DESK,
    STANDING,
    AlertChild,
    AlertState,
    Leg,
    children_in_scope,
    uncovered,
)
from bot.domain.containment import REPORT_WITHIN
from bot.domain.message import Kind, Priority
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.asking import end_questions
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.flow.tell import Owed, can_be_told, refresh_card, subject_of, write_owed
from bot.store import (
    access,
    alerts,
    containments,
    events,
    messages,
    notifications,
    questions,
    views,
)
from bot.store.unit_of_work import Tx

_SHOWING = (*STANDING, AlertState.CLOSED)
"""The states in which somebody of the school can still open what there is."""


@dataclass(frozen=True)
class _Refusing:
    """One refusal: all within one transaction."""

    tx: Tx
    known: InForce
    row: Row[Any]
    """The notification, as it was before."""
    pressed: Row[Any]
    child: int
    person: Person
    now: datetime

    @property
    def number(self) -> int:
        """Which refusal of the notification this is, from 1."""
        return len(self.row.refused) + 1

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [*self.row.refused, {"child": self.child, "school": self.pressed.school_code}]


async def not_ours(ctx: Context, person_id: str, alert_id: int, child: int | None = None) -> Reply:
    """Take a child out of what this school was told, at once and for both legs. Without `child` the
    only one in the presser's scope is meant."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        pressed = await alerts.by_id(tx, alert_id)
        if person is None or pressed is None or pressed.leg in OF_THE_DESK:
            return nothing_here(person.language if person else "en")
        # The notification first, as raising locks them: where its children belong is its to say.
        row = await notifications.by_id(tx, pressed.notification_id, lock=True)
        assert row is not None
        duties = await alerts.of_notifications(tx, [row.id])
        known, now, language = await in_force(ctx, tx), ctx.now(), person.language
        person = known.directory.people.get(person_id)
        if person is None:  # has left while this waited
            return nothing_here(language)
        alert = next(duty for duty in duties if duty.id == alert_id)
        children = await alerts.children(tx, [duty.id for duty in duties])
        person = in_their_place(known, person, alert, now)
        mine = children_in_scope(person, children[alert_id])
        if not mine or not may_take(known, person, alert, children[alert_id], now):
            return await closed_here(tx, known, alert, person, now)
        if alert.state is AlertState.WITHDRAWN:
            return Reply("press.withdrawn", person.language)
        if alert.state not in STANDING:
            return Reply("press.closed", person.language)
        if child is None and len(mine) > 1:
            return Reply("press.not_ours_which", person.language, alert=True)
        meant = child if child is not None else next(iter(mine))
        if meant not in mine:  # refused before, or never theirs
            before = meant in alerts.refused_here(alert)
            return (
                Reply("press.not_ours_before", person.language)
                if before
                else nothing_here(person.language)
            )
        refusing = _Refusing(tx, known, row, alert, meant, person, now)
        theirs = [
            duty
            for duty in duties
            if duty.school_code == alert.school_code
            and duty.state in _SHOWING
            and any(c.number == meant for c in children[duty.id])
        ]
        await _refuse(refusing, theirs, duties, children)
        return Reply("press.not_ours", person.language)


async def _refuse(
    refusing: _Refusing,
    theirs: Sequence[Row[Any]],
    duties: Sequence[Row[Any]],
    children: dict[int, tuple[AlertChild, ...]],
) -> None:
    tx, row, now = refusing.tx, refusing.row, refusing.now
    answers = await alerts.answers(tx, [duty.id for duty in theirs])  # as they stood
    await notifications.change(tx, row.id, refused=refusing.refused)
    for duty in theirs:
        left = tuple(c for c in children[duty.id] if c.number != refusing.child)
        await alerts.replace_children(tx, duty.id, left)
        if left:
            await _go_on_without(refusing, duty, left)
        else:
            await alerts.move(tx, duty.id, AlertState.MISDIRECTED, now)
            await messages.cancel_of_alert(tx, duty.id)
        await access.end_links_of_alerts(tx, [duty.id], now)
        await access.end_sessions_of_alerts(tx, [duty.id], now)
        await _clear_chats(refusing, duty)
        await events.append(
            tx,
            events.line(
                "alert:misdirected" if not left else "alert:child_not_theirs",
                now,
                notification_id=row.id,
                alert_id=duty.id,
                person_id=refusing.person.id,
                children=[refusing.child],
            ),
        )
    await _end_questions(refusing, duties, children)
    if row.drill_id is None:  # nobody has seen anything of anybody in a drill, and nobody is asked
        await _contain(refusing, theirs, answers)
        await notifications.look_again(tx, row.id, now)
        tx.wake(Stage.RAISE, Stage.CONTAIN)
    tx.wake(Stage.DISPATCH)


async def _end_questions(
    refusing: _Refusing,
    duties: Sequence[Row[Any]],
    children: dict[int, tuple[AlertChild, ...]],
) -> None:
    """What this school asked of the child ends, and with its last child whatever it asked; what
    was answered is sealed with the alert."""
    tx, code = refusing.tx, refusing.pressed.school_code
    at_school = [duty for duty in duties if duty.school_code == code]
    left = {
        child.number
        for duty in at_school
        if duty.leg not in OF_THE_DESK
        for child in children[duty.id]
        if child.number != refusing.child
    }
    asked = await questions.by_alerts(tx, [d.id for d in at_school if d.leg is Leg.QUESTION])
    over = [
        duty
        for duty in at_school
        if duty.id in asked and (not left or asked[duty.id].child_number == refusing.child)
    ]
    await end_questions(tx, refusing.known, over, refusing.now, why="not our pupil")


async def _go_on_without(refusing: _Refusing, duty: Row[Any], left: tuple[AlertChild, ...]) -> None:
    """The alert goes on for the children that are left, and may be settled thereby."""
    tx, now = refusing.tx, refusing.now
    given = (await alerts.answers(tx, [duty.id]))[duty.id]
    settled_by, people = alerts.policy(duty).settled_by, refusing.known.directory.people
    if duty.state is not AlertState.OPEN:
        return
    if uncovered(left, given, settled_by, duty.excluded, people):
        await alerts.look_again(tx, [duty.id], now)
        tx.wake(Stage.ESCALATE)
    else:
        await alerts.move(tx, duty.id, AlertState.ACKNOWLEDGED, now)
        await messages.cancel_of_alert(tx, duty.id)


async def _clear_chats(refusing: _Refusing, duty: Row[Any]) -> None:
    """Every card of it is put right, those that show something before all else. An edit works on a
    card of any age, where a deletion would not."""
    tx, now = refusing.tx, refusing.now
    cards = await messages.cards_of(tx, [duty.id])
    open_on = await views.open_on(tx, [card.id for card in cards], now)
    await views.hide(tx, [card.id for card in cards], now)
    for card in cards:
        urgent = Priority.ANSWER if card.id in open_on else Priority.VIEW
        await refresh_card(tx, now, card, urgent)


async def _contain(
    refusing: _Refusing, theirs: Sequence[Row[Any]], answers: dict[int, list[Any]]
) -> None:
    """Open the record, and ask whoever has seen something to keep it to themselves."""
    tx, row, now, child = refusing.tx, refusing.row, refusing.now, refusing.child
    end = await containments.ledger_end(tx)
    await containments.add(
        tx,
        notification_id=row.id,
        refusal=refusing.number,
        version=row.version,
        school_code=refusing.pressed.school_code,
        child_number=child,
        alert_id=refusing.pressed.id,
        sealed_by=refusing.person.id,
        sealed_at=now,
        ledger_end=end,
        report_due_at=now + REPORT_WITHIN,
        next_reminder_at=now,
    )
    opened = await containments.openings(tx, row.id, refusing.pressed.school_code, child, end)
    saw: dict[str, Row[Any]] = {}
    by_number = {duty.id: duty for duty in theirs}
    for opening in opened:
        saw.setdefault(opening.person_id, by_number.get(opening.alert_id, refusing.pressed))
    for duty in theirs:
        for answer in answers[duty.id]:
            if child in answer.children:
                saw.setdefault(answer.person_id, duty)
    people = refusing.known.directory.people
    owed = [
        Owed(subject_of(duty), to, Kind.MISDIRECTED, f"r{refusing.number}", rank)
        for rank, (person_id, duty) in enumerate(saw.items())
        if (to := can_be_told(people.get(person_id), frozenset(row.excluded), now)) is not None
    ]
    await write_owed(tx, now, owed)
