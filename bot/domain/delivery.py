"""One try at one message: what is handed to a channel, and the four ways it can end.

Providers' words stop at the provider's file; everything behind it knows only these four.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.domain.people import Channel


class Operation(StrEnum):
    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    LEAVE = "leave"
    """Leave a group: the bot talks in private chats only."""
    MENU = "menu"
    """Say which commands a chat's menu offers; with none it has no menu of its own."""


@dataclass(frozen=True, slots=True)
class Button:
    """What stands on it, and one of: the at most 64 bytes that come back, an address that it
    leads to, a Mini App that it starts. Ids only, never content."""

    text: str
    data: str = ""
    url: str = ""
    app: str = ""


class Command(NamedTuple):
    """One line of a chat's menu."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one attempt hands to a channel. `text` is plain: no markup is ever interpreted."""

    operation: Operation
    address: str
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    provider_message_id: str | None = None
    protect: bool = False
    silent: bool = False
    commands: tuple[Command, ...] = ()
    subject: str = ""
    """An e-mail's; harmless, as the text is."""
    reference: str = ""
    """Ours for this message, the same at each repeat: by it receipts and repeats are matched."""


class Reason(StrEnum):
    """Why a channel refused for good, or keeps us waiting."""

    BLOCKED = "blocked"
    """The person blocked the bot, the account is gone, the chat is unknown: the address is dead."""
    BAD_REQUEST = "bad_request"
    """The channel will never take this message; the address itself may be fine."""
    PACE = "pace"
    CREDENTIALS = "credentials"
    CONFLICT = "conflict"
    UNREACHABLE = "unreachable"
    """The request never left, so nothing can have been accepted."""


@dataclass(frozen=True, slots=True)
class Sent:
    provider_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not accepted; try again at `until`. The message's own due time, nobody else's."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was accepted: repeated, marked (I5)."""

    detail: str = ""


Outcome = Sent | Deferred | Rejected | Unknown


class Notifier(Protocol):
    """A channel. It never raises: whatever happens becomes one of the four outcomes."""

    channel: Channel

    async def deliver(self, message: Outgoing) -> Outcome: ...

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        """Answer a button's press; best effort, since what was pressed is recorded already."""
