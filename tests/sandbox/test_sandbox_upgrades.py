"""An aiogram that knows more than we do must not pass unnoticed."""

from typing import Any

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.keyboards import is_ordinary
from bot.sandbox.methods import MODELS, refuse_extras
from bot.sandbox.played import PLAYED, UNPLAYED


def test_a_parameter_that_aiogram_learns_must_be_decided_upon() -> None:
    """An aiogram upgrade that adds or drops a parameter of a played method fails here."""
    for method, played in PLAYED.items():
        known = set(MODELS[method.lower()].model_fields)
        assert played | UNPLAYED.get(method, frozenset()) == known, method
        assert not played & UNPLAYED.get(method, frozenset()), method
    assert UNPLAYED.keys() <= PLAYED.keys()


_VALUES = st.text(max_size=3) | st.none() | st.integers() | st.lists(st.text())
_BUTTONS = st.dictionaries(
    st.sampled_from(["text", "callback_data", "url", "pay", "other"]), _VALUES, max_size=3
)
_MARKUPS = st.dictionaries(
    st.sampled_from(["inline_keyboard", "other"]),
    st.lists(st.lists(_BUTTONS | _VALUES, max_size=3) | _VALUES, max_size=3) | _VALUES,
    max_size=2,
)


@given(_MARKUPS)
def test_what_skips_the_model_would_pass_it(markup: dict[str, Any]) -> None:
    if is_ordinary(markup):
        refuse_extras(InlineKeyboardMarkup.model_validate(markup), "")


def test_the_shapes_that_skip_the_model_are_still_aiograms_own() -> None:
    """The quick look at a keyboard is as strict as the model only while these three are text."""
    fields = InlineKeyboardButton.model_fields
    assert fields["text"].annotation is str
    assert fields["callback_data"].annotation == fields["url"].annotation == (str | None)
    assert {name for name, field in fields.items() if field.is_required()} == {"text"}
    markup = InlineKeyboardMarkup.model_fields
    assert markup["inline_keyboard"].annotation == list[list[InlineKeyboardButton]]
    assert {name for name, field in markup.items() if field.is_required()} == {"inline_keyboard"}
