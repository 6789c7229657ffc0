"""What somebody can look up about themselves: what they are told of and by which ways, when
messages are quiet, and who stands in for whom."""

from dataclasses import dataclass
from datetime import date, time

from bot.domain.alert import Leg
from bot.domain.people import SECOND_WAYS, Channel, ContactState, Person, Role
from bot.domain.routing import InForce


@dataclass(frozen=True, slots=True)
class Told:
    """One leg of which somebody hears."""

    leg: Leg
    opens: bool
    """Whether they may open it and answer; else they hear a reference and how it stands."""
    steps: tuple[int, ...]
    """The steps of its ladder that tell them, the first being 1."""
    at_the_end: bool
    """Whether they are told again and again if nobody settles it."""
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class WayOfMine:
    channel: Channel
    works: bool


@dataclass(frozen=True, slots=True)
class Days:
    """Days on which somebody is away; the name of whoever stands in, if somebody does."""

    first_on: date
    last_on: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class OwnPage:
    person: Person
    told: tuple[Told, ...]
    schools: tuple[str, ...]
    """Codes; empty for all of them."""
    ways: tuple[WayOfMine, ...]
    away: tuple[Days, ...]
    stands_in: tuple[Days, ...]
    """For whom they themselves have said that they stand in."""
    not_before: date | None = None


def own_page(known: InForce, person: Person, today: date) -> OwnPage:
    """All of it, by the policies and the directory that are in force."""
    people = known.directory.people
    waiting = person.eligible_from is not None and today < person.eligible_from
    return OwnPage(
        person=person,
        told=tuple(
            told
            for policy in known.policies.values()
            if policy.enabled and (told := _told(known, person.role, policy.leg))
        ),
        schools=()
        if person.scope.everywhere
        else tuple(
            code
            for code, school in known.directory.schools.items()
            if person.scope.covers_school(code, school.nurse_team)
        ),
        ways=_ways(person),
        away=tuple(
            Days(a.first_on, a.last_on, people[a.cover].name if a.cover in people else "")
            for a in person.absences
            if a.last_on >= today
        ),
        stands_in=tuple(
            Days(absence.first_on, absence.last_on, other.name)
            for other in people.values()
            for absence in other.absences
            if absence.cover == person.id and absence.last_on >= today
        ),
        not_before=person.eligible_from if waiting else None,
    )


def _told(known: InForce, role: Role, leg: Leg) -> Told | None:
    policy = known.policies[leg]
    steps = tuple(n for n, step in enumerate(policy.steps, 1) if role in step.tell)
    opens, at_the_end = role in policy.settled_by, role in policy.end_tell
    if not (steps or opens or at_the_end):
        return None
    quiet = (policy.quiet.first, policy.quiet.last) if policy.quiet else None
    return Told(leg, opens, steps, at_the_end, quiet)


def _ways(person: Person) -> tuple[WayOfMine, ...]:
    """In the order in which they are tried; Telegram first, be it only to say that it is missing,
    since there alone somebody can answer."""
    ways = [WayOfMine(c.channel, c.state is ContactState.WORKING) for c in person.contacts]
    if all(way.channel in SECOND_WAYS for way in ways):
        ways.insert(0, WayOfMine(Channel.TELEGRAM, works=False))
    return tuple(ways)
