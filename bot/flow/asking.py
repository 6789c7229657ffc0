"""What the stages of a question share: who has it, who else is to hear, and how it ends without an
answer.

Dies before the commit of whoever calls: nothing has ended. Dies after it: the words are in the
outbox and the cards' edits are pending; the dispatcher's tick sends them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.calendar import local_day
from bot.domain.cover import Reachable, standing
from bot.domain.message import Kind
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import may_take
from bot.flow.context import Stage
from bot.flow.tell import Owed, can_be_told, reachable, refresh_cards, subject_of, write_owed
from bot.store import alerts, events, messages, questions, views
from bot.store.unit_of_work import Tx


async def standing_owner(tx: Tx, known: InForce, alert: Row[Any], now: datetime) -> Person | None:
    """Who has taken this question, as long as they may have it and are there."""
    found = await questions.by_alert(tx, alert.id)
    person = known.directory.people.get(found.owner or "") if found else None
    if person is None or not may_take(known, person, alert, (), now):
        return None
    stand = standing(person, local_day(now), frozenset(alert.excluded))
    return person if isinstance(stand, Reachable) else None


async def give_up(
    tx: Tx, known: InForce, alert: Row[Any], now: datetime
) -> tuple[list[Owed], list[dict[str, Any]]]:
    """Take a question from an owner who is away or has left, if that is so: what the rest of the
    desk is then owed, and the line for the trail."""
    found = await questions.by_alert(tx, alert.id)
    if found is None or not found.owner or await standing_owner(tx, known, alert, now):
        return [], []
    await questions.set_owner(tx, alert.id, None, None)
    await refresh_cards(tx, now, [alert.id])
    taken = int(found.taken_at.timestamp())
    policy, excluded = alerts.policy(alert), frozenset(alert.excluded)
    desk = [
        stand
        for role in policy.settled_by
        for stand in reachable(known, role, alert.school_code or None, excluded, now)
    ]
    owed = [
        Owed(subject_of(alert), to, Kind.QUESTION, f"{alert.raising}.given_up.{taken}", rank)
        for rank, to in enumerate(desk)
    ]
    line = events.line(
        "question:given_up",
        now,
        notification_id=alert.notification_id,
        alert_id=alert.id,
        person_id=found.owner,
    )
    return owed, [line]


async def hide_what_it_shows(
    tx: Tx, duties: Sequence[Row[Any]], school: str, now: datetime
) -> None:
    """What is open of this school showed less than there is now, and the ledger has no line for
    more (I6)."""
    numbers = [duty.id for duty in duties if duty.school_code == school]
    cards = await messages.cards_of(tx, numbers)
    open_on = await views.open_on(tx, [card.id for card in cards], now)
    await views.hide(tx, list(open_on), now)
    await refresh_cards(tx, now, sorted({c.alert_id for c in cards if c.id in open_on}))


async def end_questions(
    tx: Tx,
    known: InForce,
    duties: Collection[Row[Any]],
    now: datetime,
    *,
    why: str,
    excluded: Collection[str] = (),
) -> list[int]:
    """End these of the desk's duties that are questions and stand, and tell who asked or has taken
    one; the numbers of those ended. `excluded`: who must learn nothing besides those of the row."""
    standing_ones = [d for d in duties if d.leg is Leg.QUESTION and d.state is AlertState.OPEN]
    ended = []
    for duty in standing_ones:
        if not await alerts.move(tx, duty.id, AlertState.WITHDRAWN, now):
            continue
        ended.append(duty.id)
        await messages.cancel_of_alert(tx, duty.id)
        cards = await messages.cards_of(tx, [duty.id])
        await views.hide(tx, [card.id for card in cards], now)
        await refresh_cards(tx, now, [duty.id])
        await write_owed(tx, now, await _owed_the_end(tx, known, duty, now, excluded))
        await events.append(
            tx,
            events.line(
                "question:ended",
                now,
                notification_id=duty.notification_id,
                alert_id=duty.id,
                ended_by=why,
            ),
        )
    if ended:
        tx.wake(Stage.DISPATCH)
    return ended


async def tell_of_the_end(tx: Tx, known: InForce, duty: Row[Any], now: datetime) -> None:
    """A coordinator has closed it: who asked and who had taken it hear so."""
    await write_owed(tx, now, await _owed_the_end(tx, known, duty, now))


async def _owed_the_end(
    tx: Tx, known: InForce, duty: Row[Any], now: datetime, besides: Collection[str] = ()
) -> list[Owed]:
    found = await questions.by_alert(tx, duty.id)
    askers = [asker.person_id for asker in (await questions.askers(tx, [duty.id]))[duty.id]]
    people = dict.fromkeys([*askers, *([found.owner] if found and found.owner else [])])
    excluded = frozenset({*duty.excluded, *besides})
    stands = [can_be_told(known.directory.people.get(i), excluded, now) for i in people]
    return [
        Owed(subject_of(duty), to, Kind.QUESTION_OVER, f"{duty.raising}.over", rank)
        for rank, to in enumerate(stand for stand in stands if stand is not None)
    ]
