"""An alert moves as the contract says and in no other way."""

from datetime import UTC, datetime
from itertools import count, product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.alert import (
    LEGAL_MOVES,
    Acknowledgement,
    AlertChild,
    AlertState,
    children_in_scope,
    uncovered,
)
from bot.domain.people import Person, Role, Scope

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
SETTLED_BY = (Role.DSP, Role.DEPUTY_DSP)
YEARS = (7, 8, 9, None)
FORWARD = {
    (AlertState.OPEN, AlertState.ACKNOWLEDGED),
    (AlertState.OPEN, AlertState.CLOSED),
    (AlertState.OPEN, AlertState.WITHDRAWN),
    (AlertState.OPEN, AlertState.MISDIRECTED),
    (AlertState.ACKNOWLEDGED, AlertState.WITHDRAWN),
    (AlertState.ACKNOWLEDGED, AlertState.MISDIRECTED),
    (AlertState.CLOSED, AlertState.WITHDRAWN),
    (AlertState.CLOSED, AlertState.MISDIRECTED),
}
OWED_AGAIN = {(ended, AlertState.OPEN) for ended in AlertState if ended is not AlertState.OPEN}


@pytest.mark.parametrize(("before", "after"), list(product(AlertState, repeat=2)))
def test_nothing_but_an_undo_or_a_reopening_moves_backwards(
    before: AlertState, after: AlertState
) -> None:
    allowed = (before, after) in FORWARD | OWED_AGAIN
    assert (after in LEGAL_MOVES[before]) is allowed


def test_every_end_can_be_undone_and_no_state_is_a_trap() -> None:
    assert set(LEGAL_MOVES) == set(AlertState)
    assert all(LEGAL_MOVES[state] for state in AlertState)


class OneAlert(RuleBasedStateMachine):
    """Children come and go, people answer: the state is what the answers say, at every moment."""

    def __init__(self) -> None:
        super().__init__()
        self.children: dict[int, AlertChild] = {}
        self.numbers = count(2)
        self.answers: list[Acknowledgement] = []
        self.state = AlertState.OPEN

    def _move(self, to: AlertState) -> None:
        assert to in LEGAL_MOVES[self.state]
        self.state = to

    def _owing(self) -> frozenset[int]:
        return uncovered(self.children.values(), self.answers, SETTLED_BY)

    @initialize(year=st.sampled_from(YEARS))
    def is_raised(self, year: int | None) -> None:
        self.children[1] = AlertChild(1, year)

    @precondition(lambda self: self.state is AlertState.OPEN)
    @rule(role=st.sampled_from(Role), years=st.frozensets(st.sampled_from((7, 8, 9))))
    def somebody_answers(self, role: Role, years: frozenset[int]) -> None:
        person = Person("p", "P", role, Scope(years=years))
        taken = children_in_scope(person, self.children.values())
        before = self._owing()
        self.answers.append(Acknowledgement("p", role, taken, NOW))
        owing = self._owing()
        assert owing <= before
        assert owing == (before - taken if role in SETTLED_BY else before)
        if not owing:
            self._move(AlertState.ACKNOWLEDGED)

    @rule(year=st.sampled_from(YEARS))
    def another_child_comes_in(self, year: int | None) -> None:
        number = next(self.numbers)
        self.children[number] = AlertChild(number, year)
        assert number in self._owing()
        if self.state is not AlertState.OPEN:
            self._move(AlertState.OPEN)

    @precondition(lambda self: len(self.children) > 1)
    @rule()
    def a_child_goes_elsewhere(self) -> None:
        del self.children[max(self.children)]
        if self.state is AlertState.OPEN and not self._owing():
            self._move(AlertState.ACKNOWLEDGED)

    @invariant()
    def it_is_settled_exactly_when_every_child_is_covered(self) -> None:
        if self.children:
            assert (self.state is AlertState.ACKNOWLEDGED) is (not self._owing())


TestOneAlert = OneAlert.TestCase
TestOneAlert.settings = settings(max_examples=60, stateful_step_count=20)
