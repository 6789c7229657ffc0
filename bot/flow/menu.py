"""The command menu of each chat, in its holder's language and with what their role may send.

A menu that has to change is a row of the outbox like any message, behind everything that tells
somebody something, and worded as it goes out. It is written in the commit of whatever changes it:
an enrolment, a chosen language, another role, a leaving. The row names the chat and nobody: a
refusal of it says nothing of the person. Dies before that commit: neither has
happened. Dies after it: the row is pending, and the dispatcher's tick sends it. One waits for a
chat at most, and says what is true when it goes.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from bot.domain.delivery import Operation
from bot.domain.message import Kind, Priority
from bot.domain.people import Channel, Person, Role
from bot.flow.context import Context, Stage
from bot.flow.in_force import in_force
from bot.flow.tell import message_row
from bot.rendering.catalogue import LANGUAGES
from bot.rendering.menu import menu
from bot.store import facts, menus
from bot.store.unit_of_work import Tx

_FACT = "menu"
"""Under this name: a hash of the menus that every chat was last owed."""


async def owe_menus(tx: Tx, now: datetime, addresses: Iterable[str]) -> None:
    """These chats are to show the menu of whoever holds them when it goes out, or none."""
    for address in addresses:
        row = message_row(Kind.MENU, address, now, priority=Priority.MENU, operation=Operation.MENU)
        await menus.add(tx, row)
    tx.wake(Stage.DISPATCH)


def addresses_of(people: Iterable[Person]) -> list[str]:
    """Every chat of these people."""
    return [
        contact.address
        for person in people
        for contact in person.contacts
        if contact.channel is Channel.TELEGRAM
    ]


async def owe_new_menus(ctx: Context) -> None:
    """At start: once the product has other commands or other words for them, every chat is owed
    its menu anew; so are those of people who enrolled before there were any."""
    shown = json.dumps([menu(role, language) for role in Role for language in LANGUAGES])
    version = hashlib.sha256(shown.encode()).hexdigest()
    async with ctx.store.reading() as tx:
        if await facts.read(tx, _FACT) == version:
            return
    async with ctx.store.unit() as tx:
        known = await in_force(ctx, tx)
        await owe_menus(tx, ctx.now(), addresses_of(known.directory.people.values()))
        await facts.write(tx, _FACT, version)
