"""config/scenarios.toml: what the partnership keeps to try every change against.

[[scenarios]]
name = "the last evening of half term"
school = "9994002"
at = 2026-10-30T23:10:00                    # local time
year = 9
told = [{ who = "dsp", by = "1m" }, { who = "deputy_dsp", by = "bell-60m" }]
"""

from datetime import UTC, datetime
from typing import Any

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.people import Role
from bot.domain.scenario import MustHear, Scenario
from bot.intake.spans import from_bell, span
from bot.intake.toml_node import Node, refuse_faults, root

_MOST = 500
_YEARS = range(-1, 15)
_KEYS = "name, school, at, year, urgent, leg, due, told, not_told"


def read_scenarios(data: bytes, file: str = "scenarios.toml") -> tuple[Scenario, ...]:
    """Every scenario, or every fault by its key path."""
    top = root(file, data)
    top.text("version"), top.text("author")
    found: list[Scenario] = []
    for table in top.tables("scenarios")[:_MOST]:
        scenario = _scenario(table)
        if any(other.name == scenario.name for other in found):
            table.fault("name", "must be a name that no other scenario has")
        found.append(scenario)
    top.refuse_unasked("version, author, scenarios")
    refuse_faults(top)
    return tuple(found)


def _scenario(table: Node) -> Scenario:
    leg = table.get("leg")
    if leg not in (None, Leg.SCHOOL.value, Leg.NURSE.value):
        table.fault("leg", "must be school or nurse")
    year, urgent = table.get("year"), table.get("urgent")
    if year is not None and (type(year) is not int or year not in _YEARS):
        table.fault("year", "must be a year group, a whole number")
    if urgent is not None and not isinstance(urgent, bool):
        table.fault("urgent", "must be true or false")
    told = tuple(_must_hear(inner) for inner in table.tables("told"))
    not_told = _names(table, "not_told")
    if not told and not not_told:
        table.fault("told", "must name somebody: else there is nothing to try")
    scenario = Scenario(
        name=table.text("name"),
        school=table.text("school"),
        at=_instant(table, "at") or datetime.min.replace(tzinfo=UTC),
        year=year if type(year) is int else None,
        urgent=urgent is True,
        leg=Leg.NURSE if leg == Leg.NURSE.value else Leg.SCHOOL,
        due_at=_instant(table, "due") if table.get("due") is not None else None,
        told=told,
        not_told=not_told,
    )
    table.refuse_unasked(_KEYS)
    return scenario


def _must_hear(table: Node) -> MustHear:
    who, by = table.text("who"), table.text("by", optional=True)
    after, bell = (span(by), from_bell(by)) if by else (None, None)
    if by and after is None and bell is None:
        table.fault("by", "must be a time such as 10m, or bell, bell-60m or bell+4h")
    _refuse_slip(table, "who", who)
    table.refuse_unasked("who, by")
    return MustHear(who, after, bell)


def _names(table: Node, key: str) -> tuple[str, ...]:
    value: Any = table.get(key) if table.get(key) is not None else []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        table.fault(key, "must be a list of roles or of people's ids")
        return ()
    for name in value:
        _refuse_slip(table, key, name)
    return tuple(value)


def _refuse_slip(table: Node, key: str, who: str) -> None:
    """A word of small letters alone is meant as a role; an id of a person has something else in
    it, or is nobody's: then the scenario fails and says so."""
    if who.replace("_", "").isalpha() and "_" in who and who not in list(Role):
        table.fault(key, f"must be a person's id or one of the roles {', '.join(Role)}")


def _instant(table: Node, key: str) -> datetime | None:
    value = table.get(key)
    if not isinstance(value, datetime):
        table.fault(key, "must be a date and time without quotation marks: 2026-10-30T23:10:00")
        return None
    return (value.replace(tzinfo=LONDON) if value.tzinfo is None else value).astimezone(UTC)
