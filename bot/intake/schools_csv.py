"""schools.csv (contract: directory files): one school a line."""

import re
from collections.abc import Iterable
from datetime import time, timedelta

from bot.domain.calendar import IN_DAY
from bot.domain.school import Phase, School
from bot.intake.cells import CellError
from bot.intake.directory_table import Column, Table, inert, listed, written

_CODE = re.compile(r"\d{7}", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_CALENDAR = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise CellError("must be 7 digits, authority and establishment")
    return text


def _clock(text: str) -> time:
    if not (found := _CLOCK.fullmatch(text)):
        raise CellError("must be a time, HH:MM")
    return time(int(found[1]), int(found[2]))


def _calendar(text: str) -> str:
    if not _CALENDAR.fullmatch(text):
        raise CellError("must name a file in config/calendars, without its .toml")
    return text


def _phase(text: str) -> Phase:
    word = re.sub(r"[\s-]+", "_", text.casefold())
    if word not in set(Phase):
        raise CellError(f"must be one of {', '.join(Phase)}, or empty")
    return Phase(word)


def _aliases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(listed(text)))


COLUMNS = {
    "code": Column(_code, mandatory=True),
    "name": Column(mandatory=True),
    "name_cy": Column(empty=""),
    "aliases": Column(_aliases, empty=()),
    "phase": Column(_phase, empty=Phase.OTHER),
    "opens_at": Column(_clock, mandatory=True),
    "closes_at": Column(_clock, mandatory=True),
    "calendar": Column(_calendar, mandatory=True),
    "nurse_team": Column(empty=""),
    "authority": Column(empty=""),
}


def schools_of(table: Table) -> list[School]:
    """Every school of the file, or `RefusedError` with every fault in it."""
    schools: list[School] = []
    for number, values in table.records(COLUMNS, key="code"):
        schools.append(school := School(**values))
        if (
            None not in (school.opens_at, school.closes_at)
            and _length(school) <= IN_DAY.before_closing
        ):
            table.fault(number, "closes_at", "must be more than 30 minutes after opens_at")
    return schools


def _length(school: School) -> timedelta:
    opens, closes = (
        timedelta(hours=at.hour, minutes=at.minute) for at in (school.opens_at, school.closes_at)
    )
    return closes - opens


def schools_csv(schools: Iterable[School]) -> str:
    """The canonical file: `schools_of` reads the same schools back from it."""
    return written(COLUMNS, ([inert(cell) for cell in _cells(school)] for school in schools))


def record(school: School) -> str:
    """One school as one text, the same for the same school."""
    return "\x1f".join(_cells(school))


def _cells(school: School) -> list[str]:
    return [
        school.code,
        school.name,
        school.name_cy,
        "|".join(school.aliases),
        school.phase.value,
        f"{school.opens_at:%H:%M}",
        f"{school.closes_at:%H:%M}",
        school.calendar,
        school.nurse_team,
        school.authority,
    ]
