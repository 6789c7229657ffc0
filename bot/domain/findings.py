"""A draft as a whole, beside everything else that is in force: what keeps it from being put in
force, and what somebody ought to see before they do.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.calendar import local_day
from bot.domain.ladder_faults import nobody_stands, quiet_past_the_bell, told_too_late
from bot.domain.nobody_to_tell import Nobody, left_with_nobody, nobody_to_tell
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.versions import Finding, Said

TERM_AHEAD = timedelta(days=28)
"""Before a calendar's last term ends, from when on it is spoken of."""


def findings(before: InForce, after: InForce, now: datetime) -> Iterator[Finding]:
    """What there is to say of putting `after` in the place of `before`. What stood before already
    is no fault of the draft's: it is a warning, in a line of its own."""
    today = local_day(now)
    structural = left_with_nobody(before, after)
    for said_of_one in leaves_nobody(before, after):
        yield Finding(said_of_one, refuses=True)
    said = {nobody.place for nobody in structural}
    for nobody in left_with_nobody(before, after, today):
        if nobody.place not in said:
            yield Finding(_nobody(after, nobody, _LEAVES_UNREACHABLE), refuses=True)
            said.add(nobody.place)
    for nobody in nobody_to_tell(after):
        if nobody.place not in said:
            yield Finding(_nobody(after, nobody, _STOOD_SO))
    yield from _of_ladders(before, after)
    yield from _of_deputies(after)
    yield from _of_scopes(after)
    yield from _of_calendars(after, today)
    yield from _of_matrix(after)


def leaves_nobody(before: InForce, after: InForce) -> Iterator[Said]:
    """Each duty that would have nobody any more who stands for it: what refuses an import too."""
    for nobody in left_with_nobody(before, after):
        yield _nobody(after, nobody, _LEAVES)


_LEAVES = (
    "finding.leaves_nobody",
    "finding.leaves_nobody_of_all",
    "finding.leaves_nobody_at_the_end",
)
_LEAVES_UNREACHABLE = (
    "finding.leaves_nobody_reachable",
    "finding.leaves_nobody_reachable_of_all",
    "finding.leaves_nobody_reachable_at_the_end",
)
_STOOD_SO = (
    "finding.nobody_before",
    "finding.nobody_before_of_all",
    "finding.nobody_before_at_the_end",
)


def _nobody(known: InForce, nobody: Nobody, sentences: tuple[str, str, str]) -> Said:
    """Of a school, of those who stand for the whole authority, or of a ladder's end."""
    of_school, of_all, at_the_end = sentences
    school = known.directory.schools.get(nobody.school_code)
    if school is not None and nobody.years:
        values = {"school": school, "roles": nobody.roles, "years": nobody.years}
        return Said("finding.leaves_nobody_of_years", values, nobody.leg.value)
    if school is not None:
        return Said(of_school, {"school": school, "roles": nobody.roles}, nobody.leg.value)
    sentence = at_the_end if nobody.at_the_end else of_all
    return Said(sentence, {"roles": nobody.roles}, nobody.leg.value)


def _of_ladders(before: InForce, after: InForce) -> Iterator[Finding]:
    for leg in told_too_late(after.policies):
        yield Finding(Said("finding.told_too_late", {}, leg.value))
    for leg, policy in after.policies.items():
        had = before.policies.get(leg)
        if had and had.enabled and not policy.enabled:
            yield Finding(Said("finding.leg_off", {}, leg.value))
    stood = {(s.code, leg, roles) for s, leg, _, roles in nobody_stands(before)}
    bare: dict[tuple[Leg, int, tuple[Role, ...]], list[str]] = {}
    for school, leg, number, roles in nobody_stands(after):
        if (school.code, leg, roles) not in stood:
            bare.setdefault((leg, number, roles), []).append(school.name)
    for (leg, number, roles), schools in bare.items():
        yield Finding(_step(leg, number, roles, schools))
    for school, leg in quiet_past_the_bell(after):
        yield Finding(Said("finding.opens_in_quiet_hours", {"school": school}, leg.value))


def _step(leg: Leg, number: int, roles: tuple[Role, ...], schools: Sequence[str]) -> Said:
    values = {"step": number, "roles": roles, "schools": tuple(schools)}
    return Said("finding.step_with_nobody", values, leg.value)


def _of_deputies(after: InForce) -> Iterator[Finding]:
    """Schools whose ladder counts on one person alone."""
    policy = after.policies[Leg.SCHOOL]
    for school in after.directory.schools.values():
        holders = {
            person.id
            for role in policy.settled_by
            for person in after.directory.covering(role, school.code, [None], None)
        }
        if policy.enabled and len(holders) == 1:
            yield Finding(Said("finding.no_deputy", {"school": school}))


def _of_scopes(after: InForce) -> Iterator[Finding]:
    """People who cover nothing that there is."""
    schools = after.directory.schools
    for person in after.directory.people.values():
        if not any(after.directory.covers_school(person, code) for code in schools) and schools:
            yield Finding(Said("finding.out_of_scope", {"id": person.id, "name": person.name}))


def _of_calendars(after: InForce, today: date) -> Iterator[Finding]:
    for name in sorted({school.calendar for school in after.directory.schools.values()}):
        calendar = after.calendars.get(name)
        if calendar is None:
            yield Finding(Said("finding.no_calendar", {"calendar": name}))
        elif calendar.last_day - today < TERM_AHEAD:
            yield Finding(
                Said("finding.calendar_ends", {"calendar": name, "on": calendar.last_day})
            )


def _of_matrix(after: InForce) -> Iterator[Finding]:
    """Who is to answer for a child has to see which child it is."""
    for leg, policy in after.policies.items():
        if policy.enabled and leg is not Leg.QUESTION:
            blind = [r for r in policy.settled_by if not after.matrix.shows_the_child_to(r)]
            if blind:
                values = {"roles": tuple(blind)}
                yield Finding(Said("finding.cannot_see_the_child", values, leg.value))
    for field in after.matrix.undated():
        yield Finding(Said("finding.undated", {"field": field}))
