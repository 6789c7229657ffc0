"""Schools out of a government's published list: of those that are new, what the list does not carry
is asked for once; of those that are known, it stays as it is.

Reading alone: the import that follows is one commit like any other.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time

from bot.domain.errors import Fault, RefusedError
from bot.domain.school import School
from bot.domain.versions import Said
from bot.flow.context import Context
from bot.intake.directory_csv import DirectoryFile
from bot.intake.published import Listed
from bot.store import directory


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a published list does not carry, for the schools that are new; as written."""

    opens_at: str | None = None
    closes_at: str | None = None
    calendar: str | None = None
    nurse_team: str = ""


async def filled(
    ctx: Context, files: Sequence[DirectoryFile], authorities: Collection[str], defaults: Defaults
) -> tuple[list[DirectoryFile], list[Said]]:
    """The files with schools in place of each published list, and what was left out.
    RefusedError says what a new school still needs."""
    async with ctx.store.reading() as tx:
        known = (await directory.load_as_imported(tx)).schools
    done: list[DirectoryFile] = []
    said: list[Said] = []
    for file in files:
        if file.listed is None:
            done.append(file)
        else:
            schools, words = schools_of(known, file.listed, authorities, defaults)
            done.append(DirectoryFile(schools=schools))
            said += words
    return done, said


def schools_of(
    known: Mapping[str, School],
    listed: Sequence[Listed],
    authorities: Collection[str],
    defaults: Defaults,
) -> tuple[list[School], list[Said]]:
    """The directory's schools as the list would have them. One that the list calls closed goes; one
    that it does not name, such as the setting of the home-educated, stays."""
    ours = [one for one in listed if not authorities or one.code[:3] in authorities]
    closed = {one.code for one in ours if one.closed}
    is_open = {one.code: one for one in ours if not one.closed}
    fresh = [code for code in is_open if code not in known]
    times = _needed(defaults, len(fresh)) if fresh else (time(), time(), "")
    schools = [school for code, school in known.items() if code not in closed | is_open.keys()]
    stay = len(schools)
    for code, one in is_open.items():
        if code in known:
            schools.append(
                replace(known[code], name=one.name, phase=one.phase, authority=one.authority)
            )
        else:
            schools.append(
                School(
                    code, one.name, *times, phase=one.phase,
                    nurse_team=defaults.nurse_team, authority=one.authority,
                )
            )  # fmt: skip
    said = [
        Said("import.list_has", {"open": len(is_open), "new": len(fresh)}),
        Said("import.list_without", {"closed": len(closed), "other": len(listed) - len(ours)}),
    ]
    if stay:
        said.append(Said("import.list_keeps", {"number": stay}))
    return schools, said


def _needed(defaults: Defaults, many: int) -> tuple[time, time, str]:
    faults = [
        Fault(option, f"must be given: the list does not say it, and {many} schools are new")
        for option, value in (
            ("--opens-at", defaults.opens_at),
            ("--closes-at", defaults.closes_at),
            ("--calendar", defaults.calendar),
        )
        if not value
    ]
    clocks = (defaults.opens_at or "", defaults.closes_at or "")
    for option, value in zip(("--opens-at", "--closes-at"), clocks, strict=True):
        if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
            faults.append(Fault(option, "must be a time, HH:MM"))
    if faults:
        raise RefusedError(faults)
    return time.fromisoformat(clocks[0]), time.fromisoformat(clocks[1]), defaults.calendar or ""
