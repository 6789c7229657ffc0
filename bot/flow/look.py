"""Somebody at a screen of the chat: who, now, and with which numbers of rows behind its name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.delivery import Button
from bot.domain.people import Person
from bot.domain.routing import InForce
from bot.domain.screen import View
from bot.flow.reply import Reply
from bot.rendering.catalogue import Words, words
from bot.store.unit_of_work import Tx

SCREEN = "screen"
"""The name of the value in a message's row that says which screen it shows."""


@dataclass(frozen=True, slots=True)
class Look:
    """All within one transaction; `person` is as the directory has them now."""

    tx: Tx
    known: InForce
    now: datetime
    person: Person
    view: View
    numbers: tuple[int, ...]

    @property
    def say(self) -> Words:
        return words(self.person.language)


@dataclass(slots=True)
class Screen:
    """What a screen says, and its buttons, a row of them each."""

    lines: list[str]
    rows: list[tuple[Button, ...]] = field(default_factory=list)

    def button(self, text: str, view: View, *numbers: int) -> None:
        self.rows.append((to(text, view, *numbers),))


@dataclass(frozen=True, slots=True)
class Done:
    """What a press did, and the screen that is shown after it."""

    reply: Reply
    view: View
    numbers: tuple[int, ...]


def to(text: str, view: View, *numbers: int) -> Button:
    """A button that leads to this screen."""
    return Button(text, data_of(view, numbers))


def data_of(view: View, numbers: Sequence[int]) -> str:
    """What such a button's press brings back."""
    return ":".join([view.value, *map(str, numbers)])
