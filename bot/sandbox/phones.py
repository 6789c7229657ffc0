"""People with a phone in their hand: what they do becomes updates, what they see is messages.

mair = sandbox.person(42, first_name="Mair", language_code="cy")
mair.start("ENROLMENT-CODE")
press = mair.press("Acknowledge")
answer = await press.answered()
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.chats import Chat, ChatMessage, Person, PrivateChat
from bot.sandbox.cloud import Cloud
from bot.sandbox.keyboards import InlineButton
from bot.sandbox.members import membership
from bot.sandbox.mini_apps import init_data, launch_address
from bot.sandbox.presses import Press
from bot.sandbox.texts import MAX_TEXT_UNITS, utf16_units

_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}(@\w+)?")


class SandboxPhone:
    """One person's chat with the bot. What a real phone cannot do raises: the test is wrong."""

    def __init__(self, cloud: Cloud, chat: PrivateChat) -> None:
        self.chat = chat
        self._cloud = cloud
        self._read_up_to = 0

    @property
    def id(self) -> int:
        """The person's id, and that of their chat with the bot."""
        return self.chat.id

    @property
    def person(self) -> Person:
        return self.chat.person

    # What the person does -----------------------------------------------------------------------

    def start(self, payload: str = "") -> ChatMessage:
        """Press START, or follow a link `https://t.me/…?start=payload`; unblocks the bot."""
        self.unblock()
        return self.say(f"/start {payload}".strip())

    def say(self, text: str) -> ChatMessage:
        """Write to the bot."""
        if not text.strip() or utf16_units(text) > MAX_TEXT_UNITS:
            raise ValueError("nobody can send an empty message, nor one beyond 4096 characters")
        return self._post(text, entities_of(text))

    def send(self, content: Mapping[str, Any]) -> ChatMessage:
        """Send anything else, as fields of Telegram's Message: `{"contact": {…}}`."""
        return self._post("", dict(content))

    def edit(self, message: ChatMessage, text: str) -> None:
        """Change one's own message."""
        if message.sender is not self.person or message.deleted:
            raise ValueError("only one's own message, while it stands, can be changed")
        message.change(text, (), self._cloud.clock.now())
        message.extra = entities_of(text)
        self._cloud.updates.put("edited_message", message.as_json())

    def press(self, button_text: str, message: ChatMessage | None = None) -> Press:
        """Press the button with this text: on this message, else on the newest that has it."""
        button, candidate = self._find(button_text, message)
        if button.data is None:
            raise LookupError(f"{button_text!r} is a link to {button.url or button.web_app}")
        return self.press_data(button.data, candidate)

    def follow(self, button_text: str, message: ChatMessage | None = None) -> str:
        """The address behind this button, which a browser would open. The bot is not told."""
        button, _ = self._find(button_text, message)
        if button.url is None:
            raise LookupError(f"{button_text!r} leads to no page")
        return button.url

    def launch(
        self, button_text: str, message: ChatMessage | None = None, *, at: datetime | None = None
    ) -> str:
        """The address that a Telegram application opens for the Mini App behind this button: now,
        or as it opened it `at` another time. The bot is not told."""
        button, _ = self._find(button_text, message)
        if button.web_app is None:
            raise LookupError(f"{button_text!r} opens no Mini App")
        signed = init_data(self._cloud.token, self.person, at or self._cloud.clock.now())
        return launch_address(button.web_app, signed)

    def press_data(
        self, data: str, message: ChatMessage | None = None, *, inaccessible: bool = False
    ) -> Press:
        """Press with any data, as a forged or stale client may: no button need carry it. Without
        a message it is the newest one's. A deleted message, or an `inaccessible` one, arrives as
        Telegram's InaccessibleMessage."""
        self._refuse_if_gone()
        message = message or self.last
        press = self._cloud.presses.add(self.person, message, data)
        query: dict[str, Any] = {
            "id": press.id,
            "from": self.person.as_json(),
            "chat_instance": str(9_000_000_000 + self.id),
            "data": data,
        }
        if message is not None:
            query["message"] = (
                {"message_id": message.message_id, "chat": message.chat.as_json(), "date": 0}
                if inaccessible or message.deleted
                else message.as_json()
            )
        self._cloud.updates.put("callback_query", query)
        return press

    def block(self) -> None:
        """Block the bot; every later message to here earns a 403."""
        if not self.chat.blocked:
            self._set_blocked(True)

    def unblock(self) -> None:
        if self.chat.blocked:
            self._set_blocked(False)

    def deactivate(self) -> None:
        """Leave Telegram for good. The bot is not told."""
        self.chat.deactivated = True

    # What the person sees -----------------------------------------------------------------------

    @property
    def conversation(self) -> list[ChatMessage]:
        """Everything in the chat that is not deleted, oldest first, of both sides."""
        return [m for m in self.chat.messages.values() if not m.deleted]

    @property
    def messages(self) -> list[ChatMessage]:
        """The bot's messages that are not deleted, oldest first."""
        return [m for m in self.conversation if m.from_bot]

    @property
    def received(self) -> list[ChatMessage]:
        """Every message the bot ever sent here, the deleted ones too."""
        return [m for m in self.chat.messages.values() if m.from_bot]

    @property
    def last(self) -> ChatMessage | None:
        """The newest of `messages`."""
        return next((m for m in reversed(self.chat.messages.values()) if _seen(m)), None)

    @property
    def unread(self) -> list[ChatMessage]:
        """The bot's messages since `read` was last called."""
        return [m for m in self.messages if m.message_id > self._read_up_to]

    def read(self) -> list[ChatMessage]:
        """Look at the phone: what was unread, and is not any more."""
        unread = self.unread
        if unread:
            self._read_up_to = unread[-1].message_id
        return unread

    # ---------------------------------------------------------------------------------------------

    def _find(
        self, button_text: str, message: ChatMessage | None
    ) -> tuple[InlineButton, ChatMessage]:
        """The button with this text, and the message under which it stands."""
        shown = [message] if message is not None else list(reversed(self.messages))
        for candidate in shown:
            button = candidate.button(button_text)
            if button is not None:
                return button, candidate
        seen = [b.text for m in shown for row in m.buttons for b in row]
        raise LookupError(f"{self.person.first_name} sees no button {button_text!r}, only {seen}")

    def _post(self, text: str, extra: dict[str, Any]) -> ChatMessage:
        self._refuse_if_gone()
        if self.chat.blocked:
            raise ValueError(f"{self.person.first_name} has blocked the bot and cannot write to it")
        self.chat.started = True
        return post(self._cloud, self.chat, self.person, text, extra)

    def _set_blocked(self, blocked: bool) -> None:
        self._refuse_if_gone()
        self.chat.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        by, now = self.person.as_json(), self._cloud.clock.now()
        self._cloud.updates.put("my_chat_member", membership(self.chat, by, now, before, after))

    def _refuse_if_gone(self) -> None:
        if self.chat.deactivated:
            raise ValueError(f"{self.person.first_name} has left Telegram")


def _seen(message: ChatMessage) -> bool:
    return message.from_bot and not message.deleted


def post(
    cloud: Cloud, chat: Chat, sender: Person, text: str, extra: dict[str, Any], *, told: bool = True
) -> ChatMessage:
    """Somebody writes in a chat, and the bot is `told`, or not."""
    message = cloud.chats.post(
        ChatMessage(
            chat, cloud.chats.next_message_id(), sender, text, cloud.clock.now(), extra=extra
        )
    )
    if told:
        cloud.updates.put("message", message.as_json())
    return message


def entities_of(text: str) -> dict[str, Any]:
    """A leading command is marked as one (Bot API: MessageEntity)."""
    command = _COMMAND.match(text)
    if command is None:
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": command.end()}]}
