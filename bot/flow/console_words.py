"""The message that leads to the console, as things stand when it goes out or is shown anew."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.access import CONSOLE_APP, SecurePage
from bot.domain.console import may_enter
from bot.domain.delivery import Button
from bot.domain.people import Person
from bot.flow.link import address_of
from bot.rendering.cards import Rows, stub
from bot.rendering.catalogue import words
from bot.rendering.view import joined


def console_words(
    page: SecurePage | None, links: Mapping[int, Row[Any]], row: Row[Any], person: Person | None
) -> tuple[str, Rows]:
    """The way in, while it is one for this person on this account; `row` is the message, or the
    edit of it."""
    say = words(person.language if person else "en")
    if person is None or not may_enter(person.role):
        return stub(say)
    if all(contact.id != row.contact_id for contact in person.contacts):
        return stub(say)
    if page is not None and page.is_mini_app:
        button = Button(say.say("console.open"), app=f"{page.url}{CONSOLE_APP}")
        return say.say("console.here"), ((button,),)
    link = links.get(row.parent_id or row.id)
    if page is None or link is None or link.person_id != person.id:
        return say.say("console.link_over"), ()
    until = say.say("note.link_until", at=say.clock(link.expires_at))
    button = Button(say.say("console.open"), url=address_of(page, link))
    return joined([say.say("console.here"), until]), ((button,),)
