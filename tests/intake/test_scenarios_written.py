"""A form's scenario in the suite's text: read again it says what the form said, nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.people import Role
from bot.domain.scenario import MustHear, Scenario
from bot.intake.scenarios_toml import read_scenarios
from bot.intake.scenarios_written import new_suite, with_scenario, without_scenario

SHIPPED = (Path(__file__).parents[2] / "config" / "scenarios.toml").read_text()
SPANS = st.integers(0, 5000).map(lambda seconds: timedelta(seconds=seconds))
WHO = st.sampled_from([*map(str, Role), "p001"])
TOLD = st.one_of(
    st.builds(MustHear, WHO, SPANS),
    st.builds(MustHear, WHO, st.none(), SPANS | SPANS.map(lambda span: -span)),
    st.builds(MustHear, WHO),
)
AT = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DRAWN = st.builds(
    Scenario,
    name=st.text(st.characters(codec="utf-8"), min_size=1).map(lambda t: f"new {t}".strip()),
    school=st.just("9992001"),
    at=AT.map(lambda at: at.replace(microsecond=0)),
    year=st.none() | st.integers(-1, 14),
    urgent=st.booleans(),
    leg=st.sampled_from([Leg.SCHOOL, Leg.NURSE]),
    due_at=st.none() | AT.map(lambda at: at.replace(microsecond=0)),
    told=st.lists(TOLD, min_size=1, max_size=3).map(tuple),
    not_told=st.lists(WHO, max_size=2, unique=True).map(tuple),
)


@given(DRAWN)
def test_one_more_is_read_as_it_was_meant_and_taken_away_it_leaves_the_rest(
    scenario: Scenario,
) -> None:
    before = read_scenarios(SHIPPED.encode())
    text = with_scenario(SHIPPED, scenario)
    assert read_scenarios(text.encode()) == (*before, scenario)
    assert text.startswith(SHIPPED.rstrip()), "remarks stay where they were"
    assert read_scenarios(without_scenario(text, scenario.name).encode()) == before
    empty = new_suite("2026-11-22", 'The "team"')
    assert read_scenarios(with_scenario(empty, scenario).encode()) == (scenario,)


def test_a_remark_stays_with_the_scenario_behind_it() -> None:
    text = SHIPPED.replace(
        '[[scenarios]]\nname = "a Sunday', '# Sundays\n[[scenarios]]\nname = "a Sunday'
    )
    assert "# Sundays" in text
    now = without_scenario(text, "a Friday evening")
    assert "# Sundays\n[[scenarios]]" in now
    assert "a Friday evening" not in now


@pytest.mark.parametrize(
    "body",
    [
        'version = "1"\nauthor = "A"\nscenarios = [{ name = "a", school = "1", '
        'at = 2026-11-30T07:10:00, told = [{ who = "dsp" }] }]',
        'version = "1"\nauthor = "A"\n[[scenarios]]\nname = "a"\nschool = "1"\n'
        'at = 2026-11-30T07:10:00\n[[scenarios.told]]\nwho = "dsp"\nby = "1m"',
    ],
)
def test_however_a_suite_is_written_it_can_be_changed(body: str) -> None:
    [one] = read_scenarios(body.encode())
    more = Scenario("b", "1", datetime(2026, 11, 30, 7, tzinfo=UTC), told=(MustHear("dsp"),))
    assert read_scenarios(with_scenario(body, more).encode()) == (one, more)
    assert read_scenarios(without_scenario(with_scenario(body, more), "a").encode()) == (more,)
