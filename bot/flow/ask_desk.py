"""Ask a question: two presses on the card, or one on the page, and the MASH desk has a duty with an
owner to come, a due time and a ladder of its own.

Dies before the commit: the press is in the inbox still and is handled again, and the page's reader
asks again. Dies after it: the desk's cards are in the outbox and `next_step_at` is set; the ticks
of dispatch and escalate find them. Asked again, it finds itself standing.

A drill's question goes to the desk as a real one would, since it must look the same in every chat;
the desk reads that it is a drill when it opens it, and the drill's end closes it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, STANDING, AlertChild, AlertState, Leg
from bot.domain.asking import (
    MOST_WORDS,
    DeskQuestion,
    is_of_a_child,
    key_of,
    may_be_asked,
    question_of,
)
from bot.domain.escalation import DEFAULT_FOR_QUESTIONS, Climb
from bot.domain.message import Priority
from bot.domain.people import Person
from bot.domain.routing import InForce, LadderState, climb
from bot.flow.asking import hide_what_it_shows
from bot.flow.authorise import in_their_place
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import refusal
from bot.flow.tell import refresh_card, subject_of, write_climb, write_owed
from bot.flow.view import view_for
from bot.rendering.catalogue import words
from bot.store import alerts, events, messages, notifications, questions
from bot.store.unit_of_work import Tx

_UNANSWERED = AlertChild(0, None)
"""What a question's ladder has to cover, so that it is read like any other."""


async def offer_questions(
    ctx: Context,
    person_id: str,
    alert_id: int,
    address: str,
    card_id: str,
    child: int | None = None,
) -> Reply:
    """What *Ask a question* does: the card that was pressed shows what may be asked, this once."""
    async with ctx.store.unit() as tx:
        alert = await alerts.by_id(tx, alert_id, lock=True)
        known, now = await in_force(ctx, tx), ctx.now()
        person = known.directory.people.get(person_id)
        if person is None or alert is None:
            return nothing_here(person.language if person else "en")
        why_not = await _why_not(tx, known, person, alert, now)
        if why_not is not None:
            return why_not
        card = await messages.card_at(tx, address, card_id)
        if card is None or card.person_id != person.id or card.alert_id != alert_id:
            return nothing_here(person.language)
        if all(contact.id != card.contact_id for contact in person.contacts):
            return nothing_here(person.language)
        await refresh_card(tx, now, card, Priority.VIEW, {"ask": child})
        return Reply("press.ask_which", person.language)


async def _why_not(
    tx: Tx, known: InForce, person: Person, alert: Row[Any], now: datetime
) -> Reply | None:
    """Why this person may not ask about this alert now; None if they may."""
    if alert.leg in OF_THE_DESK:
        return nothing_here(person.language)
    children = (await alerts.children(tx, [alert.id]))[alert.id]
    why_not = await refusal(tx, known, person, alert, children, now)
    if why_not is None and alert.state not in STANDING:
        return Reply("press.closed", person.language)
    return why_not


