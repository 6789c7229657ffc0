"""The next way forward: what one way could not bring to a person is owed by the next one (ADR 22).

A telling stays one telling (I5): the message of the first way is the one that it names, and each
other way stands in for that message once, by a unique key. Whoever asks twice finds it done.

In the commit of whoever saw the way fail. Dies before it: the claim runs out, the failure is seen
again. Dies after it: the message that stands in is pending, and its channel's tick sends it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.cover import Reachable
from bot.domain.delivery import Operation
from bot.domain.message import OWED
from bot.domain.routing import InForce
from bot.flow.context import Stage
from bot.flow.tell import message_row
from bot.store import events, messages, ways
from bot.store.unit_of_work import Tx


async def owe_next_way(
    tx: Tx, known: InForce, rows: Sequence[Row[Any]], now: datetime
) -> frozenset[int]:
    """Owe what these messages say by their people's next ways; the numbers of those for which some
    way is left. `known` as it is in this transaction, with a way that just failed for good marked.
    """
    return frozenset([row.id for row in rows if await _owe_one(tx, known, row, now)])


async def _owe_one(tx: Tx, known: InForce, row: Row[Any], now: datetime) -> bool:
    person = known.directory.people.get(row.person_id or "")
    if person is None or row.kind not in OWED or row.operation is not Operation.SEND:
        return False
    first = await ways.first_of(tx, row.id)
    if await ways.under_way(tx, first, row.id):
        return True
    contact = person.next_contact(await ways.tried(tx, first))
    if contact is None:
        return False
    if not await ways.reserve(tx, first, contact.channel, now):
        return True
    again = message_row(
        row.kind,
        Reachable(person, contact),
        now,
        params=row.params,
        priority=row.priority,
        bell_at=row.bell_at,
        rank=row.rank,
        alert_id=row.alert_id,
    )
    [number] = await messages.add(tx, [again])
    await ways.stands_in(tx, first, contact.channel, number)
    await events.append(
        tx,
        events.line(
            "message:next_way",
            now,
            notification_id=await ways.notification_of(tx, row.alert_id),
            alert_id=row.alert_id,
            person_id=person.id,
            way=contact.channel.value,
            instead_of=row.channel.value,
        ),
    )
    tx.wake(Stage.DISPATCH)
    return True
