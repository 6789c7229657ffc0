"""A form's change in a text: read again it says what the form said, and nothing else."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.calendar import InDay
from bot.domain.disclosure import Field
from bot.domain.escalation import EscalationStep
from bot.domain.pattern import Patterns
from bot.domain.people import Role
from bot.domain.quiet import Holiday, QuietHours, Send
from bot.domain.waits import MAY_BE_OFF, LegWaits, Waits
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation, read_waits
from bot.intake.written_again import with_ladder, with_shown, with_waits

CONFIG = Path(__file__).parents[2] / "config"
ESCALATION = (CONFIG / "escalation.toml").read_text()
DISCLOSURE = (CONFIG / "disclosure.toml").read_text()
SPANS = st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes))
ROLES = st.lists(st.sampled_from(Role), min_size=1, max_size=3, unique=True).map(tuple)
STEPS = st.builds(
    EscalationStep, ROLES, st.none() | SPANS, st.none() | SPANS | SPANS.map(lambda span: -span)
)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
QUIET = st.builds(QuietHours, CLOCKS, CLOCKS).filter(lambda quiet: quiet.first != quiet.last)
HOLIDAYS = st.builds(Holiday, st.sampled_from(Send), st.integers(0, 99), CLOCKS)
WHOLE_MINUTES = st.integers(-900, 900).map(lambda minutes: timedelta(minutes=minutes))
LANES = st.builds(InDay, st.booleans(), WHOLE_MINUTES, WHOLE_MINUTES.map(abs))
PATTERNS = st.builds(
    Patterns, st.integers(2, 1000), st.integers(1, 1000).map(lambda days: timedelta(days=days))
)


@st.composite
def waits(draw: st.DrawFn) -> Waits:
    """Any that the form can ask for."""
    held = read_waits(ESCALATION.encode())
    legs: dict[Leg, LegWaits] = {}
    for leg, one in held.legs.items():
        legs[leg] = replace(one, quiet=draw(st.none() | QUIET))
        if leg in MAY_BE_OFF:
            legs[leg] = replace(legs[leg], enabled=draw(st.booleans()), holiday=draw(HOLIDAYS))
        if leg is Leg.SCHOOL:
            legs[leg] = replace(legs[leg], in_day=draw(LANES))
        if leg is Leg.QUESTION:
            legs[leg] = replace(legs[leg], answer_within=draw(SPANS))
    return Waits(legs, draw(PATTERNS), draw(st.booleans())).with_one_lane()


@given(waits(), waits())
def test_what_waits_from_a_form_is_read_as_it_was_meant_and_can_be_taken_back(
    first: Waits, second: Waits
) -> None:
    original = read_waits(ESCALATION.encode())
    text = ESCALATION
    for was, asked in ((original, first), (first, second), (second, original)):
        text = with_waits(text, was, asked)
        assert read_waits(text.encode()) == asked
        for leg, ladder in read_escalation(text.encode()).items():
            assert ladder.steps == read_escalation(ESCALATION.encode())[leg].steps
    remarks = [line for line in ESCALATION.splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")] == remarks


def test_a_remark_behind_a_value_and_one_over_the_next_table_stay_where_they_are() -> None:
    said = "# --- agreed with the nurses ---\n[policies.nurse]\n"
    text = ESCALATION.replace("[policies.nurse]\n", said)
    held = read_waits(text.encode())
    legs = dict(held.legs)
    legs[Leg.SCHOOL] = replace(legs[Leg.SCHOOL], quiet=QuietHours(time(22), time(6)))
    legs[Leg.QUESTION] = replace(legs[Leg.QUESTION], answer_within=timedelta(minutes=90))
    again = with_waits(text, held, replace(held, legs=legs))
    assert said in again
    assert 'answer_within = "90m"' in again
    [line] = [line for line in again.splitlines() if line.startswith("answer_within")]
    [before] = [line for line in text.splitlines() if line.startswith("answer_within")]
    assert line.partition("#")[2] == before.partition("#")[2]


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ('settled_by = ["school_nurse", "nurse_lead"]', 'settled_by = [\n  "school_nurse",\n]'),
        ("[policies.nurse.at_the_end]", "  [ policies.nurse.at_the_end ]"),
        ("\n", "\r\n"),
    ],
)
def test_texts_that_are_written_otherwise_can_be_changed_too(found: str, written: str) -> None:
    assert found in ESCALATION
    text = ESCALATION.replace(found, written).rstrip()
    held = read_waits(text.encode())
    nurse = replace(held.legs[Leg.NURSE], enabled=False, quiet=QuietHours(time(20), time(7)))
    asked = replace(held, legs={**held.legs, Leg.NURSE: nurse}, two_people=True)
    assert read_waits(with_waits(text, held, asked).encode()) == asked


def test_what_is_as_it_was_is_not_written() -> None:
    held = read_waits(ESCALATION.encode())
    assert with_waits(ESCALATION, held, held) == ESCALATION


@given(st.lists(STEPS, max_size=5), ROLES, SPANS)
def test_a_ladder_from_a_form_is_read_as_it_was_meant(
    steps: list[EscalationStep], end: tuple[Role, ...], every: timedelta
) -> None:
    first = EscalationStep((Role.DSP,))
    text = with_ladder(ESCALATION, Leg.SCHOOL, [first, *steps], end, every)
    before, now = read_escalation(ESCALATION.encode()), read_escalation(text.encode())
    school = now[Leg.SCHOOL]
    assert school.steps == (first, *steps)
    assert (school.end_tell, school.end_every) == (end, every)
    assert {leg: now[leg] for leg in Leg if leg is not Leg.SCHOOL} == {
        leg: before[leg] for leg in Leg if leg is not Leg.SCHOOL
    }
    assert "# The keys below are off" in text, "remarks stay where they were"


def test_a_tick_in_the_matrix_changes_that_cell_alone() -> None:
    cells = [("voice", "dsp", False), ("voice", "head_teacher", True)]
    text = with_shown(DISCLOSURE, cells, 'Anna "Ann" Jones', date(2026, 11, 30))
    changes = list(read_disclosure(text.encode()).changes(read_disclosure(DISCLOSURE.encode())))
    assert [(c.field, c.shown_to, c.hidden_from, c.other_purpose) for c in changes] == [
        ("voice", (Role.HEAD_TEACHER,), (Role.DSP,), False)
    ]
    matrix = read_disclosure(text.encode())
    voice, name = (matrix.purposes[Field(field)] for field in ("voice", "name"))
    assert (voice.author, voice.decided_on) == ('Anna "Ann" Jones', date(2026, 11, 30))
    assert name.author == "Education Safeguarding Team", "who decided the others did so before"
    assert matrix.version == "2026-11-30"
    again = with_shown(text, [("voice", "dsp", True)], "Anna", date(2026, 11, 30))
    assert read_disclosure(again.encode()).version == "2026-11-30.2"
