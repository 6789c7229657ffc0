"""Opening the details: the disclosure is committed first, then the view is shown (I6).

In the chat the view is an edit of the alert's card. The row that says when to hide it is committed
together with the disclosure, before anything is shown; the hiding tick finds it after a restart
too, and an edit that goes out after that time shows no view at all.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertState, Leg
from bot.domain.message import Kind, MessageState, Priority
from bot.domain.people import Person
from bot.flow.authorise import may_take
from bot.flow.context import Context, Stage
from bot.flow.disclose import disclose
from bot.flow.in_force import in_force
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import closed_here
from bot.flow.tell import refresh_card
from bot.flow.view import view_for
from bot.store import alerts, messages, views
from bot.store.unit_of_work import Tx

SHOWN_FOR = timedelta(seconds=60)
_BATCH = 100
_MOST_PAGES = 1000
"""A page's number is the presser's to choose; one beyond the last shows the last."""


async def open_in_chat(
    ctx: Context, person_id: str, alert_id: int, address: str, card_id: str, page: int = 0
) -> Reply:
    """Show this person's view on the card they pressed, from page `page`, for a minute."""
    async with ctx.store.unit() as tx:
        now = ctx.now()
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        alert = await alerts.by_id(tx, alert_id, lock=True)
        if person is None or alert is None:
            return nothing_here(person.language if person else "en")
        children = (await alerts.children(tx, [alert_id]))[alert_id]
        sealed = alert.state is AlertState.MISDIRECTED
        if sealed or not may_take(known, person, alert, children, now):
            return await closed_here(tx, known, alert, person, now)
        if alert.behind and alert.leg is not Leg.TRIAGE:
            # What came may exclude this very person: in a second it is in force.
            return nothing_here(person.language)
        if alert.state is AlertState.WITHDRAWN:
            return Reply("press.withdrawn", person.language)
        card = await _card(tx, person, alert, address, card_id, now)
        if card is None:
            return nothing_here(person.language)
        shown = await view_for(tx, known, alert, children, person)
        disclosure = await disclose(tx, now, shown, alert, person, known, "chat")
        await views.show(
            tx,
            message_id=card.id,
            disclosure_id=disclosure,
            page=min(max(0, page), _MOST_PAGES),
            hide_at=now + SHOWN_FOR,
        )
        await refresh_card(tx, now, card, Priority.VIEW)
        return Reply("press.opened", person.language)


async def _card(
    tx: Tx, person: Person, alert: Row[Any], address: str, card_id: str, now: datetime
) -> Row[Any] | None:
    """The card that was pressed, if it is this person's and this alert's.

    A card that arrived without our ever learning its number (an unknown outcome) shows nothing
    itself: its newest copy, which we know or are about to send again, does.
    """
    card = await messages.card_at(tx, address, card_id)
    if card is None:
        card = await messages.newest_card(tx, address, alert.id, person.id)
        if card is not None and card.state is MessageState.PENDING:
            await messages.change(tx, card.id, due_at=now)
    if card is None or card.person_id != person.id or card.alert_id != alert.id:
        return None
    # A card that came to an account of theirs that has ended stays a stub, in the same chat too.
    return card if any(c.id == card.contact_id for c in person.contacts) else None


async def hide_now(ctx: Context, person_id: str, address: str, card_id: str) -> Reply:
    """Hide the view on this card before its time; hiding needs no right but the card."""
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        person = known.directory.people.get(person_id)
        card = await messages.card_at(tx, address, card_id)
        if person is None or card is None or card.person_id != person.id:
            return nothing_here(person.language if person else "en")
        await views.hide(tx, [card.id], ctx.now())
        await refresh_card(tx, ctx.now(), card, Priority.VIEW)
        return Reply("press.hidden", person.language)


async def hide_due(ctx: Context) -> bool:
    """Hide every view whose time is over; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        if not await views.any_due(tx, ctx.now()):
            return False
    async with ctx.store.unit() as tx:
        due = await views.due_to_hide(tx, ctx.now(), _BATCH)
        await views.hide(tx, [view.message_id for view in due], ctx.now())
        for view in due:
            card = await messages.by_id(tx, view.message_id)
            if card is not None and card.kind is not Kind.REFRESH:
                await refresh_card(tx, ctx.now(), card, Priority.VIEW)
        tx.wake(Stage.DISPATCH)
        return len(due) == _BATCH
