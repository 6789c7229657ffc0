"""Every line that the trail of a notice can hold has a sentence in both languages."""

import re

import pytest

from bot.rendering.catalogue import LANGUAGES, words
from bot.rendering.trail import Trail
from tests.meta.tree import ROOT

_ACTION = re.compile(r'"((?:alert|triage|question|notification|message|containment):[a-z_]+)"')
_LINE = {
    "person": "p1", "partner": "South Force", "version": 2, "question": "school",
    "why": "unknown_name", "leg": "school", "school": "9990000", "matched_by": ["code"],
    "bell_at": "2026-11-16T08:50:00+00:00", "step": 1, "reminder": 0, "roles": ["dsp"],
    "told": ["p1"], "notices": 3, "way": "email", "instead_of": "telegram",
    "skipped": {"p2": "away"},
    "choice": "overt_support", "answer": "acknowledge", "children": [1], "to": "p2",
}  # fmt: skip


def _actions() -> set[str]:
    flow = (ROOT / "bot" / "flow").glob("*.py")
    return {action for path in flow for action in _ACTION.findall(path.read_text())}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_shown_by_the_name_of_its_action(language: str) -> None:
    trail = Trail(words(language), lambda person: f"<{person}>", lambda school: f"<{school}>")
    actions = _actions()
    assert len(actions) > 15
    bare = {a for a in actions if trail.sentence(_LINE | {"action": a}) == a}
    assert bare == set()
