"""What a message says, made when it goes out: from the rows as they then stand, not as they stood
when it was owed. So an alert that was settled meanwhile is not sent, a card is always true, and
no opened view outlives its time however late its edit goes out.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError

from bot.domain.access import APP_PATH, SecurePage
from bot.domain.alert import (
    OF_THE_DESK,
    STANDING,
    Acknowledgement,
    AlertChild,
    AlertState,
    Leg,
    children_in_scope,
)
from bot.domain.calendar import local_day
from bot.domain.delivery import Button, Operation, Outgoing
from bot.domain.disclosure import is_sealed
from bot.domain.message import ABOUT_ONE, CARDS, SHARED, Kind
from bot.domain.people import Channel, Person
from bot.domain.routing import InForce
from bot.flow import screens
from bot.flow.authorise import holds_account, in_their_place, may_take
from bot.flow.card_questions import asking_on, owner_on, presses_of
from bot.flow.compose_second import about_alerts, by_second_way, excluded_reads_along
from bot.flow.console_words import console_words
from bot.flow.context import SecondWays
from bot.flow.digest import digest_text
from bot.flow.link import address_of
from bot.flow.other_words import consider_words, containment_words, replanned_words
from bot.flow.said import Said, answers_for, read_said
from bot.flow.shared_words import instant, shared_words
from bot.flow.timing import is_compressed, is_silent
from bot.flow.view import chat_pages, choices, own_answer, settling_answer, view_for
from bot.rendering import notices
from bot.rendering.answers import NONE
from bot.rendering.cards import Card, OpenedLink, OpenedView, Rows, card, stub
from bot.rendering.catalogue import words
from bot.rendering.menu import menu
from bot.rendering.view import joined
from bot.store import access, alerts, directory, views, ways
from bot.store.unit_of_work import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Batch:
    """What the messages of one claim need to know, read once."""

    tx: Tx
    known: InForce
    now: datetime
    alerts: Mapping[int, Row[Any]]
    children: Mapping[int, tuple[AlertChild, ...]]
    answers: Mapping[int, list[Acknowledgement]]
    said: Said
    views: Mapping[int, Row[Any]]
    page: SecurePage | None
    links: Mapping[int, Row[Any]]
    second: SecondWays | None
    doubled: frozenset[int]
    """Those that another way has brought, or will: they are marked as repeats."""

    def repeats(self, row: Row[Any]) -> bool:
        return row.unknowns > 0 or row.id in self.doubled


@dataclass(frozen=True, slots=True)
class Unworded:
    """A message that nobody can make words of, and the fault's name."""

    fault: str


class NotHere:
    """A message that must not go to this address: an excluded person reads along there."""


class NotYet:
    """A message that waits until the MASH desk has said whom an exclusion means."""


async def compose(
    tx: Tx,
    known: InForce,
    rows: Sequence[Row[Any]],
    now: datetime,
    page: SecurePage | None = None,
    second: SecondWays | None = None,
) -> dict[int, Outgoing | Unworded | NotHere | NotYet | None]:
    """What each of these messages says now; None for one that nobody is owed any more."""
    carded = {row.alert_id for row in rows if row.alert_id is not None}
    named = {item["alert"] for row in rows if row.kind in SHARED for item in row.params["items"]}
    named |= {row.params["alert"] for row in rows if row.kind in ABOUT_ONE}
    refreshed = {row.parent_id for row in rows if row.kind is Kind.REFRESH}
    batch = _Batch(
        tx=tx,
        known=known,
        now=now,
        alerts=await alerts.by_ids(tx, carded | named),
        children=await alerts.children(tx, carded) if carded else {},
        answers=await alerts.answers(tx, carded) if carded else {},
        said=await read_said(tx, carded, now),
        # In the chat no view is left open by a change to the page, and the other way round.
        views={} if page else await views.open_on(tx, refreshed, now),
        page=page,
        links=await access.links_on(tx, refreshed | {r.id for r in rows}, now) if page else {},
        second=second,
        doubled=await ways.stood_in_for(tx, [r.id for r in rows]) if second else frozenset(),
    )
    return {row.id: await _compose_or_not(batch, row) for row in rows}


async def _compose_or_not(
    batch: _Batch, row: Row[Any]
) -> Outgoing | Unworded | NotHere | NotYet | None:
    """One row that is not as it should be must not silence the others."""
    try:
        said = await _compose(batch, row)
        if row.channel is Channel.TELEGRAM or not isinstance(said, Outgoing):
            return said
        person = batch.known.directory.people.get(row.person_id or "")
        if batch.second is None or person is None or row.kind in (Kind.DIGEST, Kind.CONSIDER):
            return None  # these two name several, and somebody excluded from one may read along
        about = about_alerts(row)
        if excluded_reads_along(batch.known, row, [batch.alerts[i] for i in about]):
            return NotHere()
        alert = batch.alerts.get(row.alert_id)
        return by_second_way(row, said, alert, person.language, batch.second, batch.now)
    except DBAPIError:
        raise  # the transaction's trouble, not this row's
    except Exception as error:
        log.exception("a message could not be worded", extra={"outbox": row.id})
        return Unworded(type(error).__name__)


