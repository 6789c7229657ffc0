"""Searching the directory: read alone. The index is made once for each version of the directory and
kept beside it."""

from bot.domain.finding import Finder, Found
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force

_made: list[tuple[InForce, Finder]] = []
"""The newest alone: the directory that it was made of, and the index."""


def search(known: InForce, text: str, *, people: bool) -> Found:
    """Schools, and people for those who may see them, by what somebody typed."""
    if not _made or _made[0][0] is not known:
        _made[:] = [(known, Finder(known.directory))]
    return _made[0][1].find(text, people=people)


async def find(ctx: Context, text: str) -> Found:
    """The same from the database, with people: the command line is the operator's."""
    async with ctx.store.reading() as tx:
        return search(await in_force(ctx, tx), text, people=True)
