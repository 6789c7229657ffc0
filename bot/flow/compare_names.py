"""Whoever comes to a school may be named in a notice of it that is under way."""

from collections.abc import Sequence

from bot.domain.incident import incident_of
from bot.domain.likeness import may_be
from bot.domain.namesakes import OVERSEERS
from bot.domain.people import Person
from bot.flow.context import Context, Stage
from bot.store import directory, notifications
from bot.store.unit_of_work import Tx


async def compare_names(ctx: Context, tx: Tx, people: Sequence[Person]) -> None:
    """Who comes, is now called otherwise, or stands in for somebody, may be named in a notice
    under way: those notices are looked at again, which holds them out of it before they have a
    way of being reached."""
    standing = await notifications.with_open_alerts(tx) if people else {}
    if not standing:
        return
    known = await directory.load(tx)  # which nobody else may know before the commit
    of_school = {
        code: [p for p in people if p.role in OVERSEERS or known.touches_school(p, code)]
        for code in frozenset().union(*standing.values())
    }
    for number, codes in standing.items():
        concerned = {p.id: p.name for code in codes for p in of_school[code]}
        row = await notifications.by_id(tx, number, lock=True) if concerned else None
        adults = () if row is None else incident_of(row.content).involved_adults
        if any(
            may_be(adult.given_name, adult.family_name, name)
            for adult in adults
            for name in concerned.values()
        ):
            await notifications.look_again(tx, number, ctx.now())
            tx.wake(Stage.RAISE)
