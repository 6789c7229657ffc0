"""What every stage is handed: the store, the clock, the channels and this worker's name."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.clock import Clock, MachineClock
from bot.domain.access import Launch, SecurePage
from bot.domain.accounts import Accounts
from bot.domain.delivery import Notifier
from bot.domain.people import Channel
from bot.domain.pulse import Pulse
from bot.domain.routing import InForce
from bot.store.unit_of_work import Store

CHANNEL = "telegram:"
"""What the name of a trouble with Telegram begins with; health is red while one stands."""
DOWN = "channel_down:"
"""The same for a channel that has failed as a whole for so long that what it owes goes by the next
way; a warning, since people are told."""
CONFIG = "config:"
"""The same for a configuration that could not be read."""


STILL = "stands_still:"
"""What the name of a loop that does not come round begins with; health is red while one is ours."""


class Stage(StrEnum):
    """The stages that look at their rows when a tick comes or a commit wakes them."""

    DRILL = "drill"
    RAISE = "raise_alerts"
    DISPATCH = "dispatch"
    HEAR = "hear"
    EMAIL = "email"
    SMS = "sms"
    OUTAGE = "outage"
    ESCALATE = "escalate"
    REPLAN = "replan"
    HIDE = "hide"
    CONTAIN = "contain"
    PLAN = "plan"
    OFFER = "offer"
    COVER = "cover"
    READY = "ready"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class SecondWays:
    """The ways beside Telegram, in order of preference, and whom their readers may ring."""

    ways: tuple[Channel, ...]
    desk_phone: str = ""


@dataclass
class Context:
    store: Store
    clock: Clock
    worker: str
    notifiers: Mapping[Channel, Notifier] = field(default_factory=dict)
    page: SecurePage | None = None
    """Where details are opened; None shows them in the chat."""
    accounts: Accounts | None = None
    """The provider of the authority's own accounts; None where nobody signs in so."""
    launched: Callable[[str], Launch | None] | None = None
    """Reads what Telegram signed for a Mini App's start; None for what it did not sign."""
    second: SecondWays | None = None
    """What the ways beside Telegram need to know; None where there is none."""
    rate: float = 28.8
    """Messages a second over all chats. Telegram's limit is about 30 (design: traps): the rest is
    for what the network bunches together on its way."""
    chat_seconds: float = 1.0
    """Between two messages to one chat."""
    claim_seconds: float = 15
    """A claim not recorded this long after its slot is taken over."""
    lease_seconds: float = 6
    """The poller's lease; renewed every third of it."""
    trouble: set[str] = field(default_factory=set)
    """What is wrong with this worker's surroundings now, by name; `watch` makes it an alarm."""
    pulse: Pulse = field(default_factory=Pulse)
    """Which of this worker's loops still come round."""
    planned: tuple[tuple[str, int], str] | None = None
    """What the checks of cover were last planned by, and on which day."""
    known: tuple[tuple[str, int], InForce] | None = None
    """The last version of the directory and policies that was read, with its key."""

    @classmethod
    def on(cls, database_url: str, clock: Clock | None = None) -> "Context":
        """A context without channels: all that the command line needs."""
        return cls(Store(database_url), clock or MachineClock(), worker_name())

    def now(self) -> datetime:
        return self.clock.now()

    def beat(self, name: str) -> None:
        """This loop of the worker came round."""
        self.pulse.beat(name, self.clock.steady())

    @property
    def still(self) -> tuple[str, ...]:
        """The loops of this worker that stand still now."""
        return self.pulse.still(self.clock.steady())


def worker_name() -> str:
    """This process, unlike any other of now or before."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
