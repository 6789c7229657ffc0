"""What is open, said again to one person: who has just enrolled, come back, or asked."""

from dataclasses import replace

from bot.domain.cover import Reachable
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, kind_for, subject_of, write_owed
from bot.store import alerts
from bot.store.unit_of_work import Tx

_CARDS_AT_ONCE = 20


async def retell(tx: Tx, ctx: Context, to: Reachable, occasion: str) -> int:
    """The card of every open alert that this person may take, nearest bell first; how many there
    are. `occasion` tells this telling from earlier ones."""
    now = ctx.now()
    known = await in_force(ctx, tx)
    rows = await alerts.open_ones(tx)
    children = await alerts.children(tx, [row.id for row in rows])
    person = known.directory.people[to.person.id]
    theirs = [row for row in rows if may_take(known, person, row, children[row.id], now)]
    owed = []
    for rank, row in enumerate(theirs[:_CARDS_AT_ONCE]):
        stands = in_their_place(known, person, row, now)
        kind = kind_for(stands.role, alerts.policy(row))
        reached = replace(to, person=stands)
        owed.append(Owed(subject_of(row), reached, kind, f"{row.raising}.{occasion}", rank))
    await write_owed(tx, now, owed)
    return len(theirs)
