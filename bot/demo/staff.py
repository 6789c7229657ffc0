"""How the staff of Porth Awel behave this morning: some answer at once, some late, some never."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo.stage import Stage
from bot.domain.people import Role
from bot.rendering.catalogue import words
from bot.sandbox.chats import ChatMessage

SEED = 20261116
_ANSWERING = (Role.DSP, Role.DEPUTY_DSP, Role.SCHOOL_NURSE, Role.NURSE_LEAD)
_MINUTES = {"prompt": (2, 12), "busy": (25, 70)}


@dataclass(order=True)
class _Intent:
    at: datetime
    person_id: str
    message_id: int
    button: str


@dataclass
class Staff:
    """Presses buttons on the sandbox's telephones, as people would, on the clock in force."""

    stage: Stage
    manner: dict[str, str] = field(default_factory=dict)
    """Person's id to `prompt`, `busy` or `silent`."""
    _seen: set[tuple[str, int]] = field(default_factory=set)
    _intents: list[_Intent] = field(default_factory=list)
    _chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311

    def settle_manners(self, silent: set[str], prompt: set[str]) -> None:
        for person in self.stage.directory.people.values():
            chosen = self._chance.choices(("prompt", "busy", "silent"), (65, 25, 10))[0]
            if person.id in silent or person.role not in _ANSWERING:
                chosen = "silent"
            if person.id in prompt:
                chosen = "prompt"
            self.manner[person.id] = chosen

    def look(self) -> None:
        """Notice what came in, and decide when to answer it."""
        now = self.stage.clock.now()
        for person_id, phone in self.stage.phones.items():
            minutes = _MINUTES.get(self.manner.get(person_id, "silent"))
            for message in phone.unread:
                if minutes is None or (person_id, message.message_id) in self._seen:
                    continue
                self._seen.add((person_id, message.message_id))
                opens_at = now + timedelta(minutes=self._chance.uniform(*minutes))
                self._intend(opens_at, person_id, message, "button.open")
                later = opens_at + timedelta(seconds=self._chance.uniform(15, 50))
                self._intend(later, person_id, message, "button.acknowledge")

    def _intend(self, at: datetime, person_id: str, message: ChatMessage, name: str) -> None:
        language = self.stage.person(person_id).language
        button = words(language).say(name)
        self._intents.append(_Intent(at, person_id, message.message_id, button))
        self._intents.sort()

    @property
    def next_at(self) -> datetime | None:
        return self._intents[0].at if self._intents else None

    async def act(self) -> None:
        """Press what is due to be pressed, if it still can be: each person once, all together."""
        now, busy = self.stage.clock.now(), set[str]()
        for intent in [intent for intent in self._intents if intent.at <= now]:
            if intent.person_id in busy:
                continue
            self._intents.remove(intent)
            phone = self.stage.phones[intent.person_id]
            message = phone.chat.messages[intent.message_id]
            if not message.deleted and message.button(intent.button) is not None:
                phone.press(intent.button, message)
                busy.add(intent.person_id)
        if busy:
            await self.stage.hand.settle()
