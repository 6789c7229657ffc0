"""The MASH desk answers a question: with a press, or in words on the secure page.

Dies before the commit: the press is in the inbox still and is handled again; the page's reader
sends it again. Dies after it: the question's ladder has stopped in the same commit, and who asked
is owed a word in the outbox, which the dispatcher's tick sends. Answered again, it is over.

The notice is the sender's and stays as it is: an answer stands beside what it left open, with its
time, in the view of whoever may see that field. A new version changes nothing of it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import STANDING, AlertState, Leg
from bot.domain.asking import MOST_WORDS, DeskAnswer, answer_of
from bot.domain.message import Kind
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.asking import hide_what_it_shows
from bot.flow.authorise import Opening, in_their_place, may_open
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.tell import Owed, can_be_told, refresh_cards, subject_of, write_owed
from bot.store import alerts, answers, events, messages, notifications, questions, views
from bot.store.unit_of_work import Tx


async def answer_question(
    ctx: Context, person_id: str, alert_id: int, number: int | None, text: str = ""
) -> Reply:
    """Write the answer down, and tell everyone who asked that there is one."""
    async with ctx.store.unit() as tx:
        pressed = await alerts.by_id(tx, alert_id)
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        if person is None or pressed is None or pressed.leg is not Leg.QUESTION:
            return nothing_here(person.language if person else "en")
        # The notification first, as asking and raising lock them.
        await notifications.by_id(tx, pressed.notification_id, lock=True)
        duties = await alerts.of_notifications(tx, [pressed.notification_id])
        known, now = await in_force(ctx, tx), ctx.now()
        alert = next(duty for duty in duties if duty.id == alert_id)
        match may_open(known, person, alert, (), now):
            case Opening.NOTHING:
                return nothing_here(person.language)
            case Opening.TAKEN_BACK:
                return Reply("press.question_over", person.language)
        if alert.state is not AlertState.OPEN:
            return Reply("press.question_over", person.language)
        person = in_their_place(known, person, alert, now)
        found = await questions.by_alert(tx, alert_id)
        assert found is not None
        text = text.strip()
        if len(text) > MOST_WORDS:
            return Reply("press.too_long", person.language, alert=True)
        given = DeskAnswer.IN_WORDS if number is None else answer_of(found.question, number)
        if given is None or (given is DeskAnswer.IN_WORDS and not text):
            return Reply("press.no_answer", person.language, alert=True)
        await questions.set_answer(
            tx,
            alert_id,
            answer=given,
            text=text or None,
            answered_by=person.id,
            answered_at=now,
        )
        await _settle(tx, alert, person, now)
        await hide_what_it_shows(tx, duties, alert.school_code, now)
        await _tell_who_asked(tx, known, alert, {duty.id: duty for duty in duties}, now)
        await events.append(
            tx,
            events.line(
                "question:answered",
                now,
                notification_id=alert.notification_id,
                alert_id=alert_id,
                person_id=person.id,
            ),
        )
        tx.wake(Stage.DISPATCH)
        return Reply("press.answered", person.language)


async def _settle(tx: Tx, alert: Row[Any], person: Person, now: datetime) -> None:
    """The question's ladder ends here (I4)."""
    await answers.add(
        tx,
        alert_id=alert.id,
        person_id=person.id,
        role=person.role,
        children=[0],
        version=alert.notification_version,
        refusals=len(alert.refused),
        in_place_of=sorted(person.in_place_of),
        acknowledged_at=now,
    )
    await alerts.move(tx, alert.id, AlertState.ACKNOWLEDGED, now)
    await messages.cancel_of_alert(tx, alert.id)
    await views.hide(tx, [card.id for card in await messages.cards_of(tx, [alert.id])], now)
    await refresh_cards(tx, now, [alert.id])


async def _tell_who_asked(
    tx: Tx, known: InForce, alert: Row[Any], duties: dict[int, Row[Any]], now: datetime
) -> None:
    """Being away since makes no difference to who asked; being excluded since does."""
    excluded, owed = frozenset(alert.excluded), []
    for rank, asker in enumerate((await questions.askers(tx, [alert.id]))[alert.id]):
        about = duties.get(asker.about_id)
        to = can_be_told(known.directory.people.get(asker.person_id), excluded, now)
        if to is not None and about is not None and about.state in STANDING:
            owed.append(Owed(subject_of(about), to, Kind.ANSWERED, f"q{alert.id}", rank))
    await write_owed(tx, now, owed)
