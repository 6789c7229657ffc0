"""Undo: for two minutes an answer may be taken back, and what it settled is owed again.

The alert is open again at the place of its ladder where it stood: no step that was told is told
again, but for whom its card or its word had not gone out yet when the answer came. "Not our pupil"
and passing on are no answers that a press undoes (`domain/plan.Answer` says why).

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
alert is open and its ladder due, which the escalating stage's tick finds, and the cards' edits are
pending; handling the update again finds the answer taken back.
"""

from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, uncovered
from bot.domain.plan import SHOWN_AFTER, Answer
from bot.flow.answering import Reached, answering
from bot.flow.context import Context, Stage
from bot.flow.reply import Reply
from bot.flow.tell import Owed, can_be_told, refresh_cards, subject_of, write_owed
from bot.store import alerts, answers, drills, events, offers, plans, tellings
from bot.store.unit_of_work import Tx


async def undo(ctx: Context, person_id: str, alert_id: int) -> Reply:
    """Take this person's last answer back, if it is not older than two minutes."""
    async with ctx.store.unit() as tx:
        reached = await answering(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        person = reached.person
        offer = await offers.newest_undo(tx, alert_id, person.id)
        if offer is None:
            return Reply("press.undo_nothing", person.language)
        if offer.used_at is not None:
            return Reply("press.undone_before", person.language)
        if offer.ended_at is not None and offer.ended_at < offer.until_at:
            return Reply("press.undo_nothing", person.language)  # it went otherwise: none stands
        if offer.until_at <= reached.now or offer.ended_at is not None:
            return Reply("press.undo_over", person.language)
        if await _drill_is_over(tx, reached.alert):
            return Reply("press.closed", person.language)
        await offers.use(tx, offer.id, reached.now)
        match offer.answer:
            case Answer.PLAN:
                sentence = await _plan(reached)
            case Answer.CANNOT_ACT:
                sentence = await _cannot_act(reached)
            case _:
                sentence = await _acknowledgement(reached, offer)
        await refresh_cards(tx, reached.now, [alert_id])
        tx.wake(Stage.DISPATCH)
        return Reply(sentence, person.language)


async def _drill_is_over(tx: Tx, alert: Row[Any]) -> bool:
    """A drill ends with its last answer: nothing of it is owed again."""
    if alert.drill_id is None:
        return False
    drill = await drills.by_number(tx, alert.drill_id)
    return drill is None or drill.ended_at is not None


async def _plan(reached: Reached) -> str:
    """What was planned before stands again; if that was nothing, a plan is owed as it was."""
    tx, alert, person, now = reached.tx, reached.alert, reached.person, reached.now
    whose = (alert.id, person.id)
    before = [None, *await plans.said(tx, *whose)][-2]
    await plans.add(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        choice=before,
        children=[],
        version=alert.notification_version,
        planned_at=now,
    )
    owed = await plans.owed_by(tx, whose)
    if before is None and owed is not None:
        next_at = {0: owed.due_at, 1: owed.due_at + SHOWN_AFTER}.get(owed.told)
        if alert.drill_id is not None:
            next_at = None
        await plans.change_owed(tx, whose, next_at=next_at, ended_at=None)
    await _note(reached, Answer.PLAN, [])
    return "press.undone_plan" if before is not None else "press.undone_no_plan"


async def _cannot_act(reached: Reached) -> str:
    """Who was told by it stays told; a step that was pulled up and not yet told waits again."""
    await alerts.change(reached.tx, reached.alert.id, hurry=False)
    await _note(reached, Answer.CANNOT_ACT, [])
    return "press.undone_cannot_act"


async def _acknowledgement(reached: Reached, offer: Row[Any]) -> str:
    tx, alert, now = reached.tx, reached.alert, reached.now
    await answers.take_back(tx, [offer.acknowledgement_id], "undone", now)
    owing = await open_again(reached)
    await plans.end_owed(tx, (alert.id, reached.person.id), now)
    await _note(reached, offer.answer, sorted(owing))
    return "press.undone" if owing else "press.undone_stands"


async def open_again(reached: Reached) -> frozenset[int]:
    """The children whom nobody stands for since an answer was taken back; if there are any the
    alert is open, its ladder where it stood."""
    tx, alert, now = reached.tx, reached.alert, reached.now
    given = (await alerts.answers(tx, [alert.id]))[alert.id]
    settled_by, people = alerts.policy(alert).settled_by, reached.known.directory.people
    owing = uncovered(reached.children, given, settled_by, alert.excluded, people)
    if owing and alert.state is AlertState.ACKNOWLEDGED:
        await alerts.move(tx, alert.id, AlertState.OPEN, now, next_step_at=now)
        await _tell_what_was_not_said(reached)
        tx.wake(Stage.ESCALATE)
    return owing


async def _tell_what_was_not_said(reached: Reached) -> None:
    """Steps had told people whose message the answer cancelled: they are owed it again."""
    tx, alert, now = reached.tx, reached.alert, reached.now
    people, excluded = reached.known.directory.people, frozenset(alert.excluded)
    owed: list[Owed] = []
    for telling in await tellings.unsaid(tx, alert.id, f"{alert.raising}.", alert.ended_at):
        to = can_be_told(people.get(telling.person_id), excluded, now)
        if to is not None:
            occasion = f"{telling.occasion}.u{int(now.timestamp())}"
            owed.append(Owed(subject_of(alert), to, telling.kind, occasion, len(owed)))
    await write_owed(tx, now, owed)


async def _note(reached: Reached, answer: Answer, children: list[int]) -> None:
    """The line of the trail says which answer, and which children are owed again by it."""
    line = events.line(
        "alert:undone",
        reached.now,
        notification_id=reached.alert.notification_id,
        alert_id=reached.alert.id,
        person_id=reached.person.id,
        answer=answer.value,
        children=children,
    )
    await events.append(reached.tx, line)
