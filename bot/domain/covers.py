"""Standing in for somebody who is away: who could, by when they are to answer, how it may end.

A cover has what the one they stand in for has, on those days, and no more. They stand in for that
person alone: whoever stands in for a cover takes the cover's own place and no other, so there is
neither a chain nor a circle.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.cover import Reachable, standing
from bot.domain.directory import Directory
from bot.domain.escalation import EscalationPolicy
from bot.domain.people import Absence, Person, Role

EVENING = time(18)
"""When the day before is over: the last moment for an answer, and that of the evening's check."""
_ANSWER_WITHIN = timedelta(hours=4)
_AT_LEAST = timedelta(minutes=30)
_OFFERED = 8


class CoverState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    """Nobody answered in time."""
    ENDED = "ended"
    """The absence was taken back, or whoever stood in has left."""


def roles_beside(policies: Mapping[Leg, EscalationPolicy], role: Role) -> tuple[Role, ...]:
    """The roles whose holders could do what this role does: those that settle the same duty, in
    the ladder's order; of a role that settles none, it alone."""
    settling = [p.settled_by for p in policies.values() if role in p.settled_by]
    return tuple(dict.fromkeys([role, *(other for roles in settling for other in roles)]))


def may_stand_in(policies: Mapping[Leg, EscalationPolicy], away: Person, other: Person) -> bool:
    return other.id != away.id and other.role in roles_beside(policies, away.role)


def candidates(
    policies: Mapping[Leg, EscalationPolicy],
    directory: Directory,
    away: Person,
    absence: Absence,
    asked: Collection[str] = (),
) -> tuple[Person, ...]:
    """Who could be asked to stand in: of one of the same schools or the same team, enrolled and
    there on all of those days, not asked before; first asked first, and eight at most."""
    roles = roles_beside(policies, away.role)
    found = [
        person
        for role in roles
        for person in directory.holders(role)
        if person.id != away.id
        and person.id not in asked
        and directory.share_a_school(away, person)
        and _there_throughout(person, absence)
    ]
    return tuple(found[:_OFFERED])


def _there_throughout(person: Person, absence: Absence) -> bool:
    """Somebody who can be told on the first of these days, and is not away on any other."""
    if not isinstance(standing(person, absence.first_on), Reachable):
        return False
    return not any(overlap(absence, other) for other in person.absences)


def overlap(one: Absence, other: Absence) -> bool:
    return one.first_on <= other.last_on and other.first_on <= one.last_on


def answer_due(asked_at: datetime, first_on: date) -> datetime:
    """By when whoever was asked is to have answered: within four hours, and by the evening before
    the first day, so that another can be asked; half an hour is left to everybody."""
    evening = evening_before(first_on)
    return max(min(asked_at + _ANSWER_WITHIN, evening), asked_at + _AT_LEAST)


def evening_before(day: date) -> datetime:
    """18:00, local time, on the day before."""
    return datetime.combine(day - timedelta(days=1), EVENING, LONDON).astimezone(UTC)


def begins_at(day: date) -> datetime:
    """The local midnight at which this day begins."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def next_turn(absence: Absence, today: date) -> datetime | None:
    """When an absence has to be looked at next: as it begins, then as it is over."""
    if today < absence.first_on:
        return begins_at(absence.first_on)
    return begins_at(absence.last_on + timedelta(days=1)) if today in absence else None
