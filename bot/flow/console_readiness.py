"""Readiness in the console: every school by day, those that nobody covers first; and the two things
that a coordinator does about it: write down that somebody is away, or that a school is closed.

Dies before a commit: nothing was written. Dies after it: what follows from an absence or a closure
is done by the same rows and ticks as in the chat (`absent`, `closures`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.calendar import DayRange, local_day
from bot.domain.covers import may_stand_in
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.evening import Line
from bot.domain.people import LONGEST_AHEAD, Absence, Person
from bot.domain.readiness import missing, next_pupil_day
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.flow.absent import add_within, standing_absences, take_back_within
from bot.flow.closures import Standing, put_down, standing_closures
from bot.flow.closures import take_back as open_after_all
from bot.flow.console import may_change
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.ready import line_in_words
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.store import closures

_SECTION = "readiness"
_WHY = "said in the console"
_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Bare:
    """Where nobody can be told, and why each person cannot."""

    text: str
    people: tuple[tuple[str, str], ...]
    """A name and the catalogue's sentence for the reason."""


@dataclass(frozen=True, slots=True)
class Readiness:
    day: date
    before: date | None
    after: date
    bare: tuple[Bare, ...]
    covered: tuple[str, ...]
    not_in: tuple[str, ...]
    """Schools whose pupils are not in on that day."""


async def readiness(ctx: Context, someone: Visitor, day: date | None) -> Readiness:
    async with ctx.store.reading() as tx:
        known, now = await in_force(ctx, tx), ctx.now()
    language, today = someone.person.language, local_day(now)
    say = words(language)
    day = day or next_pupil_day(known, now)
    found = missing(known, day)
    lines = [(Line(role.roles, role.leg), role.skipped) for role in found.roles]
    lines += [
        (Line(gap.roles, gap.leg, school=gap.school.code, years=gap.years), gap.skipped)
        for gap in found.gaps
    ]
    without = {gap.school.code for gap in found.gaps}
    names: dict[bool, list[str]] = {True: [], False: []}
    for school in known.directory.schools.values():
        if school.code not in without:
            names[_is_in(known, school, day)].append(school.name_in(language))
    earlier = date.fromordinal(day.toordinal() - 1)
    return Readiness(
        day=day,
        before=earlier if earlier >= today else None,
        after=date.fromordinal(day.toordinal() + 1),
        bare=tuple(
            Bare(
                line_in_words(known, say, line),
                tuple((one.person.name, f"skip.{one.reason.value}") for one in skipped),
            )
            for line, skipped in lines
        ),
        covered=tuple(sorted(names[True])),
        not_in=tuple(sorted(names[False])),
    )


def _is_in(known: InForce, school: School, day: date) -> bool:
    return known.calendar_of(school).why_not_a_pupil_day(day, school.code) is None


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away, who stands in, and everybody whom a form may name."""

    standing: tuple[tuple[Person, Absence, str], ...]
    people: tuple[Person, ...]
    today: date


async def away(ctx: Context) -> Away:
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    people, today = known.directory.people, local_day(ctx.now())
    return Away(
        tuple(
            (person, absence, people[absence.cover].name if absence.cover in people else "")
            for person, absence in standing_absences(known, today)
        ),
        tuple(sorted(people.values(), key=lambda person: (person.name, person.id))),
        today,
    )


async def write_absence(
    ctx: Context,
    someone: Visitor,
    person_id: str,
    days: tuple[date, date] | None,
    cover_id: str,
) -> Reply:
    """Somebody is away on these days; whoever is named is asked to stand in, and has to accept."""
    language = someone.person.language
    try:
        async with ctx.store.unit() as tx:
            changer = await may_change(ctx, tx, someone, _SECTION)
            if changer is None:
                return nothing_here(language)
            people, today = changer.known.directory.people, local_day(changer.now)
            if person_id not in people or (cover_id and cover_id not in people):
                return Reply("console.person_missing", language, alert=True)
            if days is None or not max(days[0], today) <= days[1] <= today + LONGEST_AHEAD:
                return Reply("console.days_wrong", language, alert=True)
            if cover_id and not may_stand_in(
                changer.known.policies, people[person_id], people[cover_id]
            ):
                return Reply("console.cover_cannot", language, alert=True)
            await add_within(ctx, tx, person_id, *days, cover_id or None, changer.person.id)
            return Reply("console.absence_written", language, {"person": people[person_id].name})
    except ConflictError:
        return Reply("console.cover_not_asked", language, alert=True)


async def end_absence(ctx: Context, someone: Visitor, number: int) -> Reply:
    """This absence is over from now on."""
    language = someone.person.language
    try:
        async with ctx.store.unit() as tx:
            changer = await may_change(ctx, tx, someone, _SECTION)
            if changer is None:
                return nothing_here(language)
            person = await take_back_within(ctx, tx, number, changer.person.id)
            return Reply("console.absence_ended", language, {"person": person.name})
    except NotFoundError:
        return nothing_here(language)


@dataclass(frozen=True, slots=True)
class Closed:
    standing: Sequence[Standing]
    schools: tuple[tuple[str, str], ...]
    today: date


async def closed(ctx: Context, someone: Visitor) -> Closed:
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    schools = known.directory.schools.values()
    named = sorted((school.name_in(someone.person.language), school.code) for school in schools)
    return Closed(
        await standing_closures(ctx),
        tuple((code, name) for name, code in named),
        local_day(ctx.now()),
    )


async def write_closure(
    ctx: Context, someone: Visitor, code: str, days: tuple[date, date] | None
) -> Reply:
    """This school has no pupils in on these days: every open deadline of it moves."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
        if changer is None:
            return nothing_here(language)
        school = changer.known.directory.schools.get(code)
        if school is None:
            return Reply("console.school_missing", language, alert=True)
        if days is None or not max(days[0], local_day(changer.now)) <= days[1]:
            return Reply("console.days_wrong", language, alert=True)
        if (days[1] - days[0]).days >= _MOST_DAYS:
            return Reply("console.days_too_many", language, alert=True)
        came = await put_down(
            tx, changer.known, code, DayRange(*days, _WHY), changer.person.id, changer.now
        )
        done = "console.closure_written" if came.changed else "console.closure_stood"
        return Reply(done, language, {"school": school.name_in(language)})


async def end_closure(ctx: Context, someone: Visitor, number: int) -> Reply:
    """This closure no longer stands."""
    language = someone.person.language
    async with ctx.store.unit() as tx:
        changer = await may_change(ctx, tx, someone, _SECTION)
        row = await closures.by_number(tx, number)
        if changer is None or row is None:
            return nothing_here(language)
        came = await open_after_all(tx, changer.known, row, changer.person.id, changer.now)
        done = "console.closure_ended" if came.changed else "console.closure_over"
        return Reply(done, language)
