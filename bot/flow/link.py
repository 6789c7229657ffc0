"""A one-time link to the secure page, on the card that was pressed, for whoever pressed it.

What the link is made of stands in its row; the link itself is signed with the page's key when the
card goes out, so that a copy of the database opens nothing. Dies before the commit: the press is
handled again. Dies after it: the card's edit is pending, and the hiding stage's tick takes a link
off its card whose time is over.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.access import LINK_LIVES, LINK_PATH, SecurePage
from bot.domain.message import Priority
from bot.domain.people import Person
from bot.flow.reply import Reply
from bot.flow.tell import refresh_card
from bot.store import access, messages
from bot.store.unit_of_work import Tx


async def offer_link(
    tx: Tx, now: datetime, page: SecurePage, person: Person, card: Row[Any]
) -> Reply:
    """Have this person's card carry a fresh link; as a Mini App's card it needs none."""
    if not page.is_mini_app:
        await access.add_link(
            tx,
            card.id,
            person_id=person.id,
            contact_id=card.contact_id,
            alert_id=card.alert_id,
            nonce=secrets.token_urlsafe(16),
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    await refresh_card(tx, now, card, Priority.VIEW)
    return Reply("press.page_offered", person.language)


def address_of(page: SecurePage, link: Row[Any]) -> str:
    """Where this link leads."""
    return f"{page.url}{LINK_PATH}{link.id}.{_signature(page.key, link)}"


async def signed_link(tx: Tx, page: SecurePage, presented: str) -> Row[Any] | None:
    """The row of a link whose signature is right; whether it is good still is not asked. A link is
    itself to the letter: the same number written otherwise is no link."""
    number, _, signature = presented.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    if str(int(number)) != number:
        return None
    link = await access.link(tx, int(number))
    if link is None:
        return None
    right = hmac.compare_digest(_signature(page.key, link).encode(), signature.encode())
    return link if right else None


def _signature(key: bytes, link: Row[Any]) -> str:
    of = f"{link.id}:{link.nonce}:{link.person_id}:{link.alert_id}"
    return urlsafe_b64encode(hmac.digest(key, of.encode(), hashlib.sha256)).decode().rstrip("=")


async def take_links_off(tx: Tx, now: datetime, limit: int) -> bool:
    """Cards whose link's time is over carry it no more; whether more may be waiting."""
    cards = await access.end_links_over(tx, now, limit)
    for number in cards:
        card = await messages.by_id(tx, number)
        if card is not None:
            await refresh_card(tx, now, card, Priority.VIEW)
    return len(cards) == limit
