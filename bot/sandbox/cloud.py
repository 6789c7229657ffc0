"""All that the sandbox's Telegram remembers, wired in one place."""

from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.sandbox.chats import Chats
from bot.sandbox.faults import Faults
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import FloodGate, Limits
from bot.sandbox.presses import Presses
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.waits import Work

USERNAME = "encompass_sandbox_bot"


class Cloud:
    """One bot's Telegram. Whoever speaks to the bot and whoever plays its calls share this."""

    def __init__(self, clock: Clock, token: str, limits: Limits, press_lifetime: timedelta) -> None:
        self.clock = clock
        self.token = token
        # Says at every place where a name is shown that nothing here reaches anybody.
        self.bot: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Encompass SANDBOX (nothing is delivered)",
            "username": USERNAME,
        }
        self.faults = Faults()
        self.ledger = Ledger()
        self.gate = FloodGate(limits)
        self.chats = Chats(self.bot)
        self.presses = Presses(clock)
        self.updates = UpdateQueue(clock, self.faults, press_lifetime)
        self.work = Work()
        self.faults.on_lifted = self.updates.release

    def accept(
        self,
        method: str,
        chat_id: int | None = None,
        message_id: int | None = None,
        text: str | None = None,
    ) -> None:
        """Write down that a call took effect now."""
        self.ledger.accept(method, chat_id, message_id, text, self.clock.now())
