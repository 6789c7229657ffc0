"""Opening an alert on the secure page: the disclosure is committed before the page leaves (I6).

Dies before the commit: nothing was shown. Dies after it: the ledger says more than anybody saw.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, STANDING, Acknowledgement, AlertChild, AlertState, Leg
from bot.domain.disclosure import is_sealed
from bot.domain.message import Kind
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.asking import standing_owner
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context
from bot.flow.disclose import disclose
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.said import answers_for, read_said
from bot.flow.sealed import refusal
from bot.flow.session import Visitor, holder_of
from bot.flow.view import (
    Shown,
    choices,
    consider_lines,
    own_answer,
    question_lines,
    school_names,
    settling_answer,
    view_for,
)
from bot.rendering.answers import Answers
from bot.rendering.cards import Card
from bot.rendering.catalogue import words
from bot.rendering.page import AlertPage, alert_page
from bot.store import alerts

_CARDS = {Leg.TRIAGE: Kind.TRIAGE, Leg.QUESTION: Kind.QUESTION}


async def open_on_page(ctx: Context, visitor: Visitor, alert_id: int) -> AlertPage | Reply:
    """This visitor's view of this alert, written down as shown; or the sentence that says why not.
    A foreign alert looks exactly like an absent one."""
    language = visitor.person.language
    if not visitor.may_ask_for(alert_id):
        return nothing_here(language)
    async with ctx.store.unit() as tx:
        alert = await alerts.by_id(tx, alert_id, lock=True)
        # Behind the lock: who left, or lost this account, while it was waited for is out.
        known, now = await in_force(ctx, tx), ctx.now()
        person = holder_of(known, visitor.person.id, visitor.contact_id)
        if alert is None or person is None:
            return nothing_here(language)
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        why_not = await refusal(tx, known, person, alert, children, now)
        if why_not is not None:
            return why_not
        person = in_their_place(known, person, alert, now)
        shown = await view_for(tx, known, alert, children, person, now)
        if shown.version != alert.notification_version:
            return nothing_here(language)  # a version came in between, and may exclude this person
        await disclose(tx, now, shown, alert, person, known, visitor.way)
        given = (await alerts.answers(tx, [alert_id]))[alert_id]
        said = await read_said(tx, [alert_id], now)
        own = own_answer(known, alert, given, children, person)
        answers = answers_for(said, known, alert, children, own, person, now, all_targets=True)
        owner = None
        if alert.leg is Leg.QUESTION:
            owner = await standing_owner(tx, known, alert, now)
        return _page(known, alert, children, given, person, shown, answers, now, owner)


async def still_stands(ctx: Context, visitor: Visitor, alert_id: int) -> bool:
    """Whether this visitor would be shown this alert now. It shows nothing, and writes nothing."""
    if not visitor.unlocked or not visitor.may_ask_for(alert_id):
        return False
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        alert = await alerts.by_id(tx, alert_id)
        person = holder_of(known, visitor.person.id, visitor.contact_id)
        if alert is None or person is None:
            return False
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        # A version that is not in force yet says nothing: the next look, a moment later, does.
        may = may_take(known, person, alert, children, ctx.now())
        return may and not is_sealed(alert.state)


def _page(
    known: InForce,
    alert: Row[Any],
    children: tuple[AlertChild, ...],
    given: list[Acknowledgement],
    person: Person,
    shown: Shown,
    answers: Answers,
    now: datetime,
    owner: Person | None,
) -> AlertPage:
    own = own_answer(known, alert, given, children, person)
    is_open, of_the_desk = alert.state is AlertState.OPEN, alert.leg in OF_THE_DESK
    say = words(person.language)
    facts = Card(
        kind=_CARDS.get(alert.leg, Kind.ALERT),
        alert_id=alert.id,
        reference=alert.reference,
        bell_at=alert.bell_at,
        state=alert.state,
        mine=own,
        settled=settling_answer(known, given, alert.excluded),
        late=alert.late,
        notice_late_by=alert.notice_late_by,
        notice_was_due_at=alert.notice_was_due_at,
        answers=answers,
        owner=owner.name if owner else "",
        is_owner=owner is not None and owner.id == person.id,
    )
    return alert_page(
        facts,
        shown.view,
        school_names(known, person.language),
        language=person.language,
        reader=f"{person.name}, {say.say(f'role.{person.role.value}')}",
        now=now,
        drill=shown.drill,
        consider=consider_lines(known, shown, person.language),
        difference=shown.difference,
        question=question_lines(known, shown, person.language),
        choices=choices(known, shown, person.language) if is_open else (),
        asked=shown.asked,
        answering=shown.question if is_open else None,
        may_acknowledge=is_open and not of_the_desk and own is None,
        may_recuse=alert.state in STANDING,
        may_refuse=alert.state in STANDING and not of_the_desk,
        may_ask=alert.state in STANDING and not of_the_desk,
    )