async def _compose(batch: _Batch, row: Row[Any]) -> Outgoing | NotYet | None:
    person = batch.known.directory.people.get(row.person_id or "")
    language = person.language if person else "en"
    if Kind.SCREEN in (row.kind, row.card_kind):
        reader = person if holds_account(person, row.contact_id) else None
        text, buttons = await screens.worded(batch.tx, batch.known, batch.now, reader, row.params)
        return _outgoing(row, text, buttons)
    if Kind.CONSOLE in (row.kind, row.card_kind):
        return _outgoing(row, *console_words(batch.page, batch.links, row, person))
    if row.kind is Kind.REFRESH:
        text, buttons = await _card(batch, row, person, row.card_kind, row.card_params)
        return _outgoing(row, text, buttons)
    if row.kind is Kind.MENU:
        return await _menu(batch, row)
    if row.person_id is not None and not holds_account(person, row.contact_id):
        return None  # they, or this account, have left: what it holds becomes a stub, no new comes
    if row.kind in CARDS:
        state = batch.alerts[row.alert_id].state
        if row.kind is Kind.PLAN:
            if (row.alert_id, row.person_id) not in batch.said.owed or state not in STANDING:
                return None
        elif row.kind is Kind.ANSWERED:
            if state not in STANDING:
                return None  # it is sealed with the rest
        elif row.kind is not Kind.MORE and state is not AlertState.OPEN:
            return None
        if _sealed(batch, batch.alerts[row.alert_id], person):
            return None
        if row.person_id in batch.alerts[row.alert_id].excluded:
            return None  # not even that there was something
        if batch.alerts[row.alert_id].held:
            return NotYet()
        text, buttons = await _card(batch, row, person, row.kind, row.params)
        silent = is_silent(batch.now, batch.alerts[row.alert_id])
        return _outgoing(row, text, buttons, protect=True, silent=silent)
    if row.kind in SHARED:
        shared = shared_words(batch.known, batch.alerts, row, batch.now, language)
        named = (batch.alerts[item["alert"]] for item in row.params["items"])
        silent = is_silent(batch.now, *named)
        return None if shared is None else _outgoing(row, shared, silent=silent)
    if row.kind is Kind.CONSIDER:
        said = await consider_words(batch.tx, batch.known, row, language)
        return None if said is None else _outgoing(row, said)
    if row.kind is Kind.DIGEST:
        assert person is not None
        digest = await digest_text(batch.tx, batch.known, person, row.bell_at, batch.now)
        return None if digest is None else _outgoing(row, digest)
    if row.kind in ABOUT_ONE:
        alert = batch.alerts[row.params["alert"]]
        if row.person_id in alert.excluded:
            return None
        if row.kind is Kind.REPLANNED:
            if alert.state is not AlertState.OPEN:
                return None
            moved = replanned_words(batch.known, alert, person, batch.now, language)
            return _outgoing(row, moved, silent=is_silent(batch.now, alert))
    return _outgoing(row, *_plain(batch, row, language))


def _outgoing(
    row: Row[Any],
    text: str,
    buttons: Rows = (),
    *,
    protect: bool = False,
    silent: bool = False,
) -> Outgoing:
    return Outgoing(
        operation=row.operation,
        address=row.address,
        text=text,
        buttons=buttons,
        provider_message_id=row.card_message_id if row.operation is Operation.EDIT else None,
        protect=protect,
        silent=silent,
    )


async def _menu(batch: _Batch, row: Row[Any]) -> Outgoing:
    """The commands for whoever holds this chat now; none for a chat that is nobody's."""
    holder = await directory.holder_of(batch.tx, row.channel, row.address)
    person = batch.known.directory.people.get(holder[0]) if holder else None
    commands = menu(person.role, person.language) if person else ()
    return Outgoing(operation=row.operation, address=row.address, commands=commands)


