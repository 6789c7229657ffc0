"""Every gap in cover on a day: schools and legs whose alert would find nobody to settle it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.cover import Skipped, standing
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.school import School


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody on this school's leg can be told on the day; with the reason for each person."""

    school: School
    leg: Leg
    roles: tuple[Role, ...]
    years: tuple[int, ...]
    """The year groups concerned; empty for all of them."""
    skipped: tuple[Skipped, ...]


def gaps(known: InForce, day: date) -> Iterator[Gap]:
    """Each school and leg without anybody who could settle an alert on this day.

    Only schools whose pupils are in on that day are asked for: on other days nothing is due.
    """
    for school in known.directory.schools.values():
        if known.calendar_of(school).why_not_a_pupil_day(day, school.code) is not None:
            continue
        for leg in (Leg.SCHOOL, Leg.NURSE):
            if known.policies[leg].enabled:
                yield from _gap(known, school, leg, day)


def _gap(known: InForce, school: School, leg: Leg, day: date) -> Iterator[Gap]:
    roles = known.policies[leg].settled_by
    people = [
        person for role in roles for person in known.directory.covering(role, school.code, [None])
    ]
    stands = [standing(person, day) for person in people]
    reached = [stand.person for stand in stands if not isinstance(stand, Skipped)]
    skipped = tuple(stand for stand in stands if isinstance(stand, Skipped))
    if not reached:
        yield Gap(school, leg, roles, (), skipped)
        return
    # Year groups that this school has, as far as its people say, but nobody who can be told.
    named = {year for person in people for year in person.scope.years}
    years = range(min(named), max(named) + 1) if named else ()
    bare = tuple(year for year in years if not any(p.scope.covers_year(year) for p in reached))
    if bare:
        yield Gap(school, leg, roles, bare, skipped)


def next_pupil_day(known: InForce, at: datetime) -> date:
    """The next day, after `at`'s own, on which any school's pupils are in."""
    tomorrow = at.astimezone(LONDON).date() + timedelta(days=1)
    days = (
        next(known.calendar_of(school).pupil_days(school.code, tomorrow), None)
        for school in known.directory.schools.values()
    )
    return min((day for day in days if day is not None), default=tomorrow)
