"""What a drill is, before any row of it exists: whom it means, when it ends, whom it would tell."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.alert import AlertState, Leg
from bot.domain.drill import (
    LAPSES_AFTER,
    Drill,
    DrillState,
    Reach,
    SlipError,
    end_of,
    instant_written,
    reach,
    schools_meant,
    start_meant,
    synthetic_incident,
)
from bot.domain.drill_report import LegReport, Told
from bot.domain.incident import incident_of
from bot.domain.people import ContactState, Role
from tests.builders import at
from tests.domain.town import a_directory, a_person, a_school, in_force, local

CODES = ("9992001", "9992002", "9992003")
NOON = at("12:00")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9992001", ("9992001",)),
        ("9992002,9992001", ("9992002", "9992001")),
        (" 9992001, 9992002 ", ("9992001", "9992002")),
        ("9992001|9992001", ("9992001",)),
        ("ALL", CODES),
    ],
)
def test_schools_are_meant_by_code_each_once_or_all_of_them(
    written: str, meant: tuple[str, ...]
) -> None:
    assert schools_meant(written, CODES) == meant


@pytest.mark.parametrize("written", ["", " , ", "9999999", "9992001,x", "all,9992001", "\0"])
def test_what_names_no_school_names_nobody(written: str) -> None:
    with pytest.raises(SlipError):
        schools_meant(written, CODES)


def test_all_of_no_schools_is_a_slip_too() -> None:
    with pytest.raises(SlipError):
        schools_meant("all", ())


def test_a_start_a_moment_ago_means_now_and_one_long_ago_is_a_slip() -> None:
    assert start_meant(None, NOON) == NOON
    assert start_meant(NOON - timedelta(minutes=5), NOON) == NOON
    assert start_meant(NOON + SECOND, NOON) == NOON + SECOND
    with pytest.raises(SlipError):
        start_meant(NOON - timedelta(minutes=5) - SECOND, NOON)


def test_a_time_is_local_unless_it_says_otherwise() -> None:
    assert instant_written("2026-07-01 07:30") == datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    assert instant_written("2026-07-01T07:30+00:00") == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    for no_time in ("soon", "0001-01-01", "9999-12-31 23:59"):
        with pytest.raises(ValueError):
            instant_written(no_time)


def test_it_ends_an_hour_after_the_latest_of_its_real_bells() -> None:
    early, late = (
        a_school(code="9992001"),
        a_school("Roath", "9992002", opens_at=at("09:10").time()),
    )
    known = in_force(a_directory([early, late]))
    assert local(end_of(known, ["9992001"], at("07:30"))) == "2026-11-16 09:50"
    assert local(end_of(known, ["9992001", "9992002"], at("07:30"))) == "2026-11-16 10:10"
    saturday = at("07:30", date(2026, 11, 21))
    assert local(end_of(known, ["9992001"], saturday)) == "2026-11-23 09:50"


def test_it_tells_those_whom_the_ladder_reaches_before_its_end() -> None:
    school = a_school()
    known = in_force(
        a_directory(
            [school],
            a_person("Mair", Role.DSP, school.code),
            a_person("Owen", Role.DEPUTY_DSP, school.code),
            a_person("Blocked", Role.DSP, school.code, contact=ContactState.BLOCKED),
            a_person("Nobody", Role.DSP, school.code, contact=None),
            a_person("Nia", Role.SCHOOL_NURSE, teams=[school.nurse_team]),
            a_person("Lead", Role.NURSE_LEAD, teams=[school.nurse_team]),
            a_person("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True),
            a_person("Coordinator", Role.COORDINATOR, everywhere=True),
        )
    )
    start = at("07:30")
    end = end_of(known, [school.code], start)
    # The lead nurse comes four hours after the bell, and the drill is over by then.
    assert reach(known, [school.code], start, end) == Reach(at_once=2, at_most=5)


def test_its_pupil_is_of_no_year_and_survives_being_stored() -> None:
    incident = synthetic_incident(3, "9992001", NOON)
    assert incident.source_reference == "DRILL-3-9992001"
    [child] = incident.children
    assert (child.year_group, child.date_of_birth) == (None, None)
    assert incident_of(incident.content()) == incident


def a_drill(**instants: Any) -> Drill:
    return Drill(1, CODES, "coordinator", NOON, NOON, NOON + timedelta(hours=1), **instants)


@pytest.mark.parametrize(
    ("drill", "state"),
    [
        (a_drill(), DrillState.PROPOSED),
        (a_drill(ended_at=NOON), DrillState.DECLINED),
        (a_drill(confirmed_at=NOON), DrillState.WAITING),
        (a_drill(confirmed_at=NOON, ended_at=NOON), DrillState.CALLED_OFF),
        (a_drill(confirmed_at=NOON, started_at=NOON), DrillState.UNDER_WAY),
        (a_drill(confirmed_at=NOON, started_at=NOON, ended_at=NOON), DrillState.OVER),
    ],
)
def test_how_it_stands_is_read_off_its_instants(drill: Drill, state: DrillState) -> None:
    assert drill.state(NOON + LAPSES_AFTER) is state
    later = drill.state(NOON + LAPSES_AFTER + SECOND)
    assert later is (DrillState.LAPSED if state is DrillState.PROPOSED else state)


@pytest.mark.parametrize(
    ("answered", "minutes"),
    [("07:50", 60), ("08:49", 1), ("08:50", 0), ("08:51", -1), ("09:50", -60)],
)
def test_minutes_are_counted_to_the_bell(answered: str, minutes: int) -> None:
    mair = Told("mair", "Mair", Role.DSP, NOON, None, at(answered))
    leg = LegReport(
        1, "ENC-1", "9992001", Leg.SCHOOL, AlertState.ACKNOWLEDGED, at("08:50"), (mair,), (), mair
    )
    assert leg.minutes_before_the_bell == minutes
