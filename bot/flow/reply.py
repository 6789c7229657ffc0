"""What a press or a command comes to: a sentence of the catalogue with its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.rendering.catalogue import words


@dataclass(frozen=True, slots=True)
class Reply:
    """`language` is the reader's; `alert` asks for a dialogue instead of a passing line."""

    sentence: str
    language: str = "en"
    values: Mapping[str, object] = field(default_factory=dict)
    alert: bool = False

    @property
    def text(self) -> str:
        return words(self.language).say(self.sentence, **self.values)


def nothing_here(language: str = "en") -> Reply:
    """The neutral answer to a press: a foreign thing looks exactly like an absent one."""
    return Reply("press.neutral", language)
