"""Triage in the console: what waits for the MASH desk. Whoever may see the child opens it on the
secure page and settles it there, recorded as ever; a coordinator sees that it stands and which
schools it could be."""

from dataclasses import dataclass

from bot.domain.alert import Leg
from bot.domain.triage import Question
from bot.flow.console_today import SHOWN, Duty, duties_of
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Visitor
from bot.store import alerts, tasks


@dataclass(frozen=True, slots=True)
class Task:
    duty: Duty
    schools: tuple[str, ...]
    """The candidates' names, where the question is which school."""


async def standing_tasks(ctx: Context, someone: Visitor) -> tuple[list[Task], int]:
    """The tasks that are open, nearest deadline first, and how many more there are."""
    async with ctx.store.reading() as tx:
        known, reader = await in_force(ctx, tx), someone.person
        rows = [
            row
            for row in await alerts.open_ones(tx)
            if row.leg is Leg.TRIAGE and reader.id not in row.excluded
        ]
        shown = rows[:SHOWN]
        duties = await duties_of(tx, known, reader, shown, ctx.now())
        asked = await tasks.of_alerts(tx, [row.id for row in shown])
    schools = known.directory.schools
    found = []
    for row in shown:
        task = asked.get(row.id)
        of_school = task is not None and task.question is Question.SCHOOL
        codes = task.candidates if task is not None and of_school else ()
        names = tuple(schools[code].name_in(reader.language) for code in codes if code in schools)
        found.append(Task(duties[row.id], names))
    return found, len(rows) - len(shown)
