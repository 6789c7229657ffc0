"""`check`: every gap, by school and day. 0 clean, 1 gaps, 2 cannot run."""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import date

from bot.commands.surroundings import day, opened
from bot.domain.calendar import local_day
from bot.domain.cover import Skipped
from bot.domain.errors import EncompassError, RefusedError, SettingsError
from bot.domain.ladder_faults import nobody_stands, quiet_past_the_bell, told_too_late
from bot.domain.readiness import Gap, RoleGap, missing, next_pupil_day
from bot.domain.routing import InForce
from bot.domain.versions import file_of
from bot.flow.configure import read_config
from bot.flow.drafts import Trial, of_files
from bot.flow.in_force import in_force
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words
from bot.settings import Settings, check_for_serving, read_settings

_TERM_AHEAD = 28
"""Days before a calendar's last term ends from which on `check` speaks of it."""


def run(given: argparse.Namespace) -> int:
    found, on = asyncio.run(_run(given))
    if given.json:
        print(json.dumps({"day": on.isoformat(), "gaps": found}, indent=2, ensure_ascii=False))
    else:
        for gap in found:
            print(gap)
        many = "No gap" if not found else "1 gap" if len(found) == 1 else f"{len(found)} gaps"
        print(f"{many} on {on:%A %d %B %Y}.")
    return 1 if found else 0


async def _run(given: argparse.Namespace) -> tuple[list[str], date]:
    settings = read_settings()
    found = list(_of_settings(settings))
    async with opened(settings) as ctx:
        async with ctx.store.reading() as tx:
            known = await in_force(ctx, tx)
        on = day(given.day, "--for") if given.day else next_pupil_day(known, ctx.now())
        found += _of_calendars(known, local_day(ctx.now()))
        found += [_said_of_draft(trial) for trial in await of_files(ctx)]
    found += _of_matrix(known)
    if not known.directory.schools:
        found.append("directory: there is no school; import schools.csv and people.csv")
    lacking = missing(known, on)
    found += [_said(gap, on) for gap in lacking.gaps]
    found += [_said_of_role(gap, on) for gap in lacking.roles]
    found += _of_ladders(known)
    return found, on


def _of_settings(settings: Settings) -> Iterator[str]:
    try:
        check_for_serving(settings)
    except SettingsError as error:
        yield f"settings: {error}"
    try:
        read_config(settings.config_dir)
    except RefusedError as refused:
        yield from (f"config: {fault}" for fault in refused.faults)
    except EncompassError as error:
        yield f"config: {error}"


def _of_calendars(known: InForce, today: date) -> Iterator[str]:
    used = {school.calendar for school in known.directory.schools.values()}
    for name in sorted(used):
        calendar = known.calendars.get(name)
        if calendar is None:
            yield f"calendars/{name}.toml: is named by schools and is not in force"
        elif calendar.last_day < today:
            yield f"calendars/{name}.toml: no term lies ahead; weekdays would be assumed"
        elif (calendar.last_day - today).days < _TERM_AHEAD:
            yield f"calendars/{name}.toml: the last term ends on {calendar.last_day}"


def _of_matrix(known: InForce) -> Iterator[str]:
    for field in known.matrix.undated():
        yield (
            f"disclosure.toml, fields.{field.value}.date: is missing; "
            "the field is shown, and nobody says since when"
        )


def _said_of_draft(trial: Trial) -> str:
    """A file that is not in force, since somebody has to decide."""
    say, newest = words("en"), trial.conflict
    why = [in_words(say, found.said) for found in trial.refused]
    if newest:
        theirs = " ".join(in_words(say, said) for said in newest.theirs)
        why.append(f"version {newest.newest.id} came in force beside it: {theirs}")
    changes = " ".join(in_words(say, said) for said in trial.changes)
    return (
        f"{file_of(trial.draft.kind)}: is draft {trial.draft.id} and not in force ({changes}); "
        f"{' '.join(why)}"
    )


def _said_of_role(gap: RoleGap, on: date) -> str:
    where = ", at the end" if gap.at_the_end else ""
    who = " or ".join(role.value for role in gap.roles)
    return f"{gap.leg.value} leg{where}, {on}: no {who} can be told ({_why(gap.skipped)})"


def _of_ladders(known: InForce) -> Iterator[str]:
    """What is missing of a ladder as a whole; what contradicts itself is refused with its file."""
    for leg in told_too_late(known.policies):
        yield (
            f"escalation.toml, policies.{leg.value}.steps: whoever could settle it is told at the "
            "bell or behind it, never before"
        )
    for school, leg, number, roles in nobody_stands(known):
        who = " or ".join(role.value for role in roles)
        yield (
            f"{school.code} {school.name}, {leg.value} leg: nobody in the directory stands on "
            f"step {number} ({who})"
        )
    for school, leg in quiet_past_the_bell(known):
        yield (
            f"{school.code} {school.name}, {leg.value} leg: opens within the quiet hours; what is "
            "due before its bell does not wait for their end"
        )


def _why(skipped: Sequence[Skipped]) -> str:
    return ", ".join(f"{s.person.id} {s.reason.value}" for s in skipped) or "nobody in scope"


def _said(gap: Gap, on: date) -> str:
    roles = " or ".join(role.value for role in gap.roles)
    years = f" for years {', '.join(str(year) for year in gap.years)}" if gap.years else ""
    school = f"{gap.school.code} {gap.school.name}"
    return (
        f"{school}, {gap.leg.value} leg, {on}: no {roles} can be told{years} ({_why(gap.skipped)})"
    )
