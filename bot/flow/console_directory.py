"""The directory in the console: searching it, and one school with who covers it and what its next
school day lacks; for an authority that is not set up yet, what its first day still lacks.

Reading alone. Nothing here is of a notice or a child.
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.cover import Skipped, standing
from bot.domain.finding import Found, staff_of
from bot.domain.people import Person
from bot.domain.readiness import missing_at
from bot.domain.school import School
from bot.flow.context import Context
from bot.flow.find import search
from bot.flow.first_day import Standing, steps_of
from bot.flow.in_force import in_force


@dataclass(frozen=True, slots=True)
class Overview:
    """What a search found, or, with nothing asked for, how the directory stands as a whole."""

    found: Found | None
    steps: tuple[Standing, ...]
    """Of the first day, those that are not done."""


@dataclass(frozen=True, slots=True)
class SchoolPage:
    school: School
    staff: tuple[tuple[Person, bool], ...]
    """Each with whether they can be told on the next school day."""
    day: date
    lacks: tuple[str, ...]
    """The roles, one of which would have to be reachable and none is, by leg."""


async def overview(ctx: Context, text: str) -> Overview:
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        steps = () if text.strip() else await steps_of(ctx, tx, known)
    if text.strip():
        return Overview(await search(known, text, people=True), ())
    return Overview(None, tuple(step for step in steps if not step.done))


async def school_page(ctx: Context, code: str) -> SchoolPage | None:
    """None for a code that no school of the directory has."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    school = known.directory.schools.get(code)
    if school is None:
        return None
    day, gaps = missing_at(known, school, ctx.now())
    staff = tuple(
        (person, not isinstance(standing(person, day), Skipped))
        for person in staff_of(known.directory, code)
    )
    lacks = tuple(dict.fromkeys(role.value for gap in gaps for role in gap.roles))
    return SchoolPage(school, staff, day, lacks)
