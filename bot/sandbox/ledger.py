"""What the sandbox accepted and what it refused: the record that invariants are checked against.

Append-only and cheap: tens of thousands of messages are ordinary here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Accepted:
    """A call that took effect. `index` is shared with the refusals: it tells what came first."""

    index: int
    method: str
    chat_id: int | None
    message_id: int | None
    text: str | None
    at: datetime


@dataclass(slots=True)
class Refused:
    """A call that did not. Code 0: the connection was cut and nothing was said."""

    index: int
    method: str
    chat_id: int | str | None
    code: int
    description: str
    at: datetime
    injected: bool
    """A fault said so, not a rule: the client has not earned it."""


class Ledger:
    """Everything in order. Calls that only ask (getMe, getUpdates …) are listed when refused."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.refused: list[Refused] = []

    def accept(
        self,
        method: str,
        chat_id: int | None,
        message_id: int | None,
        text: str | None,
        at: datetime,
    ) -> None:
        self.accepted.append(Accepted(self._next_index, method, chat_id, message_id, text, at))

    def refuse(
        self,
        method: str,
        chat_id: int | str | None,
        code: int,
        description: str,
        at: datetime,
        *,
        injected: bool = False,
    ) -> None:
        self.refused.append(
            Refused(self._next_index, method, chat_id, code, description, at, injected)
        )

    @property
    def _next_index(self) -> int:
        return len(self.accepted) + len(self.refused)

    def calls(self, method: str | None = None, chat_id: int | None = None) -> list[Accepted]:
        """The accepted calls, of one method or all, to one chat or all."""
        return [
            entry
            for entry in self.accepted
            if method in (None, entry.method) and chat_id in (None, entry.chat_id)
        ]

    def sends(self, chat_id: int | None = None) -> list[Accepted]:
        return self.calls("sendMessage", chat_id)

    def refusals(self, code: int | None = None, *, injected: bool | None = None) -> list[Refused]:
        """The refusals, of one code or all; earned (`injected=False`), injected, or both."""
        return [
            entry
            for entry in self.refused
            if code in (None, entry.code) and injected in (None, entry.injected)
        ]

    @property
    def floods_earned(self) -> int:
        """How many 429s the client brought upon itself; a well paced one has none."""
        return len(self.refusals(429, injected=False))

    def counts(self) -> dict[str, int]:
        """Accepted calls by method."""
        return dict(Counter(entry.method for entry in self.accepted))

    def as_json(self, since: int = 0) -> dict[str, Any]:
        """Every entry from index `since` on, instants as ISO 8601."""
        return {
            "accepted": _rows(self.accepted, since),
            "refused": _rows(self.refused, since),
            "next": self._next_index,
        }


def _rows(entries: Iterable[Accepted] | Iterable[Refused], since: int) -> list[dict[str, Any]]:
    return [
        {field.name: getattr(entry, field.name) for field in fields(entry)}
        | {"at": entry.at.isoformat()}
        for entry in entries
        if entry.index >= since
    ]
