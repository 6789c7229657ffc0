"""The first day: from nothing to a proved set-up, step by step, each with what is still missing.

Reading alone, so that it can be asked as often as one likes: `encompass init` and the console
show the same. A step is done when its rows say so, never because somebody ticked it off.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.calendar import local_day
from bot.domain.ladder_faults import nobody_stands
from bot.domain.people import Channel
from bot.domain.readiness import missing, next_pupil_day
from bot.domain.routing import InForce
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.store import first_day
from bot.store.unit_of_work import Tx


class Step(StrEnum):
    """In the order in which they are taken."""

    CALENDARS = "calendars"
    SCHOOLS = "schools"
    PEOPLE = "people"
    LADDERS = "ladders"
    INVITATIONS = "invitations"
    READINESS = "readiness"
    DRILL = "drill"


NAMES = {
    Step.CALENDARS: "first_day.calendars",
    Step.SCHOOLS: "first_day.schools",
    Step.PEOPLE: "first_day.people",
    Step.LADDERS: "first_day.ladders",
    Step.INVITATIONS: "first_day.invitations",
    Step.READINESS: "first_day.readiness",
    Step.DRILL: "first_day.drill",
}
WHY = {
    Step.CALENDARS: "first_day.why_calendars",
    Step.SCHOOLS: "first_day.why_schools",
    Step.PEOPLE: "first_day.why_people",
    Step.LADDERS: "first_day.why_ladders",
    Step.INVITATIONS: "first_day.why_invitations",
    Step.READINESS: "first_day.why_readiness",
    Step.DRILL: "first_day.why_drill",
}
LACKING = {
    Step.CALENDARS: "first_day.lacking_calendars",
    Step.SCHOOLS: "first_day.lacking_schools",
    Step.PEOPLE: "first_day.lacking_people",
    Step.LADDERS: "first_day.lacking_ladders",
    Step.INVITATIONS: "first_day.lacking_invitations",
    Step.READINESS: "first_day.lacking_readiness",
    Step.DRILL: "first_day.lacking_drill",
}
"""Each counts what is lacking."""
COMMANDS = {
    Step.CALENDARS: "encompass migrate",
    Step.SCHOOLS: "encompass directory import schools.csv",
    Step.PEOPLE: "encompass directory import people.csv",
    Step.LADDERS: "encompass check",
    Step.INVITATIONS: "encompass invite PERSON_ID",
    Step.READINESS: "encompass check",
    Step.DRILL: "encompass drill --schools all",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one step stands: nothing lacks, or so many of whatever it counts."""

    step: Step
    lacking: int

    @property
    def done(self) -> bool:
        return self.lacking == 0


async def first_steps(ctx: Context) -> tuple[Standing, ...]:
    """Every step, in order."""
    async with ctx.store.reading() as tx:
        return await steps_of(ctx, tx, await in_force(ctx, tx))


async def steps_of(ctx: Context, tx: Tx, known: InForce) -> tuple[Standing, ...]:
    schools, people = known.directory.schools, known.directory.people
    return (
        Standing(Step.CALENDARS, _without_terms(ctx, known)),
        Standing(Step.SCHOOLS, 0 if schools else 1),
        Standing(Step.PEOPLE, 0 if people else 1),
        Standing(Step.LADDERS, _without_anybody(known)),
        Standing(Step.INVITATIONS, _not_enrolled(known)),
        Standing(Step.READINESS, _not_ready(ctx, known)),
        Standing(Step.DRILL, 0 if await first_day.a_drill_was_acknowledged(tx) else 1),
    )


def _without_terms(ctx: Context, known: InForce) -> int:
    """Calendars in use, or all where none is used yet, of which no term lies ahead."""
    used = {s.calendar for s in known.directory.schools.values()} or set(known.calendars)
    today = local_day(ctx.now())
    ended = [
        name
        for name in used
        if name not in known.calendars or known.calendars[name].last_day < today
    ]
    return len(ended) if used else 1


def _without_anybody(known: InForce) -> int:
    """Schools with a step on a ladder on which nobody stands."""
    if not known.directory.schools:
        return 1
    return len({school.code for school, *_ in nobody_stands(known)})


def _not_enrolled(known: InForce) -> int:
    people = known.directory.people.values()
    if not people:
        return 1
    return sum(all(c.channel is not Channel.TELEGRAM for c in p.contacts) for p in people)


def _not_ready(ctx: Context, known: InForce) -> int:
    """Schools and roles where nobody could be told on the next pupil day."""
    if not known.directory.schools:
        return 1
    lacking = missing(known, next_pupil_day(known, ctx.now()))
    return len({gap.school.code for gap in lacking.gaps}) + len(lacking.roles)
