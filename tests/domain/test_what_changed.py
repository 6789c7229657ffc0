"""What one version says otherwise than another, in sentences, in both languages."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.calendar import DayRange, OwnDays
from bot.domain.what_changed import in_calendar, in_ladders
from bot.intake.escalation_toml import read_escalation
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words, span
from tests.domain.town import CONFIG, porth_awel

BODY = (CONFIG / "escalation.toml").read_text()
DSP, DEPUTY = "designated safeguarding person", "deputy designated safeguarding person"
LADDERS: dict[str, tuple[str, str, list[str]]] = {
    "a remark": ("# at once", "# first of all", []),
    "a time": (
        'after = "10m"                           # since',
        'after = "1h30m"                         # since',
        [
            f"School ladder: step 2: {DEPUTY} now after 1 h 30 min, not before 1 h ahead of the "
            "bell (was after 10 min, not before 1 h ahead of the bell)."
        ],
    ),
    "who is told": (
        'tell = ["dsp"]                          # at once',
        'tell = ["dsp", "deputy_dsp"]',
        [f"School ladder: step 1 now tells {DSP} or {DEPUTY} (was {DSP})."],
    ),
    "a step more": (
        "[policies.school.at_the_end]",
        '[[policies.school.steps]]\ntell = ["head_teacher"]\nnot_before = "bell+10m"\n\n'
        "[policies.school.at_the_end]",
        ["School ladder: step 4 is new: head teacher, not before 10 min past the bell."],
    ),
    "the end": (
        'every = "4h"',
        'every = "2h"',
        ["Nurses' ladder: at the end it tells every 2 h (was 4 h)."],
    ),
    "a leg off": (
        "[policies.nurse]\n",
        "[policies.nurse]\nenabled = false\n",
        ["Nurses' ladder: it is switched off."],
    ),
    "who settles": (
        'settled_by = ["dsp", "deputy_dsp"]',
        'settled_by = ["dsp"]',
        [f"School ladder: settled by {DSP} (was {DSP} or {DEPUTY})."],
    ),
    "an answer": (
        'answer_within = "4h"',
        'answer_within = "90m"',
        ["Ladder of questions: answers are due within 1 h 30 min (was 4 h)."],
    ),
}


@pytest.mark.parametrize(("before", "after", "says"), LADDERS.values(), ids=LADDERS)
def test_a_changed_ladder_is_told_in_words(before: str, after: str, says: list[str]) -> None:
    assert before in BODY
    now = read_escalation(BODY.replace(before, after, 1).encode())
    found = list(in_ladders(read_escalation(BODY.encode()), now))
    assert [in_words(words("en"), said) for said in found] == says
    assert all(in_words(words("cy"), said) for said in found)


def test_a_changed_calendar_is_told_in_words() -> None:
    before = porth_awel()
    snow = OwnDays(closed=(DayRange(date(2026, 12, 3), date(2026, 12, 4), "works"),))
    now = replace(
        before,
        inset=before.inset | {date(2026, 12, 11)},
        schools={**before.schools, "9992003": snow},
    )
    said = [in_words(words("en"), one) for one in in_calendar(before, now)]
    assert said == [
        "INSET day: 11 December 2026.",
        "School 9992003: Closed: 3 December 2026 to 4 December 2026.",
    ]
    assert list(in_calendar(before, before)) == []


@pytest.mark.parametrize(
    ("seconds", "says"), [(0, "0 min"), (45, "45 s"), (600, "10 min"), (5400, "1 h 30 min")]
)
def test_a_span_is_short(seconds: int, says: str) -> None:
    assert span(timedelta(seconds=seconds)) == says
