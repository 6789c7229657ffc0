"""What is open, said again to one person: who has just enrolled, come back, or asked."""

from collections.abc import Collection
from dataclasses import replace

from bot.domain.cover import Reachable
from bot.flow.authorise import in_their_place, may_take
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.tell import Owed, kind_for, subject_of, write_owed
from bot.store import alerts
from bot.store.unit_of_work import Tx

_CARDS_AT_ONCE = 20


async def retell(
    tx: Tx, ctx: Context, to: Reachable, occasion: str, *, only: Collection[int] | None = None
) -> int:
    """The card of every open alert that this person may take (of `only` these), nearest bell first;
    how many there are. `occasion` tells this telling from earlier ones."""
    now = ctx.now()
    known = await in_force(ctx, tx)
    rows = [row for row in await alerts.open_ones(tx) if only is None or row.id in only]
    children = await alerts.children(tx, [row.id for row in rows])
    person = known.directory.people[to.person.id]
    theirs = [row for row in rows if may_take(known, person, row, children[row.id], now)]
    await write_owed(
        tx,
        now,
        [
            Owed(
                subject_of(row),
                replace(to, person=in_their_place(known, person, row, now)),
                kind_for(in_their_place(known, person, row, now).role, alerts.policy(row)),
                f"{row.raising}.{occasion}",
                rank,
            )
            for rank, row in enumerate(theirs[:_CARDS_AT_ONCE])
        ],
    )
    return len(theirs)
