"""A town in memory: schools, people and what is in force, without a database or a clock."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from bot.domain.alert import AlertChild, Leg
from bot.domain.calendar import Calendar
from bot.domain.directory import Directory
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.escalation import Climb, EscalationPolicy, EscalationStep
from bot.domain.people import Absence, Channel, ContactMethod, ContactState, Person, Role, Scope
from bot.domain.routing import InForce, LadderState
from bot.domain.school import School
from bot.intake.calendar_toml import read_calendar
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from tests.builders import LONDON

CONFIG = Path(__file__).parents[2] / "config"


def local(instant: datetime) -> str:
    """`2026-11-16 08:50`, as people there say it."""
    return f"{instant.astimezone(LONDON):%Y-%m-%d %H:%M}"


@cache
def porth_awel() -> Calendar:
    body = (CONFIG / "calendars" / "porth-awel.toml").read_bytes()
    return read_calendar(body, "calendars/porth-awel.toml")


@cache
def ladders() -> dict[Leg, EscalationPolicy]:
    """The ladders that the project ships."""
    return read_escalation((CONFIG / "escalation.toml").read_bytes())


@cache
def matrix() -> DisclosureMatrix:
    """The matrix that the project ships."""
    return read_disclosure((CONFIG / "disclosure.toml").read_bytes())


def a_school(name: str = "Ysgol Bryn", code: str = "9992009", **more: object) -> School:
    plain = School(
        code, name, time(8, 50), time(15, 20), "porth-awel", nurse_team=f"Team {code}"
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def a_person(
    name: str,
    role: Role,
    *schools: str,
    years: Collection[int] = (),
    teams: Collection[str] = (),
    everywhere: bool = False,
    contact: ContactState | None = ContactState.WORKING,
    away: Sequence[date] = (),
    order: int = 1,
    eligible_from: date | None = None,
) -> Person:
    """Somebody enrolled and there, unless a test says otherwise."""
    return Person(
        id=name.lower(),
        name=name,
        role=role,
        scope=Scope(everywhere, frozenset(schools), frozenset(teams), frozenset(years)),
        order=order,
        eligible_from=eligible_from,
        contacts=(ContactMethod(1, Channel.TELEGRAM, name, contact),) if contact else (),
        absences=(Absence(away[0], away[-1]),) if away else (),
    )


def a_directory(schools: Sequence[School], *people: Person) -> Directory:
    return Directory({s.code: s for s in schools}, {p.id: p for p in people})


def in_force(directory: Directory) -> InForce:
    return InForce(directory, ladders(), {"porth-awel": porth_awel()}, matrix())


def a_ladder(
    *steps: EscalationStep,
    leg: Leg = Leg.SCHOOL,
    settled_by: tuple[Role, ...] = (Role.DSP, Role.DEPUTY_DSP),
    every: timedelta = timedelta(minutes=30),
) -> EscalationPolicy:
    return EscalationPolicy(leg, settled_by, steps, (Role.COORDINATOR,), every)


def a_state(
    policy: EscalationPolicy,
    *,
    raised: datetime,
    bell: datetime,
    years: Sequence[int | None] = (None,),
    uncovered: Collection[int] | None = None,
    school: str | None = "9992009",
    excluded: Collection[str] = (),
    told: Collection[str] = (),
    next_step: int = 0,
    last_told_at: datetime | None = None,
    hurry: bool = False,
) -> LadderState:
    """An open alert with a child for each of `years`, numbered from 1."""
    children = tuple(AlertChild(number, year) for number, year in enumerate(years, 1))
    owing = {c.number for c in children} if uncovered is None else uncovered
    return LadderState(
        policy=policy,
        school_code=school,
        children=children,
        uncovered=frozenset(owing),
        excluded=frozenset(excluded),
        climb=Climb(raised, bell, next_step, last_told_at),
        told=frozenset(told),
        hurry=hurry,
    )
