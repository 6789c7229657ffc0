"""A form's change in a text: read again it says what the form said, and nothing else."""

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.disclosure import Field
from bot.domain.escalation import EscalationStep
from bot.domain.people import Role
from bot.intake.disclosure_toml import read_disclosure
from bot.intake.escalation_toml import read_escalation
from bot.intake.written_again import with_ladder, with_shown

CONFIG = Path(__file__).parents[2] / "config"
ESCALATION = (CONFIG / "escalation.toml").read_text()
DISCLOSURE = (CONFIG / "disclosure.toml").read_text()
SPANS = st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes))
ROLES = st.lists(st.sampled_from(Role), min_size=1, max_size=3, unique=True).map(tuple)
STEPS = st.builds(
    EscalationStep, ROLES, st.none() | SPANS, st.none() | SPANS | SPANS.map(lambda span: -span)
)


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
