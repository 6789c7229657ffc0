"""The evening before: when each pupil day's cover is looked at, and what was found, as it is kept.

Every school and team is looked at at 18:00 on the day before each of its pupil days, and again at
07:00 of the day itself. `readiness.missing` says what is missing, here and everywhere else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.alert import Leg
from bot.domain.calendar import LONDON
from bot.domain.covers import evening_before
from bot.domain.people import Role
from bot.domain.readiness import Missing
from bot.domain.routing import InForce

MORNING = time(7)
AHEAD = timedelta(days=21)
"""How far ahead checks are planned: a service that was down as long still finds the last of them,
and a change of calendars or schools plans anew at once."""


class CheckKind(StrEnum):
    EVENING = "evening"
    MORNING = "morning"


def checks_ahead(known: InForce, now: datetime) -> Iterator[tuple[date, CheckKind, datetime]]:
    """Every check that lies ahead: of each day on which any school's pupils are in."""
    today = now.astimezone(LONDON).date()
    for number in range(AHEAD.days + 1):
        day = today + timedelta(days=number)
        if not any_pupils_in(known, day):
            continue
        morning = datetime.combine(day, MORNING, LONDON).astimezone(UTC)
        for kind, at in ((CheckKind.EVENING, evening_before(day)), (CheckKind.MORNING, morning)):
            if at > now:
                yield day, kind, at


def any_pupils_in(known: InForce, day: date) -> bool:
    return any(
        known.calendar_of(school).why_not_a_pupil_day(day, school.code) is None
        for school in known.directory.schools.values()
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what was found: a school, a whole nurse team, or neither, for the authority."""

    roles: tuple[Role, ...]
    leg: Leg
    school: str = ""
    team: str = ""
    years: tuple[int, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Codes and roles only, as a row keeps them."""
        return {
            "roles": [role.value for role in self.roles],
            "leg": self.leg.value,
            **({"school": self.school} if self.school else {}),
            **({"team": self.team} if self.team else {}),
            **({"years": list(self.years)} if self.years else {}),
        }


def line_of(plain: Mapping[str, Any]) -> Line:
    """The line that `Line.plain` wrote down."""
    return Line(
        tuple(Role(role) for role in plain["roles"]),
        Leg(plain["leg"]),
        plain.get("school", ""),
        plain.get("team", ""),
        tuple(plain.get("years", ())),
    )


def lines_of(known: InForce, missing: Missing) -> list[Line]:
    """What is missing, a line each: a nurse team that reaches nobody at any of its schools that are
    open is one line and not one for each of them."""
    lines = [Line(gap.roles, gap.leg) for gap in missing.roles]
    of_team: dict[str, int] = {}
    for gap in missing.gaps:
        if gap.leg is Leg.NURSE and not gap.years:
            of_team[gap.school.nurse_team] = of_team.get(gap.school.nurse_team, 0) + 1
    whole = {team for team, many in of_team.items() if team and many == _open(known, team, missing)}
    for gap in missing.gaps:
        team = gap.school.nurse_team
        if gap.leg is Leg.NURSE and not gap.years and team in whole:
            line = Line(gap.roles, gap.leg, team=team)
        else:
            line = Line(gap.roles, gap.leg, school=gap.school.code, years=gap.years)
        if line not in lines:
            lines.append(line)
    return lines


def _open(known: InForce, team: str, missing: Missing) -> int:
    return sum(
        known.calendar_of(school).why_not_a_pupil_day(missing.day, school.code) is None
        for school in known.directory.schools.values()
        if school.nurse_team == team
    )
