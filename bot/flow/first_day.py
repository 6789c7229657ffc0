"""The first day: from nothing to a proved set-up, step by step, each with what is still missing.

Reading alone, so that it can be asked as often as one likes: `encompass init` and the console
show the same, the one with the command that does it, the other with the page. A step is done when
its rows say so, never because somebody ticked it off.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.calendar import local_day
from bot.domain.console import CONSOLE_PATH
from bot.domain.ladder_faults import nobody_stands
from bot.domain.people import Channel, Role
from bot.domain.readiness import missing, next_pupil_day
from bot.domain.routing import InForce
from bot.domain.school import School
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
PAGES = {
    Step.CALENDARS: f"{CONSOLE_PATH}/routing/calendars",
    Step.SCHOOLS: f"{CONSOLE_PATH}/directory/import",
    Step.PEOPLE: f"{CONSOLE_PATH}/directory/import",
    Step.LADDERS: f"{CONSOLE_PATH}/directory/import",
    Step.INVITATIONS: f"{CONSOLE_PATH}/directory/invitations",
    Step.READINESS: f"{CONSOLE_PATH}/readiness",
    Step.DRILL: f"{CONSOLE_PATH}/drills",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one step stands: nothing lacks, or so many of whatever it counts."""

    step: Step
    lacking: int
    schools: tuple[tuple[School, tuple[Role, ...]], ...] = ()
    """Where it lacks, with the roles of which there is nobody: of the ladders' steps."""
    waits: bool = False
    """It can only be looked at once steps before it are done."""

    @property
    def done(self) -> bool:
        return self.lacking == 0


async def first_steps(ctx: Context) -> tuple[Standing, ...]:
    """Every step, in order."""
    async with ctx.store.reading() as tx:
        return await steps_of(ctx, tx, await in_force(ctx, tx))


async def steps_until_set_up(ctx: Context) -> tuple[Standing, ...]:
    """Every step, done or not, while one of those lacks that are done once; then none."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
        once = await _once(ctx, tx, known)
        return await steps_of(ctx, tx, known) if any(once.values()) else ()


async def steps_of(ctx: Context, tx: Tx, known: InForce) -> tuple[Standing, ...]:
    once, bare = await _once(ctx, tx, known), _without_anybody(known)
    alone = bool(once[Step.PEOPLE])
    early = alone or bool(once[Step.SCHOOLS])
    return (
        Standing(Step.CALENDARS, once[Step.CALENDARS]),
        Standing(Step.SCHOOLS, once[Step.SCHOOLS]),
        Standing(Step.PEOPLE, once[Step.PEOPLE]),
        Standing(Step.LADDERS, len(bare) or early, bare, waits=early),
        Standing(Step.INVITATIONS, _not_enrolled(known) or alone, waits=alone),
        Standing(Step.READINESS, _not_ready(ctx, known) or early, waits=early),
        Standing(Step.DRILL, once[Step.DRILL], waits=early),
    )


async def _once(ctx: Context, tx: Tx, known: InForce) -> dict[Step, int]:
    """How much lacks of what an authority does once. In the other steps something comes to lack on
    any day, which Readiness says."""
    people = known.directory.people.values()
    return {
        Step.CALENDARS: _without_terms(ctx, known),
        Step.SCHOOLS: 0 if known.directory.schools else 1,
        Step.PEOPLE: 0 if any(p.role is not Role.COORDINATOR for p in people) else 1,
        Step.DRILL: 0 if await first_day.a_drill_was_acknowledged(tx) else 1,
    }


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


def _without_anybody(known: InForce) -> tuple[tuple[School, tuple[Role, ...]], ...]:
    """Schools with a step on a ladder on which nobody stands."""
    roles: dict[str, dict[Role, None]] = {}
    for school, _, _, tell in nobody_stands(known):
        roles.setdefault(school.code, {}).update(dict.fromkeys(tell))
    return tuple((known.directory.schools[code], tuple(of)) for code, of in roles.items())


def _not_enrolled(known: InForce) -> int:
    people = known.directory.people.values()
    return sum(all(c.channel is not Channel.TELEGRAM for c in p.contacts) for p in people)


def _not_ready(ctx: Context, known: InForce) -> int:
    """Schools and roles where nobody could be told on the next pupil day."""
    lacking = missing(known, next_pupil_day(known, ctx.now()))
    return len({gap.school.code for gap in lacking.gaps}) + len(lacking.roles)
