"""What a card says of questions to the MASH desk, made as it goes out: what may be asked, what may
be answered, who has it. Reads and writes nothing but the rows that the card is made from."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild, AlertState, Leg
from bot.domain.asking import number_of, offered, still_to_ask
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.asking import standing_owner
from bot.flow.view import Shown, view_for
from bot.rendering.catalogue import words
from bot.rendering.questions import Presses, which_answer, which_child, which_question
from bot.store.unit_of_work import Tx

_MOST_ASKS = 4
"""Buttons for what was not recorded: as many as a card carries beside its own."""


def presses_of(shown: Shown, alert: Row[Any], language: str) -> Presses:
    """What an opened view lets its reader ask, or, at the desk, answer."""
    say = words(language)
    if alert.leg is Leg.TRIAGE:
        return ()
    if shown.question is not None:
        return which_answer(say, shown.question) if alert.state is AlertState.OPEN else ()
    return which_question(say, alert.id, still_to_ask(shown.view, shown.asked, _MOST_ASKS))


async def asking_on(
    tx: Tx,
    known: InForce,
    alert: Row[Any],
    children: Collection[AlertChild],
    person: Person,
    child: int | None,
    now: datetime,
) -> Presses:
    """What may be asked, on the one edit that *Ask a question* asked for; the next one shows the
    card as ever, so nobody has to remember that it was open."""
    if alert.behind:
        return ()
    view = (await view_for(tx, known, alert, tuple(children), person, now)).view
    numbers, say = [shown.number for shown in view.children], words(person.language)
    if child is None and len(numbers) > 1:
        return which_child(say, alert.id, numbers)
    groups = [*numbers, 0] if child is None else [child]  # an only child's list has the incident's
    asked = [(number, question) for number in groups for question in offered(view, number)]
    return which_question(say, alert.id, sorted(asked, key=lambda one: number_of(one[1])))


async def owner_on(
    tx: Tx, known: InForce, alert: Row[Any], person: Person, now: datetime
) -> dict[str, Any]:
    """Who has taken a question, of those who still may and are there."""
    owner = await standing_owner(tx, known, alert, now) if alert.leg is Leg.QUESTION else None
    return {} if owner is None else {"owner": owner.name, "is_owner": owner.id == person.id}
