"""At the end of a hold over the holidays: one message that says what waited, before the cards.

It is owed in the commit that ends the hold, once for each person and each hold's end, and worded as
it goes out from all that the hold kept for that person, however many commits serve it. Dies before
that commit: the hold is over and not served, and the escalating stage's tick finds it. Dies after
it: the row is pending, and the dispatcher's tick sends it.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.alert import children_in_scope
from bot.domain.cover import Reachable
from bot.domain.digest import together
from bot.domain.incident import incident_of
from bot.domain.message import Kind
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.flow.authorise import in_their_place, may_take
from bot.flow.tell import message_row
from bot.rendering.catalogue import words
from bot.store import alerts, messages, waits
from bot.store.unit_of_work import Tx

_LINES = 40


async def owe_digests(tx: Tx, now: datetime, held_until: datetime, to: Iterable[Reachable]) -> None:
    """One digest to each of these people of what this hold kept; it goes before the cards, whose
    bells are all later."""
    for reachable in {stand.person.id: stand for stand in to}.values():
        chat = reachable.person.answering_contact
        if chat is None:
            continue  # it names several: on another way the cards tell them one by one
        row = message_row(Kind.DIGEST, Reachable(reachable.person, chat), now, bell_at=held_until)
        await messages.add_once(tx, row)


async def digest_text(
    tx: Tx, known: InForce, person: Person, held_until: datetime, now: datetime
) -> str | None:
    """What it says now: references of one child together, without saying whose they are. None for
    fewer than two, of which the card itself is enough."""
    content = {row.id: row.content for row in await waits.kept_until(tx, held_until)}
    rows = await alerts.by_ids(tx, content)
    children = await alerts.children(tx, content)
    kept = []
    for number in content:
        row = rows[number]
        if may_take(known, person, row, children[number], now):
            stands = in_their_place(known, person, row, now)
            mine = children_in_scope(stands, children[number])
            named = incident_of(content[number]).children
            kept += [(row.reference, child) for child in named if child.number in mine]
    count = len({reference for reference, _ in kept})
    if count < 2:
        return None
    say = words(person.language)
    several, alone = together(kept)
    lines = [say.say("digest.together", references=", ".join(group)) for group in several[:_LINES]]
    lines += [say.say("digest.alone", references=", ".join(group[:_LINES])) for group in alone]
    return "\n".join([say.count("digest.heading", count), *lines])
