"""Every gap in cover on a day: schools and legs whose alert would find nobody to settle it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON, local_day
from bot.domain.cover import Reachable, Skipped, SkipReason, standing
from bot.domain.directory import Directory
from bot.domain.people import Person, Role
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
            if known.policies[leg].enabled and (gap := _gap(known, school, leg, day)):
                yield gap


def _responsible(known: InForce, school: School, leg: Leg) -> list[Person]:
    """Everyone who may settle an alert of this school on this leg, reachable or not."""
    return [
        person
        for role in known.policies[leg].settled_by
        for person in known.directory.covering(role, school.code, [None])
    ]


def _gap(
    known: InForce, school: School, leg: Leg, day: date, years_before: Collection[int] = ()
) -> Gap | None:
    """`years_before` are year groups that the school is known to have, whoever is there now."""
    roles = known.policies[leg].settled_by
    people = _responsible(known, school, leg)
    stands = [standing(person, day) for person in people]
    reached = [s.person for s in stands if isinstance(s, Reachable) and s.person.answering_contact]
    # Who can be told by e-mail or SMS alone can settle nothing.
    skipped = tuple(
        stand if isinstance(stand, Skipped) else Skipped(stand.person, SkipReason.NOT_ENROLLED)
        for stand in stands
        if stand.person not in reached
    )
    if not reached:
        return Gap(school, leg, roles, (), skipped)
    # Year groups that this school has, as far as its people say, but nobody who can be told.
    named = {*years_before, *(year for person in people for year in person.scope.years)}
    years = range(min(named), max(named) + 1) if named else ()
    bare = tuple(year for year in years if not any(p.scope.covers_year(year) for p in reached))
    return Gap(school, leg, roles, bare, skipped) if bare else None


def gaps_made(
    before: InForce, after: InForce, gone: Collection[Person], at: datetime
) -> Iterator[Gap]:
    """What nobody covers any more since these people can no longer be told, school by school on its
    next pupil day: no gap that was there before, and of one that grew only what is new.

    Somebody who happened to be away was the cover of the days after, and is missed all the same.
    """
    here = {person.id: replace(person, absences=()) for person in gone}
    staff = Directory(before.directory.schools, {**before.directory.people, **here})
    before = replace(before, directory=staff)
    for school in after.directory.schools.values():
        if not any(after.directory.covers_school(person, school.code) for person in gone):
            continue
        day = _next_day_of(after, school, at)
        for leg in (Leg.SCHOOL, Leg.NURSE):
            if not after.policies[leg].enabled:
                continue
            had = _gap(before, school, leg, day)
            years = {y for p in _responsible(before, school, leg) for y in p.scope.years}
            has = _gap(after, school, leg, day, years)
            if has and (new := _what_is_new(had, has)):
                yield new


def _what_is_new(had: Gap | None, has: Gap) -> Gap | None:
    if had is None:
        return has
    if not had.years:
        return None
    if not has.years:
        return has
    years = tuple(year for year in has.years if year not in had.years)
    return replace(has, years=years) if years else None


def roles_left_empty(after: InForce, gone: Collection[Person], at: datetime) -> tuple[Role, ...]:
    """Roles of the whole authority, which no school's cover shows, that nobody holds any more who
    could be told."""
    of_schools = {
        role for leg in (Leg.SCHOOL, Leg.NURSE) for role in after.policies[leg].settled_by
    }
    day = local_day(at)
    held = {
        person.role
        for person in after.directory.people.values()
        if not isinstance(standing(replace(person, absences=()), day), Skipped)
    }
    could = {person.role for person in gone if person.working_contact}
    return tuple(role for role in Role if role in could - held - of_schools)


def _next_day_of(known: InForce, school: School, at: datetime) -> date:
    """The next day, after `at`'s own, on which this school's pupils are in."""
    tomorrow = at.astimezone(LONDON).date() + timedelta(days=1)
    return next(known.calendar_of(school).pupil_days(school.code, tomorrow), tomorrow)


def next_pupil_day(known: InForce, at: datetime) -> date:
    """The next day, after `at`'s own, on which any school's pupils are in."""
    tomorrow = at.astimezone(LONDON).date() + timedelta(days=1)
    days = (
        next(known.calendar_of(school).pupil_days(school.code, tomorrow), None)
        for school in known.directory.schools.values()
    )
    return min((day for day in days if day is not None), default=tomorrow)
