"""The MASH desk settles what nobody could be sure of: which school, whom an exclusion
means, or whether a person named is one of the staff.

Dies before the commit: the task is open and its ladder goes on. Dies after: the notification is
due to be raised again, and the raising stage's tick finds it with the decision.
"""

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.routing import InForce
from bot.domain.triage import Question
from bot.flow.answering import reach
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context, Stage
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import refresh_cards
from bot.store import alerts, answers, events, messages, notifications, tasks, views


async def decide_by_choice(ctx: Context, person_id: str, alert_id: int, choice: int) -> Reply:
    """The button pressed: the candidate of this place, or past the last one nobody."""
    return await _decide(ctx, person_id, alert_id, choice)


async def decide_by_code(ctx: Context, person_id: str, alert_id: int, code: str) -> Reply:
    """A school's code, typed."""
    return await _decide(ctx, person_id, alert_id, code)


async def _decide(ctx: Context, person_id: str, alert_id: int, answer: int | str) -> Reply:
    async with ctx.store.unit() as tx:
        reached = await reach(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        known, alert = reached.known, reached.alert
        person, now = reached.person, reached.now
        if alert.leg is not Leg.TRIAGE or not may_take(known, person, alert, (), now):
            return nothing_here(person.language)
        person = in_their_place(known, person, alert, now)
        if alert.state is not AlertState.OPEN:
            return Reply("press.decided_before", person.language)
        task = await tasks.of_alert(tx, alert_id)
        decision = None if task is None else _meant(known, task, answer)
        if decision is None:
            return Reply("press.not_a_school", person.language, alert=True)
        await tasks.decide(tx, alert_id, decision, person.id, now)
        await answers.add(
            tx,
            alert_id=alert_id,
            person_id=person.id,
            role=person.role,
            children=[0],
            version=alert.notification_version,
            refusals=len(alert.refused),
            in_place_of=sorted(person.in_place_of),
            acknowledged_at=now,
        )
        await alerts.move(tx, alert_id, AlertState.ACKNOWLEDGED, now)
        await messages.cancel_of_alert(tx, alert_id)
        await views.hide(tx, [c.id for c in await messages.cards_of(tx, [alert_id])], now)
        await refresh_cards(tx, now, [alert_id])
        await notifications.look_again(tx, alert.notification_id, now)
        await events.append(
            tx,
            events.line(
                "triage:decided",
                now,
                notification_id=alert.notification_id,
                alert_id=alert_id,
                person_id=person.id,
                question=task.question if task else "",
                decision=decision,
            ),
        )
        tx.wake(Stage.RAISE, Stage.DISPATCH)
        return Reply("press.decided", person.language)


def _meant(known: InForce, task: Row[tuple[object, ...]], answer: int | str) -> str | None:
    """The school's code or person's id that an answer stands for; '' for nobody at all."""
    directory = known.directory
    if task.question is not Question.SCHOOL:
        if answer == len(task.candidates):
            return ""
        chosen = _candidate(task, answer) if isinstance(answer, int) else None
        if task.question is Question.SAME_PERSON:
            return chosen  # gone from the directory or not: they may come back
        return chosen if chosen in directory.people else None
    chosen = _candidate(task, answer) if isinstance(answer, int) else answer
    return chosen if chosen in directory.schools else None


def _candidate(task: Row[tuple[object, ...]], number: int) -> str | None:
    return str(task.candidates[number]) if 0 <= number < len(task.candidates) else None
