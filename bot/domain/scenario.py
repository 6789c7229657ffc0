"""The partnership's kept scenarios: a notice that somebody once thought of, and who must be told of
it by when. Each is run by the real functions with a moved clock (`domain/forecast.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alert import Leg
from bot.domain.forecast import LegForecast, forecast
from bot.domain.routing import InForce
from bot.domain.versions import Said


@dataclass(frozen=True, slots=True)
class MustHear:
    """Somebody of a role, or one person, by this time; `by` is None for at any time at all."""

    who: str
    """A role's name or a person's id."""
    after: timedelta | None = None
    """Since the notice was raised; `from_bell` counts from the deadline in its place."""
    from_bell: timedelta | None = None

    def by(self, raised_at: datetime, bell_at: datetime) -> datetime | None:
        if self.from_bell is not None:
            return bell_at + self.from_bell
        return None if self.after is None else raised_at + self.after


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    school: str
    at: datetime
    year: int | None = None
    urgent: bool = False
    leg: Leg = Leg.SCHOOL
    due_at: datetime | None = None
    """The deadline that it must have; None if that does not matter here."""
    told: tuple[MustHear, ...] = ()
    not_told: tuple[str, ...] = ()
    """Roles and people who must hear nothing, however long nobody answers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    scenario: Scenario
    failures: tuple[Said, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


def run(known: InForce, scenario: Scenario) -> Outcome:
    """What of this scenario would not be so."""
    if scenario.school not in known.directory.schools:
        return Outcome(scenario, (Said("scenario.no_school", {"code": scenario.school}),))
    legs = forecast(known, scenario.school, scenario.at, scenario.year, urgent=scenario.urgent)
    leg = next((leg for leg in legs if leg.leg is scenario.leg), None)
    if leg is None:
        return Outcome(scenario, (Said("scenario.leg_off", {}, scenario.leg.value),))
    return Outcome(scenario, tuple(_failures(scenario, leg)))


def _failures(scenario: Scenario, leg: LegForecast) -> Iterator[Said]:
    if scenario.due_at is not None and leg.bell.at != scenario.due_at:
        yield Said("scenario.other_bell", {"due": leg.bell.at, "was": scenario.due_at})
    heard = _first_heard(leg)
    for must in scenario.told:
        by, at = must.by(scenario.at, leg.bell.at), heard.get(must.who)
        if at is None:
            yield Said("scenario.not_told", {"who": must.who})
        elif by is not None and at > by:
            yield Said("scenario.too_late", {"who": must.who, "at": at, "by": by})
    for who in scenario.not_told:
        if who in heard:
            yield Said("scenario.told", {"who": who, "at": heard[who]})


def _first_heard(leg: LegForecast) -> Mapping[str, datetime]:
    """By role and by person, when they are first told."""
    heard: dict[str, datetime] = {}
    for at, step in leg.steps:
        for reached in step.reached:
            person = reached.person
            for name in (person.id, *(person.acting_as or {person.role})):
                heard.setdefault(str(name), at)
    return heard


def changed(before: tuple[Scenario, ...], now: tuple[Scenario, ...]) -> Iterator[Said]:
    """What one suite has that the other has not."""
    had, has = {s.name: s for s in before}, {s.name: s for s in now}
    for name in (name for name in has if name not in had):
        yield Said("changed.scenario_added", {"name": name})
    for name in (name for name in has if name in had and has[name] != had[name]):
        yield Said("changed.scenario", {"name": name})
    for name in (name for name in had if name not in has):
        yield Said("changed.scenario_gone", {"name": name})
