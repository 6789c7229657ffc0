"""Opening the details from a card: on the card, or by a link to the secure page.

The disclosure is committed first, then the view is shown (I6). In the chat the view is an edit of
the alert's card. The row that says when to hide it is committed together with the disclosure,
before anything is shown; the hiding tick finds it after a restart too, and an edit that goes out
after that time shows no view at all.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.access import Way
from bot.domain.message import Kind, MessageState, Priority
from bot.domain.people import Person
from bot.flow.answering import reach
from bot.flow.authorise import in_their_place
from bot.flow.context import Context, Stage
from bot.flow.disclose import disclose
from bot.flow.in_force import in_force
from bot.flow.link import offer_link, take_links_off
from bot.flow.reply import Reply, nothing_here
from bot.flow.sealed import refusal
from bot.flow.tell import refresh_card
from bot.flow.view import view_for
from bot.store import access, messages, views
from bot.store.unit_of_work import Tx

SHOWN_FOR = timedelta(seconds=60)
_BATCH = 100
_MOST_PAGES = 1000
"""A page's number is the presser's to choose; one beyond the last shows the last."""


async def open_details(
    ctx: Context, person_id: str, alert_id: int, address: str, card_id: str, page: int = 0
) -> Reply:
    """What *Open details* does: this person's view on the card they pressed, from page `page`, for
    a minute; or, where details are opened elsewhere, a link to there."""
    async with ctx.store.unit() as tx:
        reached = await reach(ctx, tx, person_id, alert_id)
        if isinstance(reached, Reply):
            return reached
        known, alert, children = reached.known, reached.alert, reached.children
        person, now = reached.person, reached.now
        why_not = await refusal(tx, known, person, alert, children, now)
        if why_not is not None:
            return why_not
        card = await _card(tx, person, alert, address, card_id, now)
        if card is None:
            return nothing_here(person.language)
        if ctx.page is not None:
            return await offer_link(tx, now, ctx.page, person, card)
        person = in_their_place(known, person, alert, now)
        shown = await view_for(tx, known, alert, children, person, now)
        if shown.version != alert.notification_version:
            return nothing_here(person.language)  # a version came in between: see `may_open`
        disclosure = await disclose(tx, now, shown, alert, person, known, Way.CHAT)
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
    """Hide every view, and take off every link, whose time is over; whether more may be waiting."""
    async with ctx.store.reading() as tx:
        due_views = await views.any_due(tx, ctx.now())
        due_links = await access.any_link_over(tx, ctx.now())
    if not due_views and not due_links:
        return False
    async with ctx.store.unit() as tx:
        more_links = await take_links_off(tx, ctx.now(), _BATCH)
        due = await views.due_to_hide(tx, ctx.now(), _BATCH)
        await views.hide(tx, [view.message_id for view in due], ctx.now())
        for view in due:
            card = await messages.by_id(tx, view.message_id)
            if card is not None and card.kind is not Kind.REFRESH:
                await refresh_card(tx, ctx.now(), card, Priority.VIEW)
        tx.wake(Stage.DISPATCH)
        return more_links or len(due) == _BATCH
