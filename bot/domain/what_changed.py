"""What one version says otherwise than another, in sentences: ladders, matrix, calendars and the
directory.

Compared as they are read and not as they are written: another order of keys or another remark is no
change of what anybody is told.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from bot.domain.alert import Leg
from bot.domain.calendar import Calendar, DayRange, OwnDays
from bot.domain.directory import Directory
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.escalation import EscalationPolicy, EscalationStep
from bot.domain.quiet import Holiday, Send
from bot.domain.versions import Said

_EVERYWHERE = OwnDays()


def in_ladders(
    before: Mapping[Leg, EscalationPolicy], now: Mapping[Leg, EscalationPolicy]
) -> Iterator[Said]:
    for leg in Leg:
        if leg in before and leg in now:
            for said in _in_ladder(before[leg], now[leg]):
                yield Said(said.sentence, said.values, leg.value)


def _in_ladder(before: EscalationPolicy, now: EscalationPolicy) -> Iterator[Said]:
    if before.enabled != now.enabled:
        yield Said("changed.leg_on" if now.enabled else "changed.leg_off")
    if set(before.settled_by) != set(now.settled_by):
        yield Said("changed.settled_by", {"roles": now.settled_by, "was": before.settled_by})
    for number, (old, new) in enumerate(zip(before.steps, now.steps, strict=False), 1):
        yield from _in_step(number, old, new)
    for number, step in enumerate(now.steps, 1):
        if number > len(before.steps):
            yield Said("changed.step_added", {"step": number, "roles": step.tell, "time": step})
    for number, step in enumerate(before.steps, 1):
        if number > len(now.steps):
            yield Said("changed.step_gone", {"step": number, "roles": step.tell})
    if set(before.end_tell) != set(now.end_tell):
        yield Said("changed.end_roles", {"roles": now.end_tell, "was": before.end_tell})
    if before.end_every != now.end_every:
        yield Said("changed.end_every", {"every": now.end_every, "was": before.end_every})
    if before.answer_within != now.answer_within and now.answer_within and before.answer_within:
        yield Said(
            "changed.answer_within", {"span": now.answer_within, "was": before.answer_within}
        )
    if before.quiet != now.quiet:
        yield Said("changed.quiet", {"hours": now.quiet, "was": before.quiet})
    if _counts_of(before.holiday) != _counts_of(now.holiday):
        yield Said("changed.holiday", {"holiday": now.holiday, "was": before.holiday})
    lanes = [lane if lane.enabled else None for lane in (before.in_day, now.in_day)]
    if now.leg is Leg.SCHOOL and lanes[0] != lanes[1]:
        yield Said("changed.in_day", {"lane": now.in_day, "was": before.in_day})


def _counts_of(holiday: Holiday) -> Holiday | None:
    """Days and time of a hold count where there is one."""
    return None if holiday.send is Send.AT_ONCE else holiday


def _in_step(number: int, old: EscalationStep, new: EscalationStep) -> Iterator[Said]:
    if set(old.tell) != set(new.tell):
        yield Said("changed.step_roles", {"step": number, "roles": new.tell, "was": old.tell})
    if (old.after, old.not_before) != (new.after, new.not_before):
        yield Said(
            "changed.step_time", {"step": number, "roles": new.tell, "time": new, "was": old}
        )


def in_matrix(before: DisclosureMatrix, now: DisclosureMatrix) -> Iterator[Said]:
    for change in now.changes(before):
        if change.shown_to:
            yield Said("changed.shown_to", {"field": change.field, "roles": change.shown_to})
        if change.hidden_from:
            yield Said("changed.hidden_from", {"field": change.field, "roles": change.hidden_from})
        if change.other_purpose:
            yield Said("changed.purpose", {"field": change.field})


def in_calendar(before: Calendar, now: Calendar) -> Iterator[Said]:
    """Of one calendar; a school's own days are named with its code."""
    if before.timezone != now.timezone:
        yield Said("changed.timezone", {"zone": now.timezone, "was": before.timezone})
    yield from _ranges(before.terms, now.terms, "changed.term_added", "changed.term_gone")
    yield from _own_days(
        OwnDays(before.closed, before.inset, before.half_days),
        OwnDays(now.closed, now.inset, now.half_days),
    )
    if before.bank_holidays != now.bank_holidays:
        yield Said("changed.bank_holidays")
    for code in sorted({*before.schools, *now.schools}):
        old, new = before.schools.get(code, _EVERYWHERE), now.schools.get(code, _EVERYWHERE)
        for said in _own_days(old, new):
            yield Said("changed.of_school", {"code": code, "change": said})


def _own_days(before: OwnDays, now: OwnDays) -> Iterator[Said]:
    yield from _ranges(before.closed, now.closed, "changed.closed_added", "changed.closed_gone")
    yield from _days(before.inset, now.inset, "changed.inset_added", "changed.inset_gone")
    had, has = {half.on for half in before.half_days}, {half.on for half in now.half_days}
    yield from _days(had, has, "changed.half_day_added", "changed.half_day_gone")
    for half in now.half_days:
        old = next((other for other in before.half_days if other.on == half.on), half)
        if (old.opens_at, old.closes_at) != (half.opens_at, half.closes_at):
            yield Said("changed.half_day", {"on": half.on})


def _ranges(
    before: Collection[DayRange], now: Collection[DayRange], added: str, gone: str
) -> Iterator[Said]:
    had = {(days.first_on, days.last_on) for days in before}
    has = {(days.first_on, days.last_on) for days in now}
    for first, last in sorted(has - had):
        yield Said(added, {"first": first, "last": last})
    for first, last in sorted(had - has):
        yield Said(gone, {"first": first, "last": last})


def _days(before: Collection[date], now: Collection[date], added: str, gone: str) -> Iterator[Said]:
    for on in sorted(set(now) - set(before)):
        yield Said(added, {"on": on})
    for on in sorted(set(before) - set(now)):
        yield Said(gone, {"on": on})


def in_directory(before: Directory, now: Directory) -> Iterator[Said]:
    """Of the directory as its files have it."""
    for code, school in now.schools.items():
        old = before.schools.get(code)
        if old is None:
            yield Said("changed.school_added", {"code": code, "name": school})
        elif old != school:
            yield Said("changed.school", {"code": code, "name": school})
    for code, school in before.schools.items():
        if code not in now.schools:
            yield Said("changed.school_gone", {"code": code, "name": school})
    for key, person in now.people.items():
        was = before.people.get(key)
        about = {"id": key, "name": person.name, "role": person.role}
        if was is None:
            yield Said("changed.person_added", about)
        elif was.role is not person.role:
            yield Said("changed.person_role", {**about, "was": was.role})
        elif was.scope != person.scope:
            yield Said("changed.person_scope", about)
        elif was != person:
            yield Said("changed.person", about)
    for key, person in before.people.items():
        if key not in now.people:
            yield Said("changed.person_gone", {"id": key, "name": person.name})
