"""Why somebody of a school is not told of a notice, were it raised then: each one left out has a
reason, and none is left out of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import local_day
from bot.domain.cover import SkipReason
from bot.domain.forecast import LegForecast
from bot.domain.people import Person
from bot.domain.routing import InForce

NOT_THIS_ROLE = "not_this_role"
"""No step of this ladder tells their role."""
OTHER_YEARS = "other_years"
"""They cover other year groups of the school."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    person: Person
    why: str
    """A reason to be skipped, or one of the two above."""
    cover: Person | None = None
    """Of somebody who is away: who stands in."""


def left_out(
    known: InForce, leg: LegForecast, school_code: str, year: int | None
) -> Iterator[LeftOut]:
    """Everybody who covers this school and whom this leg never tells."""
    told = {reached.person.id for _, step in leg.steps for reached in step.reached}
    skipped: dict[str, tuple[SkipReason, datetime]] = {}
    for at, step in leg.steps:
        for out in step.skipped:
            skipped.setdefault(out.person.id, (out.reason, at))
    on_a_step = {role for _, step in leg.steps for role in step.roles}
    for person in known.directory.people.values():
        if person.id in told or not known.directory.covers_school(person, school_code):
            continue
        if person.id in skipped:
            reason, at = skipped[person.id]
            yield LeftOut(person, reason.value, _cover(known, person, at, reason))
        elif person.role not in on_a_step:
            yield LeftOut(person, NOT_THIS_ROLE)
        elif not person.scope.covers_year(year):
            yield LeftOut(person, OTHER_YEARS)


def _cover(known: InForce, person: Person, at: datetime, reason: SkipReason) -> Person | None:
    if reason is not SkipReason.AWAY:
        return None
    on = local_day(at)
    covers = (absence.cover for absence in person.absences if on in absence)
    return next((known.directory.people[c] for c in covers if c in known.directory.people), None)
