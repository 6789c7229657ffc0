"""Whom a nurse may pass an alert on to: a colleague who may take it already, or another team.

Passing to a team widens who may open one alert, and nothing else: no scope in the directory moves,
and who is excluded learns as little as before (docs/adr/0023-passed-on-for-one-alert-alone.md).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.cover import Reachable, standing
from bot.domain.directory import Directory
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class Target:
    """A colleague, or a whole team; whoever is told if it is passed there, first asked first."""

    name: str
    told: tuple[Reachable, ...]
    team: str = ""

    @property
    def mark(self) -> int:
        """What a button names it by: the same number whatever else the directory holds."""
        who = f"team:{self.team}" if self.team else f"person:{self.told[0].person.id}"
        return int.from_bytes(hashlib.sha256(who.encode()).digest()[:6])


def teams_passed_to(passed: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The teams among an alert's passings on: they may take it as if the school were theirs."""
    return tuple(dict.fromkeys(turn["team"] for turn in passed if turn["team"]))


def targets(
    directory: Directory,
    roles: Collection[Role],
    school_code: str,
    years: Iterable[int | None],
    *,
    passed: Collection[str],
    excluded: Collection[str],
    me: str,
    on: date,
) -> tuple[Target, ...]:
    """Colleagues who may take it, then the teams that may not yet; each only if it reaches
    somebody now. `passed`: the teams that it was passed to before."""
    wanted = tuple(years)
    able = {
        person.id: person  # who stands in for somebody may stand in two of the roles
        for role in Role
        if role in roles
        for person in directory.covering(role, school_code, wanted, on, excluded, passed)
    }
    colleagues = [
        Target(person.name, (stand,))
        for person in able.values()
        if person.id != me and isinstance(stand := standing(person, on, excluded), Reachable)
    ]
    teams: dict[str, list[Reachable]] = {}
    for person in directory.holding(roles, on, excluded):
        stand = standing(person, on, excluded)
        in_years = any(person.scope.covers_year(year) for year in wanted)
        if person.id in able or not in_years or not isinstance(stand, Reachable):
            continue
        for team in person.scope.teams:
            teams.setdefault(team, []).append(stand)
    return (*colleagues, *(Target(team, tuple(teams[team]), team) for team in sorted(teams)))
