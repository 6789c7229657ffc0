"""How the story is set on a terminal: times at the left, telephones in frames."""

import textwrap
from datetime import datetime

from bot.domain.calendar import LONDON
from bot.sandbox.chats import ChatMessage

_WIDTH = 88


class Paper:
    """Prints at once, so that a reader follows along."""

    def title(self, text: str) -> None:
        self.line("")
        self.line(f"── {text} {'─' * max(0, _WIDTH - len(text) - 4)}")

    def said(self, at: datetime, text: str) -> None:
        """What happened at this time."""
        clock = f"{at.astimezone(LONDON):%H:%M:%S}"
        for index, part in enumerate(textwrap.wrap(text, _WIDTH - 10)):
            self.line(f"{clock if index == 0 else '':<8}  {part}")

    def told(self, text: str) -> None:
        """The narrator, explaining."""
        for paragraph in text.strip().split("\n\n"):
            self.line("")
            for part in textwrap.wrap(" ".join(paragraph.split()), _WIDTH):
                self.line(part)

    def phone(self, whose: str, message: ChatMessage) -> None:
        """A message as it stands on somebody's telephone."""
        inner = _WIDTH - 14
        self.line(f"          ┌─ {whose} {'─' * max(0, inner - len(whose) - 2)}┐")
        for line in message.text.split("\n"):
            for part in textwrap.wrap(line, inner) or [""]:
                self.line(f"          │ {part:<{inner}} │")
        buttons = "  ".join(f"[ {button.text} ]" for row in message.buttons for button in row)
        if buttons:
            for part in ("", *textwrap.wrap(buttons, inner)):
                self.line(f"          │ {part:<{inner}} │")
        self.line(f"          └─{'─' * inner}─┘")

    def line(self, text: str) -> None:
        print(text, flush=True)
