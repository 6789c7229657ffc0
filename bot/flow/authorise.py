"""Whether this person may, now: asked first by every use case, at the moment of use.

Buttons live for ever and callback data is the presser's to choose, so nothing that a button or a
link says is taken as a right.
"""

from collections.abc import Collection
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild, AlertState, Leg, children_in_scope
from bot.domain.calendar import local_day
from bot.domain.passing import teams_passed_to
from bot.domain.people import Person, Role
from bot.domain.routing import InForce
from bot.store import alerts


def may_take(
    known: InForce,
    person: Person | None,
    alert: Row[Any],
    children: Collection[AlertChild],
    now: datetime,
) -> bool:
    """Whether this person may open and answer this alert: a role that settles it, in scope of a
    child, eligible, not excluded (contract: how a ladder is read); by themselves, or for somebody
    in whose place they stand today. Nobody may while it is not
    settled whom an exclusion means: it could be the one who asks."""
    if person is None or person.id in alert.excluded or alert.held:
        return False
    if person.eligible_from and local_day(now) < person.eligible_from:
        return False
    stands = _standing(known, person, alert, now)
    return stands is not None and (not children or bool(children_in_scope(stands, children)))


def in_their_place(known: InForce, person: Person, alert: Row[Any], now: datetime) -> Person:
    """This person as they stand for this alert now: with the scope and role of whomever they stand
    in for, where they do. Scope and role are asked of nobody else."""
    return _standing(known, person, alert, now) or person


def _standing(known: InForce, person: Person, alert: Row[Any], now: datetime) -> Person | None:
    roles, code = alerts.policy(alert).settled_by, alert.school_code or None
    passed = teams_passed_to(alert.passed)  # and to nobody else for that: this one alert alone
    return known.directory.standing_for(person, roles, code, local_day(now), alert.excluded, passed)


class Opening(Enum):
    """Whether a view may be shown now."""

    YES = auto()
    NOTHING = auto()
    """For this person there is nothing."""
    TAKEN_BACK = auto()
    """There was something for this person, and is no more."""


def may_open(
    known: InForce,
    person: Person,
    alert: Row[Any],
    children: Collection[AlertChild],
    now: datetime,
) -> Opening:
    """Whether this person may be shown this alert's view now, in whatever place."""
    if alert.state is AlertState.MISDIRECTED or not may_take(known, person, alert, children, now):
        return Opening.NOTHING
    if alert.behind and alert.leg is not Leg.TRIAGE:
        # What came may exclude this very person: in a second it is in force.
        return Opening.NOTHING
    if alert.state is AlertState.WITHDRAWN:
        return Opening.TAKEN_BACK
    return Opening.YES


def holds_account(person: Person | None, contact_id: int) -> bool:
    """Whether the account that a message goes to is this person's still: a telephone that was lost
    must show nothing, whoever has it now."""
    return person is not None and any(c.id == contact_id for c in person.contacts)


def is_role(known: InForce, person_id: str, *roles: Role) -> bool:
    """Whether this person holds one of these roles now."""
    person = known.directory.people.get(person_id)
    return person is not None and person.role in roles