async def _card(
    batch: _Batch, row: Row[Any], person: Person | None, kind: Kind, params: Mapping[str, Any]
) -> tuple[str, Rows]:
    alert = batch.alerts[row.alert_id]
    children = batch.children[row.alert_id]
    if person is None or not holds_account(person, row.contact_id) or person.id in alert.excluded:
        return stub(words(person.language if person else "en"))
    if _sealed(batch, alert, person):
        return stub(words(person.language))
    may = may_take(batch.known, person, alert, children, batch.now)
    person = in_their_place(batch.known, person, alert, batch.now)
    known = batch.known.directory
    mine = own_answer(batch.known, alert, batch.answers[alert.id], children, person)
    # Who had it passed on to them has to be told whose it is.
    several = bool(alert.school_code) and (
        known.covers_several(person, local_day(batch.now))
        or not known.covers_school(person, alert.school_code)
    )
    school = known.schools.get(alert.school_code) if several else None
    facts = Card(
        kind=kind,
        alert_id=alert.id,
        reference=alert.reference,
        bell_at=alert.bell_at,
        state=alert.state,
        may_open=may,
        school=school.name_in(person.language) if school else None,
        mine=mine,
        settled=settling_answer(batch.known, batch.answers[alert.id], alert.excluded),
        late=bool(params.get("late")),
        compressed=is_compressed(alert),
        notice_late_by=alert.notice_late_by,
        notice_was_due_at=alert.notice_was_due_at,
        was_due_at=instant(params.get("was_due")),
        repeat=batch.repeats(row) and row.operation is Operation.SEND,
        view=await _view(batch, row, alert, person) if may else None,
        app=_app(batch.page, alert) if may else None,
        link=_link(batch, row, person) if may else None,
        children=()
        if alert.leg in OF_THE_DESK
        else tuple(sorted(children_in_scope(person, children))),
        answers=answers_for(batch.said, batch.known, alert, children, mine, person, batch.now)
        if may
        else NONE,
        asking=await asking_on(
            batch.tx, batch.known, alert, children, person, row.params["ask"], batch.now
        )
        if may and "ask" in row.params
        else (),
        **await owner_on(batch.tx, batch.known, alert, person, batch.now),
    )
    return card(words(person.language), facts)


def _app(page: SecurePage | None, alert: Row[Any]) -> str | None:
    return f"{page.url}{APP_PATH}?alert={alert.id}" if page and page.is_mini_app else None


def _sealed(batch: _Batch, alert: Row[Any], person: Person | None) -> bool:
    """Whether their school has said "not our pupil" of all that this person had of it."""
    if alert.state is AlertState.MISDIRECTED or not alerts.refused_here(alert):
        return alert.state is AlertState.MISDIRECTED
    return not may_take(batch.known, person, alert, batch.children[alert.id], batch.now)


def _link(batch: _Batch, row: Row[Any], person: Person) -> OpenedLink | None:
    """The link that this person asked for on this card, as long as it is good."""
    link = batch.links.get(row.parent_id)
    if batch.page is None or link is None or link.person_id != person.id:
        return None
    return OpenedLink(address_of(batch.page, link), link.expires_at)


async def _view(batch: _Batch, row: Row[Any], alert: Row[Any], person: Person) -> OpenedView | None:
    opened = batch.views.get(row.parent_id)
    if opened is None or is_sealed(alert.state):
        return None
    if alert.behind and alert.leg is not Leg.TRIAGE:
        return None  # the ledger has the version before; see `Raising.hide_views`
    shown = await view_for(
        batch.tx, batch.known, alert, batch.children[alert.id], person, batch.now
    )
    if opened.notification_version not in (None, shown.version):
        return None  # the same, of a version that came in between
    texts = chat_pages(batch.known, shown, person.language)
    page = min(opened.page, len(texts) - 1)
    return OpenedView(
        text=texts[page],
        hides_at=opened.hide_at,
        page=page + 1,
        pages=len(texts),
        choices=choices(batch.known, shown, person.language),
        presses=presses_of(shown, alert, person.language),
    )


def _plain(batch: _Batch, row: Row[Any], language: str) -> tuple[str, Rows]:
    """A sentence of the catalogue with its values, as whoever put it in the outbox chose it."""
    if row.kind is Kind.LEAVE:
        return "", ()
    if row.kind is Kind.NEUTRAL:
        return notices.neutral(), ()
    buttons: Rows = ()
    if row.kind is Kind.WITHDRAWN:
        text = words(language).say("card.withdrawn", reference=row.params["reference"])
    elif row.kind is Kind.QUESTION_OVER:
        text = words(language).say("card.question_over", reference=row.params["reference"])
    elif row.kind is Kind.MISDIRECTED:
        text = words(language).say("misdirected.keep_it", reference=row.params["reference"])
    elif row.kind is Kind.CONTAINMENT:
        text = containment_words(batch.known, row, batch.now, language)
    else:
        text = "\n".join(row.params["lines"])
        buttons = tuple((Button(said, data),) for said, data in row.params.get("buttons", ()))
    repeat = words(language).say("note.repeat") if batch.repeats(row) else ""
    return joined([text, repeat]), buttons
