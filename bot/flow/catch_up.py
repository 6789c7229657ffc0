"""Told what the ladder has told everybody else in their role: who is back, or now stands in."""

from bot.domain.routing import InForce, owed_to_newcomers
from bot.flow.authorise import may_take
from bot.flow.context import Context
from bot.flow.ladder import ladders
from bot.flow.tell import Owed, kind_for, subject_of, write_owed
from bot.store import alerts, notifications
from bot.store.unit_of_work import Tx


async def catch_up(tx: Tx, ctx: Context, known: InForce, person_id: str) -> bool:
    """Tell this person, once, of every open alert whose steps have come to a role in which they
    stand today and of which they have not been told. False where a notice is to be looked at
    first, since that may find them named in it: then it is to be asked again."""
    now, person = ctx.now(), known.directory.people.get(person_id)
    rows = await alerts.open_ones(tx)
    children = await alerts.children(tx, [row.id for row in rows])
    theirs = [row for row in rows if may_take(known, person, row, children[row.id], now)]
    waiting = await notifications.waiting(tx, {row.notification_id for row in theirs})
    ready = [row for row in theirs if row.notification_id not in waiting]
    states = await ladders(tx, known, ready)
    owed = []
    for row in ready:
        state = states[row.id]
        numbers = [child.number for child in state.children]
        for step in owed_to_newcomers(state, numbers, known.directory, now, {person_id})[:1]:
            [to] = step.reached
            kind = kind_for(to.person.role, state.policy)
            owed.append(Owed(subject_of(row), to, kind, f"{row.raising}.{step.step}", 1))
    await write_owed(tx, now, owed)
    return len(ready) == len(theirs)
