"""Chats, the people in them and every message that ever stood there.

A private chat has its person's id; a group's id is negative. Numbers of messages run through all
chats of the bot, as they do at Telegram (Bot API: Chat, Message).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from bot.sandbox.keyboards import InlineButton, Keyboard, keyboard_json
from bot.sandbox.refusals import bad_request, forbidden

MESSAGE_TO_EDIT = "message to edit"
MESSAGE_TO_DELETE = "message to delete"


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None

    def as_json(self) -> dict[str, Any]:
        optional = {"username": self.username, "language_code": self.language_code}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            **{name: value for name, value in optional.items() if value},
        }


class Version(NamedTuple):
    """What a message said from `at` on."""

    text: str
    buttons: Keyboard
    at: datetime


@dataclass(slots=True, eq=False)
class ChatMessage:
    """A message as it stands now, with everything it said before."""

    chat: "Chat"
    message_id: int
    sender: Person | None
    """`None`: the bot."""
    text: str
    sent_at: datetime
    buttons: Keyboard = ()
    protect: bool = False
    silent: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of Telegram's Message beyond the text, as they are."""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    earlier: tuple[Version, ...] = ()

    @property
    def from_bot(self) -> bool:
        return self.sender is None

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def history(self) -> tuple[Version, ...]:
        """Every text and keyboard it ever had, the present one last."""
        return (*self.earlier, Version(self.text, self.buttons, self.edited_at or self.sent_at))

    def button(self, text: str) -> InlineButton | None:
        """The button with exactly this text on it."""
        return next((b for row in self.buttons for b in row if b.text == text), None)

    def change(self, text: str, buttons: Keyboard, at: datetime) -> None:
        self.earlier = self.history
        self.text, self.buttons, self.edited_at = text, buttons, at

    def as_json(self) -> dict[str, Any]:
        """Telegram's Message object."""
        shown: dict[str, Any] = {
            "message_id": self.message_id,
            "from": self.chat.bot if self.sender is None else self.sender.as_json(),
            "chat": self.chat.as_json(),
            "date": int(self.sent_at.timestamp()),
        }
        if self.text:
            shown["text"] = self.text
        if self.buttons:
            shown["reply_markup"] = keyboard_json(self.buttons)
        if self.protect:
            shown["has_protected_content"] = True
        if self.edited_at:
            shown["edit_date"] = int(self.edited_at.timestamp())
        if self.extra:
            shown.update(self.extra)
        return shown


class Chat(ABC):
    """A place for messages, and whether the bot may write there now."""

    def __init__(self, chat_id: int, bot: dict[str, Any]) -> None:
        self.id = chat_id
        self.bot = bot
        self.messages: dict[int, ChatMessage] = {}

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Telegram's Chat object."""

    @abstractmethod
    def refuse_unless_writable(self) -> None:
        """Raise the 403 that Telegram gives for a new message here."""

    @abstractmethod
    def refuse_unless_editable(self) -> None:
        """Raise the 403 that Telegram gives for a change of an old message here."""

    def message(self, message_id: int, wanted: str) -> ChatMessage:
        """The message, unless it never was or is deleted; `wanted` as Telegram words it."""
        message = self.messages.get(message_id)
        if message is None or message.deleted:
            raise bad_request(f"{wanted} not found")
        return message


class PrivateChat(Chat):
    """The chat with one person. The bot may write only once the person has, and while the person
    neither blocks it nor has left Telegram."""

    def __init__(self, person: Person, bot: dict[str, Any]) -> None:
        super().__init__(person.id, bot)
        self.person = person
        self.started = False
        self.blocked = False
        self.deactivated = False

    def as_json(self) -> dict[str, Any]:
        shown = {"id": self.id, "type": "private", "first_name": self.person.first_name}
        return shown | {"username": self.person.username} if self.person.username else shown

    def refuse_unless_writable(self) -> None:
        self.refuse_unless_editable()
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")

    def refuse_unless_editable(self) -> None:
        # Being blocked does not stop an edit: the stub of a leaver's message still arrives.
        if self.deactivated:
            raise forbidden("user is deactivated")


class GroupChat(Chat):
    """A group, in which the bot is or is not."""

    def __init__(self, chat_id: int, title: str, bot: dict[str, Any]) -> None:
        super().__init__(chat_id, bot)
        self.title = title
        self.bot_is_member = False
        self.bot_was_kicked = False

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "type": "group", "title": self.title}

    def refuse_unless_writable(self) -> None:
        if self.bot_was_kicked:
            raise forbidden("bot was kicked from the group chat")
        if not self.bot_is_member:
            raise forbidden("bot is not a member of the group chat")

    def refuse_unless_editable(self) -> None:
        self.refuse_unless_writable()


class Chats:
    """All chats of the one bot."""

    def __init__(self, bot: dict[str, Any]) -> None:
        self.bot = bot
        self.by_id: dict[int, Chat] = {}
        self._last_message_id = 0

    def find(self, chat_id: int | str) -> Chat:
        chat = self.by_id.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def next_message_id(self) -> int:
        self._last_message_id += 1
        return self._last_message_id

    def add(self, chat: Chat) -> None:
        self.by_id[chat.id] = chat

    def post(self, message: ChatMessage) -> ChatMessage:
        message.chat.messages[message.message_id] = message
        return message
