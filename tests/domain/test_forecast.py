"""`route` and `check` say what the real ladder then does."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.directory import Directory
from bot.domain.escalation import Climb, EscalationPolicy
from bot.domain.forecast import LegForecast, forecast
from bot.domain.people import ContactState, Role
from bot.domain.readiness import Gap, gaps, next_pupil_day
from bot.domain.routing import InForce, climb
from tests.builders import MONDAY, at
from tests.domain.drawn import BRYN, LADDERS, MOMENTS, TOWNS
from tests.domain.town import a_directory, a_person, a_school, a_state, in_force, local, matrix

MAIR = a_person("Mair", Role.DSP, BRYN.code)
OWEN = a_person("Owen", Role.DEPUTY_DSP, BRYN.code)
NIA = a_person("Nia", Role.SCHOOL_NURSE, teams=[BRYN.nurse_team])
AUTHORITY = (
    a_person("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True),
    a_person("Coordinator", Role.COORDINATOR, everywhere=True),
)
WHOLE = a_directory([BRYN], MAIR, OWEN, NIA, *AUTHORITY)


def legs(town: Directory, clock: str = "07:00", year: int | None = None) -> dict[Leg, LegForecast]:
    return {leg.leg: leg for leg in forecast(in_force(town), BRYN.code, at(clock), year)}


def told(leg: LegForecast) -> list[tuple[str, list[str]]]:
    return [(local(when)[-5:], [r.person.name for r in step.reached]) for when, step in leg.steps]


def test_each_step_is_forecast_once_and_then_one_reminder() -> None:
    school = legs(WHOLE)[Leg.SCHOOL]
    assert told(school) == [
        ("07:00", ["Mair"]),
        ("07:50", ["Owen"]),
        ("08:50", ["Safeguarding"]),
        ("09:20", ["Coordinator"]),
    ]
    assert [person.name for person in school.settlers] == ["Mair", "Owen"]
    assert told(legs(WHOLE)[Leg.NURSE])[:2] == [("07:00", ["Nia"]), ("12:50", [])]


def test_a_duty_that_would_end_with_nobody_has_no_settlers() -> None:
    assert legs(a_directory([BRYN], *AUTHORITY))[Leg.SCHOOL].settlers == ()
    upper = a_person("Upper", Role.DSP, BRYN.code, years=[10, 11])
    town = a_directory([BRYN], upper, *AUTHORITY)
    assert [p.name for p in legs(town, year=10)[Leg.SCHOOL].settlers] == ["Upper"]
    assert legs(town, year=7)[Leg.SCHOOL].settlers == ()


def test_an_absence_that_begins_before_a_step_counts_for_that_step() -> None:
    away = a_person("Owen", Role.DEPUTY_DSP, BRYN.code, away=[MONDAY])
    town = a_directory([BRYN], MAIR, away, *AUTHORITY)
    sunday = at("20:00", date(2026, 11, 15))
    school = next(iter(forecast(in_force(town), BRYN.code, sunday)))
    assert [r.person.name for _, s in school.steps for r in s.reached][:2] == [
        "Mair",
        "Safeguarding",
    ]


def test_a_leg_that_is_switched_off_is_not_forecast() -> None:
    known = in_force(WHOLE)
    off = replace(known.policies[Leg.NURSE], enabled=False)
    without = replace(known, policies={**known.policies, Leg.NURSE: off})
    assert [leg.leg for leg in forecast(without, BRYN.code, at("07:00"))] == [Leg.SCHOOL]


@given(TOWNS, LADDERS, MOMENTS, st.none() | st.integers(7, 11), st.integers(1, 600))
def test_a_forecast_is_what_a_ladder_does_that_is_looked_at_whenever_it_asks_to_be(
    town: Directory, ladder: EscalationPolicy, moment: datetime, year: int | None, minutes: int
) -> None:
    """The real thing is read at its due times and at any other time besides."""
    policy = replace(ladder, leg=Leg.SCHOOL)
    known = InForce(town, dict.fromkeys(Leg, policy), in_force(town).calendars, matrix())
    said = next(iter(forecast(known, BRYN.code, moment, year)))
    state = a_state(policy, raised=moment, bell=said.bell.at, years=[year])
    now, done = moment, list[tuple[datetime, int, list[str]]]()
    while state.climb.next_step <= len(policy.steps):
        found = climb(state, town, now)
        done += [(now, s.step, [r.person.id for r in s.reached]) for s in found.steps]
        state = replace(
            state,
            climb=Climb(moment, said.bell.at, found.next_step, found.last_told_at),
            told=state.told | {r.person.id for s in found.steps for r in s.reached},
        )
        now = min(found.next_step_at, now + timedelta(minutes=minutes))
    forecast_says = [(w, s.step, [r.person.id for r in s.reached]) for w, s in said.steps]
    assert [d[1:] for d in done] == [f[1:] for f in forecast_says]
    assert [d[0] for d in done] == [f[0] for f in forecast_says]


# --- gaps in cover -------------------------------------------------------------------------------


def found(town: Directory, day: date = MONDAY) -> dict[Leg, Gap]:
    return {gap.leg: gap for gap in gaps(in_force(town), day)}


def test_a_school_with_somebody_on_each_leg_has_no_gap() -> None:
    assert found(WHOLE) == {}


def test_a_leg_without_anybody_who_could_settle_it_is_a_gap_with_each_ones_reason() -> None:
    blocked = a_person("Mair", Role.DSP, BRYN.code, contact=ContactState.BLOCKED)
    away = a_person("Owen", Role.DEPUTY_DSP, BRYN.code, away=[MONDAY])
    by_leg = found(a_directory([BRYN], blocked, away, *AUTHORITY))
    assert set(by_leg) == {Leg.SCHOOL, Leg.NURSE}
    reasons = {s.person.name: s.reason.value for s in by_leg[Leg.SCHOOL].skipped}
    assert reasons == {"Mair": "contact_blocked", "Owen": "away"}
    tuesday = found(a_directory([BRYN], blocked, away, NIA), MONDAY + timedelta(days=1))
    assert tuesday == {}


def test_year_groups_whose_only_dsp_cannot_be_told_are_a_gap() -> None:
    lower = a_person("Lower", Role.DSP, BRYN.code, years=[7, 8])
    upper = a_person("Upper", Role.DSP, BRYN.code, years=[9, 10], contact=None)
    assert found(a_directory([BRYN], lower, upper, NIA))[Leg.SCHOOL].years == (9, 10)


def test_year_groups_between_those_of_the_dsps_are_a_gap_when_nobody_has_them() -> None:
    lower = a_person("Lower", Role.DSP, BRYN.code, years=[7, 8])
    upper = a_person("Upper", Role.DSP, BRYN.code, years=[11])
    assert found(a_directory([BRYN], lower, upper, NIA))[Leg.SCHOOL].years == (9, 10)


def test_on_a_day_without_pupils_nothing_is_asked_for() -> None:
    nobody = a_directory([BRYN])
    assert found(nobody, date(2026, 11, 27)) == {}
    assert found(nobody, date(2026, 11, 28)) == {}


def test_the_next_pupil_day_is_any_schools() -> None:
    roath = a_school("Roath Primary School", "9992001")
    known = in_force(a_directory([BRYN, roath]))
    assert next_pupil_day(known, at("12:00")) == MONDAY + timedelta(days=1)
    # 1 December is an INSET day at Roath alone.
    monday = date(2026, 11, 30)
    assert next_pupil_day(known, at("12:00", monday)) == date(2026, 12, 1)
    only_roath = in_force(a_directory([roath]))
    assert next_pupil_day(only_roath, at("12:00", monday)) == date(2026, 12, 2)
