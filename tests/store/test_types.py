"""Column types: a word stands in the statement itself, and is one of its own column's."""

import pytest
from sqlalchemy import select

from bot.domain.alert import AlertState
from bot.domain.message import Kind, MessageState
from bot.store.tables import messages


def test_a_word_that_is_compared_with_is_no_parameter() -> None:
    statement = select(messages.c.id).where(
        messages.c.state == MessageState.PENDING, messages.c.kind != Kind.MENU
    )
    compiled = statement.compile()
    assert "state = 'pending'" in str(compiled)
    assert "kind != 'menu'" in str(compiled)
    assert not compiled.params


def test_a_word_of_another_column_is_refused() -> None:
    with pytest.raises(ValueError, match="acknowledged"):
        select(messages.c.id).where(messages.c.state == AlertState.ACKNOWLEDGED)
