"""Searching the directory: read alone. The index is made once for each version of the directory and
kept beside it; of a great directory that takes seconds, in a thread, so that nothing else waits."""

import asyncio

from bot.domain.finding import Finder, Found
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force

_made: list[tuple[InForce, Finder]] = []
"""The newest alone: the directory that it was made of, and the index."""


async def search(known: InForce, text: str, *, people: bool) -> Found:
    """Schools, and people for those who may see them, by what somebody typed."""
    made = next((finder for of, finder in _made if of is known), None)
    if made is None:
        made = await asyncio.to_thread(Finder, known.directory)
        _made[:] = [(known, made)]
    return made.find(text, people=people)


async def find(ctx: Context, text: str) -> Found:
    """The same from the database, with people: the command line is the operator's."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    return await search(known, text, people=True)
