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


@dataclass(frozen=True, slots=True)
class RoleGap:
    """Nobody of these roles, which stand for the whole authority, can be told on the day."""

    leg: Leg
    roles: tuple[Role, ...]
    at_the_end: bool
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """All that is missing on a day, by school and leg, and for the authority."""

    day: date
    gaps: tuple[Gap, ...]
    roles: tuple[RoleGap, ...]

    def __bool__(self) -> bool:
        return bool(self.gaps or self.roles)


def missing(known: InForce, day: date) -> Missing:
    """Where nobody can be told on this day. `check`, `/readiness` and the check of the evening
    before ask here; what `route` says of a day is made of the same two functions,
    `Directory.covering` and `standing`."""
    return Missing(day, tuple(gaps(known, day)), tuple(_empty_roles(known, day)))


def _empty_roles(known: InForce, day: date) -> Iterator[RoleGap]:
    """Who stands for the whole authority: at the MASH desk, and at each ladder's end (I11)."""
    for policy in known.policies.values():
        if not policy.enabled:
            continue
        asked = [(policy.settled_by, False)] if policy.leg is Leg.TRIAGE else []
        for roles, at_the_end in (*asked, (policy.end_tell, True)):
            stands = [standing(p, day) for p in known.directory.holding(roles, day)]
            skipped = tuple(stand for stand in stands if isinstance(stand, Skipped))
            if len(skipped) == len(stands):
                yield RoleGap(policy.leg, roles, at_the_end, skipped)


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


def _responsible(known: InForce, school: School, leg: Leg, day: date) -> list[Person]:
    """Everyone who may settle an alert of this school on this leg and day, reachable or not."""
    return [
        person
        for role in known.policies[leg].settled_by
        for person in known.directory.covering(role, school.code, [None], day)
    ]


def _gap(
    known: InForce, school: School, leg: Leg, day: date, years_before: Collection[int] = ()
) -> Gap | None:
    """`years_before` are year groups that the school is known to have, whoever is there now."""
    roles = known.policies[leg].settled_by
    people = _responsible(known, school, leg, day)
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
    touched = before.directory.touched(gone)
    for school in after.directory.schools.values():
        if school.code not in touched:
            continue
        day = _next_day_of(after, school, at)
        for leg in (Leg.SCHOOL, Leg.NURSE):
            if not after.policies[leg].enabled:
                continue
            had = _gap(before, school, leg, day)
            years = {y for p in _responsible(before, school, leg, day) for y in p.scope.years}
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


def missing_at(known: InForce, school: School, at: datetime) -> tuple[date, tuple[Gap, ...]]:
    """This school's next pupil day, after `at`'s own, and its gaps on it."""
    day = _next_day_of(known, school, at)
    legs = (leg for leg in (Leg.SCHOOL, Leg.NURSE) if known.policies[leg].enabled)
    return day, tuple(gap for leg in legs if (gap := _gap(known, school, leg, day)))


def gaps_while_away(known: InForce, away: Person, first_on: date, last_on: date) -> tuple[Gap, ...]:
    """What nobody covers on some day of an absence that would be covered were this person there,
    each school and leg once, as on the first such day."""
    there = replace(away, absences=())
    people = {**known.directory.people, away.id: there}
    with_them = replace(known, directory=Directory(known.directory.schools, people))
    found: dict[tuple[str, Leg], Gap] = {}
    days = (last_on - first_on).days + 1
    for day in (first_on + timedelta(days=number) for number in range(days)):
        for school in known.directory.schools.values():
            if not known.directory.covers_school(away, school.code):
                continue
            if known.calendar_of(school).why_not_a_pupil_day(day, school.code) is not None:
                continue
            for leg in (Leg.SCHOOL, Leg.NURSE):
                if (school.code, leg) in found or not known.policies[leg].enabled:
                    continue
                had, has = _gap(with_them, school, leg, day), _gap(known, school, leg, day)
                if has and (new := _what_is_new(had, has)):
                    found[school.code, leg] = new
    return tuple(found.values())