async def ask_desk(
    ctx: Context, person_id: str, alert_id: int, child: int, number: int, wording: str = ""
) -> Reply:
    """Ask it, once while it stands; who asks what stands already gets the answer as well.
    `wording` is what the asker wrote on the page, for what the set has no question for."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        pressed = await alerts.by_id(tx, alert_id)
        if person is None or pressed is None:
            return nothing_here(person.language if person else "en")
        # The notification first, as raising locks them: two askers wait for each other here.
        await notifications.by_id(tx, pressed.notification_id, lock=True)
        duties = await alerts.of_notifications(tx, [pressed.notification_id])
        known, now = await in_force(ctx, tx), ctx.now()
        alert = next(duty for duty in duties if duty.id == alert_id)
        why_not = await _why_not(tx, known, person, alert, now)
        if why_not is not None:
            return why_not
        question = question_of(number)
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        person = in_their_place(known, person, alert, now)
        shown = await view_for(tx, known, alert, children, person, now)
        if question is None or not may_be_asked(shown.view, question, child):
            return nothing_here(person.language)
        wording = wording.strip() if question is DeskQuestion.OTHER else ""
        if len(wording) > MOST_WORDS:
            return Reply("press.too_long", person.language, alert=True)
        key = key_of(question, child, alert.leg, person.id)
        before = [
            duty
            for duty in duties
            if duty.leg is Leg.QUESTION
            and duty.school_code == alert.school_code
            and duty.task.rpartition(":")[0] == key
        ]
        standing = [duty for duty in before if duty.state is AlertState.OPEN]
        if standing:
            return await _join(tx, standing[0], alert, person, now)
        values = {
            "about_id": alert.id,
            "leg": alert.leg,
            "question": question,
            "child_number": child if is_of_a_child(question) else 0,
            "wording": wording or None,
            "asked_at": now,
        }
        asked = await _open(tx, known, alert, f"{key}:{len(before) + 1}", values, now)
        await questions.add_asker(tx, asked.id, person.id, alert.id, now)
        await _note(tx, "question:asked", asked, person, now, question=question.value)
        await _tell_the_desk(tx, known, asked, now)
        # What is asked stands in the view of everybody of the school from now on.
        await hide_what_it_shows(tx, duties, alert.school_code, now)
        for card in await messages.cards_of(tx, [alert_id], [person.id]):
            await refresh_card(tx, now, card)
        tx.wake(Stage.DISPATCH)
        due = words(person.language).moment(asked.bell_at)
        return Reply("press.asked", person.language, {"bell": due}, alert=True)


async def _join(
    tx: Tx, standing: Row[Any], alert: Row[Any], person: Person, now: datetime
) -> Reply:
    if await questions.add_asker(tx, standing.id, person.id, alert.id, now):
        await _note(tx, "question:asked", standing, person, now, again=True)
    for card in await messages.cards_of(tx, [alert.id], [person.id]):
        await refresh_card(tx, now, card)
    return Reply("press.asked_before", person.language, alert=True)


async def _open(
    tx: Tx, known: InForce, alert: Row[Any], task: str, values: dict[str, Any], now: datetime
) -> Row[Any]:
    """The desk's duty, with the ladder in force copied in; its bell is the due time."""
    policy = known.policies.get(Leg.QUESTION, DEFAULT_FOR_QUESTIONS)
    within = policy.answer_within or DEFAULT_FOR_QUESTIONS.answer_within
    assert within is not None
    [number] = await alerts.add(
        tx,
        [
            {
                "notification_id": alert.notification_id,
                "leg": Leg.QUESTION,
                "school_code": alert.school_code,
                "task": task,
                "state": AlertState.OPEN,
                "raising": 1,
                "raised_at": now,
                "bell_at": now + within,
                "late": False,
                "policy": policy.plain(),
                "next_step": 0,
                "next_step_at": now,
                "hurry": False,
            }
        ],
    )
    await alerts.add_children(tx, [(number, _UNANSWERED)])
    await questions.add(tx, alert_id=number, **values)
    asked = await alerts.by_id(tx, number)
    assert asked is not None
    return asked


async def _tell_the_desk(tx: Tx, known: InForce, asked: Row[Any], now: datetime) -> None:
    """The steps that are due at once, in the commit that asks."""
    policy, excluded = alerts.policy(asked), frozenset(asked.excluded)
    state = LadderState(
        policy=policy,
        school_code=asked.school_code or None,
        children=(_UNANSWERED,),
        uncovered=frozenset({_UNANSWERED.number}),
        excluded=excluded,
        climb=Climb(now, asked.bell_at, 0, None),
    )
    climbed = climb(state, known.directory, now)
    owed, lines = await write_climb(tx, known, subject_of(asked), policy, excluded, climbed, now)
    await write_owed(tx, now, owed)
    await events.append(tx, *lines)
    await alerts.set_climbs(tx, [alerts.climbed_row(asked.id, climbed)])


async def _note(
    tx: Tx, action: str, asked: Row[Any], person: Person, now: datetime, **detail: Any
) -> None:
    line = events.line(
        action,
        now,
        notification_id=asked.notification_id,
        alert_id=asked.id,
        person_id=person.id,
        **detail,
    )
    await events.append(tx, line)
