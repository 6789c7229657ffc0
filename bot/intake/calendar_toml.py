"""config/calendars/NAME.toml: terms, closures, INSET and half days (contract: calendars)."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from bot.domain.calendar import Calendar, DayRange, HalfDay, OwnDays
from bot.intake.toml_node import Node, refuse_faults, root

DIVISIONS = {"england-and-wales": ("GB", "ENG")}
_KEYS = (
    "name, timezone, terms, closed, inset, half_days, bank_holidays, extra_bank_holidays, "
    'schools."CODE" (with closed, inset and half_days)'
)
_YEARS = range(2000, 2100)
_CODE = re.compile(r"\d{7}", re.ASCII)


def read_calendar(data: bytes, file: str) -> Calendar:
    """The calendar, or every fault by its key path."""
    top = root(file, data)
    terms = _ranges(top, "terms")
    _check_terms(top, terms)
    calendar = Calendar(
        name=top.text("name"),
        timezone=_timezone(top),
        terms=terms,
        closed=_ranges(top, "closed"),
        inset=top.days("inset"),
        bank_holidays=_bank_holidays(top, terms) | top.days("extra_bank_holidays"),
        schools=_own_days(top),
        half_days=_half_days(top),
    )
    top.refuse_unasked(_KEYS)
    refuse_faults(top)
    return calendar


def _timezone(top: Node) -> str:
    name = top.text("timezone")
    if name:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
            top.fault("timezone", "must be the name of a time zone, such as Europe/London")
    return name


def _ranges(table: Node, key: str) -> tuple[DayRange, ...]:
    found: list[DayRange] = []
    for inner in table.tables(key):
        first, last = inner.day("from"), inner.day("to")
        why = inner.text("why", optional=True)
        inner.refuse_unasked("from, to, why")
        if first and last and last < first:
            inner.fault("to", "must not lie before its from")
        elif first and last and not (first.year in _YEARS and last.year in _YEARS):
            inner.fault("", "must lie in this century")
        elif first and last:
            found.append(DayRange(first, last, why))
    return tuple(found)


def _half_days(table: Node) -> tuple[HalfDay, ...]:
    """Pupil days with bells of their own, each day once."""
    found: dict[date, HalfDay] = {}
    for inner in table.tables("half_days"):
        on = inner.day("on")
        opens, closes = inner.clock("opens_at"), inner.clock("closes_at")
        why = inner.text("why", optional=True)
        inner.refuse_unasked("on, opens_at, closes_at, why")
        if inner.get("opens_at") is None and inner.get("closes_at") is None:
            inner.fault("closes_at", "must be given, or opens_at: else it is a whole day")
        elif opens and closes and closes <= opens:
            inner.fault("closes_at", "must be later than opens_at")
        elif on in found:
            inner.fault("on", "must be a day that no other half day has")
        elif on:
            found[on] = HalfDay(on, opens, closes, why)
    return tuple(found.values())


def _check_terms(top: Node, terms: Sequence[DayRange]) -> None:
    if not terms and not top.get("terms"):
        top.fault("terms", "must hold at least one term")
    if any(later.first_on <= earlier.last_on for earlier, later in pairwise(terms)):
        top.fault("terms", "must stand in order, and none may begin before the last one has ended")


def _bank_holidays(top: Node, terms: Sequence[DayRange]) -> frozenset[date]:
    """For every year of the terms and the one after, in which a bell may have to be assumed."""
    division = top.text("bank_holidays")
    if division == "none" or not division:
        return frozenset()
    if division not in DIVISIONS:
        top.fault("bank_holidays", f"must be {', '.join(DIVISIONS)} or none")
        return frozenset()
    years = {term.first_on.year for term in terms} | {term.last_on.year for term in terms}
    country, part = DIVISIONS[division]
    wanted = range(min(years), max(years) + 2) if years else ()
    return frozenset(holidays.country_holidays(country, subdiv=part, years=wanted))


def _own_days(top: Node) -> dict[str, OwnDays]:
    if top.get("schools") is None:
        return {}
    schools = top.table("schools")
    own: dict[str, OwnDays] = {}
    for code, table in schools.each():
        if not _CODE.fullmatch(code):
            schools.fault(code, "must be a school's code of 7 digits, in quotation marks")
        own[code] = OwnDays(_ranges(table, "closed"), table.days("inset"), _half_days(table))
        table.refuse_unasked("closed, inset, half_days")
    return own
