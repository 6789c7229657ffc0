"""Whether this person may, now: asked first by every use case, at the moment of use.

Buttons live for ever and callback data is the presser's to choose, so nothing that a button or a
link says is taken as a right.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import AlertChild
from bot.domain.calendar import local_day
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
    child, eligible, not excluded (contract: how a ladder is read). Nobody may while it is not
    settled whom an exclusion means: it could be the one who asks."""
    if person is None or person.id in alert.excluded or alert.held:
        return False
    if person.eligible_from and local_day(now) < person.eligible_from:
        return False
    if person.role not in alerts.policy(alert).settled_by:
        return False
    years: Iterable[int | None] = [child.year_group for child in children] or [None]
    covering = known.directory.covering(person.role, alert.school_code or None, years)
    return any(holder.id == person.id for holder in covering)


def is_role(known: InForce, person_id: str, *roles: Role) -> bool:
    """Whether this person holds one of these roles now."""
    person = known.directory.people.get(person_id)
    return person is not None and person.role in roles
