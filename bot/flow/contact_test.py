"""*Send me a test*: a harmless message by each of one's own ways, once a minute.

The minute is a compare-and-set in the ways' own rows, in the commit that puts the messages in the
outbox. Dies before it: nothing was sent, and the press is handled again. Dies after it: the
messages are pending and the dispatchers' ticks send them; the press that is handled again finds the
minute not over.
"""

from datetime import datetime, timedelta

from bot.domain.cover import Reachable
from bot.domain.message import Kind, Priority
from bot.domain.people import ContactState, Person
from bot.flow.context import Stage
from bot.flow.reply import Reply
from bot.flow.tell import message_row
from bot.rendering.catalogue import words
from bot.store import directory, messages
from bot.store.unit_of_work import Tx

EVERY = timedelta(minutes=1)


async def send_test(tx: Tx, person: Person, now: datetime) -> Reply:
    """By every way of theirs that works."""
    ways = [c for c in person.contacts if c.state is ContactState.WORKING]
    if not ways:
        return Reply("me.press_no_way", person.language)
    if not await directory.take_test(tx, person.id, now, now - EVERY):
        return Reply("me.press_test_before", person.language)
    line = words(person.language).say("me.test")
    rows = [
        message_row(
            Kind.TEST,
            Reachable(person, way),
            now,
            params={"lines": [line]},
            priority=Priority.ANSWER,
        )
        for way in ways
    ]
    await messages.add(tx, rows)
    tx.wake(Stage.DISPATCH)
    return Reply("me.press_test", person.language)
