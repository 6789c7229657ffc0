"""Pass on: a nurse hands an alert to a colleague, or to another team, who hears of it at once.

The passer's own answer is taken back, so that it is open until somebody has it, and its ladder goes
on where it stood. A team that it is passed to may open and answer this one alert from then on;
nothing moves in the directory. It may be passed on again, and back.

Dies before the commit: the update is in the inbox still and is handled again. Dies after it: the
messages are pending and the ladder is due; handling the update again finds it passed on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import Acknowledgement, AlertChild, AlertState, Leg, uncovered
from bot.domain.calendar import local_day
from bot.domain.message import Kind
from bot.domain.passing import Target, targets, teams_passed_to
from bot.domain.people import Person
from bot.domain.plan import Offer
from bot.domain.routing import InForce
from bot.flow.answering import Reached, answering
from bot.flow.context import Context, Stage
from bot.flow.offers import close_lists, open_list
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import Owed, refresh_cards, subject_of, write_owed
from bot.flow.undo import open_again
from bot.flow.view import settling_answer
from bot.store import alerts, answers, events, offers


async def pass_on(ctx: Context, person_id: str, alert_id: int, mark: int | None = None) -> Reply:
    """Pass it to whoever bears this mark; without one, show whom it may be passed to."""
    async with ctx.store.unit() as tx:
        reached = await answering(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        alert, person = reached.alert, reached.person
        if alert.leg is not Leg.NURSE:
            return nothing_here(person.language)
        given = (await alerts.answers(tx, [alert_id]))[alert_id]
        if alert.state is AlertState.ACKNOWLEDGED and not _owing_without(reached, given):
            others = [answer for answer in given if answer.person_id != person.id]
            other = settling_answer(reached.known, others, alert.excluded)
            if other is None:
                return Reply("press.acknowledged_before", person.language)
            return Reply("press.settled_before", person.language, {"name": other.name})
        found = targets_for(reached.known, alert, reached.children, person, reached.now)
        if not found:
            return Reply("press.pass_nobody", person.language, alert=True)
        if mark is None:
            return await open_list(reached, Offer.HAND_ON)
        target = next((target for target in found if target.mark == mark), None)
        if target is None:
            return Reply("press.pass_gone", person.language)
        mine = [answer.id for answer in given if answer.person_id == person.id]
        return await _pass(reached, target, mine)


def _owing_without(reached: Reached, given: list[Acknowledgement]) -> frozenset[int]:
    """The children whom nobody but this person stands for."""
    alert = reached.alert
    others = [answer for answer in given if answer.person_id != reached.person.id]
    settled_by, people = alerts.policy(alert).settled_by, reached.known.directory.people
    return uncovered(reached.children, others, settled_by, alert.excluded, people)


def targets_for(
    known: InForce,
    alert: Row[Any],
    children: Sequence[AlertChild],
    person: Person,
    now: datetime,
) -> tuple[Target, ...]:
    """Whom this person may pass it to now."""
    return targets(
        known.directory,
        alerts.policy(alert).settled_by,
        alert.school_code,
        [child.year_group for child in children] or [None],
        passed=teams_passed_to(alert.passed),
        excluded=alert.excluded,
        me=person.id,
        on=local_day(now),
    )


async def _pass(reached: Reached, target: Target, mine: list[int]) -> Reply:
    tx, alert, person, now = reached.tx, reached.alert, reached.person, reached.now
    turn = {
        "by": person.id,
        "to": "" if target.team else target.told[0].person.id,
        "team": target.team,
        "at": int(now.timestamp()),
    }
    await answers.take_back(tx, mine, "passed", now)
    await alerts.change(tx, alert.id, passed=[*alert.passed, turn])
    await open_again(reached)
    # What they might have undone has been handed on with it.
    await offers.end(tx, alert.id, person.id, [Offer.UNDO], now)
    await close_lists(reached)
    occasion = f"{alert.raising}.w{len(alert.passed) + 1}"
    await write_owed(
        tx,
        now,
        [
            Owed(subject_of(alert), to, Kind.ALERT, occasion, rank)
            for rank, to in enumerate(target.told)
        ],
    )
    await events.append(
        tx,
        events.line(
            "alert:passed_on",
            now,
            notification_id=alert.notification_id,
            alert_id=alert.id,
            person_id=person.id,
            to=turn["to"],
            team=target.team,
            told=[to.person.id for to in target.told],
        ),
    )
    await alerts.look_again(tx, [alert.id], now)
    await refresh_cards(tx, now, [alert.id])
    tx.wake(Stage.ESCALATE, Stage.DISPATCH)
    return Reply("press.passed_on", person.language, {"name": target.name})


def passed_at(turn: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(turn["at"], UTC)
