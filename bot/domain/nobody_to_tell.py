"""I11 as one question: where would a duty have nobody to tell?

Asked of everything that changes what is in force: of drafts, of imports and restores, which are
refused where somebody was before and nobody would be now. A leaver is never refused, since whoever
has gone has gone: there the gap is raised (`flow/departure`).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain.alert import Leg
from bot.domain.cover import Reachable, standing
from bot.domain.escalation import EscalationPolicy
from bot.domain.people import Person, Role
from bot.domain.routing import InForce


@dataclass(frozen=True, slots=True)
class Nobody:
    """A leg of a school, or of the whole authority, on which nobody stands."""

    leg: Leg
    school_code: str
    """Empty: of the whole authority."""
    roles: tuple[Role, ...]
    at_the_end: bool = False
    """Those whom the ladder keeps telling, and not those who could settle it."""
    years: tuple[int, ...] = ()
    """The year groups that are left with nobody; empty: all."""

    @property
    def place(self) -> tuple[Leg, str, bool]:
        """Which gap this is, whoever would have to fill it."""
        return self.leg, self.school_code, self.at_the_end


def nobody_to_tell(known: InForce, on: date | None = None) -> tuple[Nobody, ...]:
    """Each school and leg without anybody in the directory who could settle an alert and whom a
    step tells of it, and each end of a ladder without anybody; with `on`, without anybody who
    could be told on that day. Who is away then counts as there: an absence ends, and is asked of
    elsewhere (`domain/readiness`)."""
    found: list[Nobody] = []
    for code in known.directory.schools:
        legs = [leg for leg in (Leg.SCHOOL, Leg.NURSE) if known.policies[leg].enabled]
        if not legs:
            found.append(Nobody(Leg.SCHOOL, code, ()))
        for leg in legs:
            roles = told_settlers(known.policies[leg])
            if not any(on is None or _can_settle(p, on) for p in _holders(known, code, roles)):
                found.append(Nobody(leg, code, roles))
    for leg, policy in known.policies.items():
        if not policy.enabled:
            continue
        asked = [(told_settlers(policy), False)] if leg not in (Leg.SCHOOL, Leg.NURSE) else []
        for roles, at_the_end in (*asked, (policy.end_tell, True)):
            if not _anybody(known.directory.holding(roles), on):
                found.append(Nobody(leg, "", roles, at_the_end))
    return tuple(found)


def told_settlers(policy: EscalationPolicy) -> tuple[Role, ...]:
    """Who may settle an alert of this ladder and is told of it by one of its steps."""
    told = {role for step in policy.steps for role in step.tell}
    return tuple(role for role in policy.settled_by if role in told)


def _holders(known: InForce, code: str, roles: Iterable[Role]) -> list[Person]:
    """Whoever holds one of these roles at this school, whatever their year groups."""
    return [p for role in roles for p in known.directory.covering(role, code, [None], None)]


def _can_settle(person: Person, on: date) -> bool:
    """E-mail and SMS tell, and settle nothing (ADR 22)."""
    return person.answering_contact is not None and _can_be_told(person, on)


def _anybody(people: Iterable[Person], on: date | None) -> bool:
    return any(on is None or _can_be_told(person, on) for person in people)


def _can_be_told(person: Person, on: date) -> bool:
    stand = standing(person, on)
    if isinstance(stand, Reachable):
        return True
    return bool(person.absences) and person.working_contact is not None and not (
        person.eligible_from and on < person.eligible_from
    )  # fmt: skip


def left_with_nobody(before: InForce, after: InForce, on: date | None = None) -> tuple[Nobody, ...]:
    """What a change would leave with nobody that had somebody before. A school that is new has
    nobody yet: schools come before their people, and `check` names it until they have. Without any
    school there is no duty to leave: a first import can be taken back whole."""
    if not after.directory.schools:
        return ()
    stood = {nobody.place for nobody in nobody_to_tell(before, on)}
    lost = tuple(
        nobody
        for nobody in nobody_to_tell(after, on)
        if nobody.place not in stood
        and (not nobody.school_code or nobody.school_code in before.directory.schools)
    )
    return lost if on else (*lost, *_years_lost(before, after, {n.place for n in lost}))


def _years_lost(
    before: InForce, after: InForce, lost: Collection[tuple[Leg, str, bool]]
) -> Iterator[Nobody]:
    """Year groups that somebody of the school stood for by name, and that nobody covers now."""
    for code in after.directory.schools:
        for leg in (Leg.SCHOOL, Leg.NURSE):
            policy = after.policies[leg]
            if code not in before.directory.schools or (leg, code, False) in lost:
                continue
            roles = told_settlers(policy)
            had = _holders(before, code, told_settlers(before.policies[leg]))
            named = {year for person in had for year in person.scope.years}
            if not named or not policy.enabled or not before.policies[leg].enabled:
                continue
            have = _holders(after, code, roles)
            bare = [y for y in named if not any(p.scope.covers_year(y) for p in have)]
            if have and bare:
                yield Nobody(leg, code, roles, years=tuple(sorted(bare)))
