"""Presses on buttons and the bot's answers to them (Bot API: CallbackQuery)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.clock import Clock
from bot.sandbox.chats import ChatMessage, Person
from bot.sandbox.refusals import bad_request

ANSWER_WITHIN = timedelta(seconds=30)
"""Telegram names no figure; clients report "query is too old" from well under a minute on."""

MAX_ANSWER = 200
FIRST_PRESS_ID = 4_000_000_000_000_000_001


class Answer(NamedTuple):
    """What the person is shown: a line at the top, or a window with `show_alert`. The text may be
    empty: then only the waiting ends."""

    text: str
    show_alert: bool
    at: datetime


@dataclass(slots=True, eq=False)
class Press:
    """One press, from the person's side."""

    id: str
    person: Person
    message: ChatMessage | None
    data: str
    at: datetime
    answer: Answer | None = None
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pending(self) -> bool:
        """The button still shows that it waits."""
        return self.answer is None

    async def answered(self) -> Answer:
        """Wait, without end, for the bot's answer."""
        await self._heard.wait()
        assert self.answer is not None
        return self.answer

    def hear(self, answer: Answer) -> None:
        self.answer = answer
        self._heard.set()


class Presses:
    """Every press there ever was, by its id."""

    def __init__(self, clock: Clock) -> None:
        self.by_id: dict[str, Press] = {}
        self._clock = clock

    def add(self, person: Person, message: ChatMessage | None, data: str) -> Press:
        press_id = str(FIRST_PRESS_ID + len(self.by_id))
        press = Press(press_id, person, message, data, self._clock.now())
        self.by_id[press_id] = press
        return press

    def answer(self, args: dict[str, Any]) -> Press:
        """Bot API: answerCallbackQuery. Once, in time, and with no more than 200 characters."""
        text = args.get("text", "")
        if len(text) > MAX_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        press = self.by_id.get(args["callback_query_id"])
        now = self._clock.now()
        if press is None or not press.pending or now - press.at > ANSWER_WITHIN:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        press.hear(Answer(text, args.get("show_alert", False), now))
        return press
