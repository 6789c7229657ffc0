"""Groups the bot may be put into, so that it can be seen to leave."""

from bot.sandbox.chats import ChatMessage, GroupChat
from bot.sandbox.cloud import USERNAME, Cloud
from bot.sandbox.members import membership
from bot.sandbox.phones import SandboxPhone, entities_of, post


class SandboxGroup:
    """One group. The bot has privacy mode on, as by default: it hears commands and its own name,
    nothing else (Bot API: "What messages will my bot get?")."""

    def __init__(self, cloud: Cloud, chat: GroupChat) -> None:
        self.chat = chat
        self._cloud = cloud

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def bot_is_member(self) -> bool:
        return self.chat.bot_is_member

    @property
    def messages(self) -> list[ChatMessage]:
        """The bot's messages that are not deleted, oldest first."""
        return [m for m in self.chat.messages.values() if m.from_bot and not m.deleted]

    def add_bot(self, by: SandboxPhone) -> None:
        """Somebody puts the bot into the group."""
        if not self.chat.bot_is_member:
            self._change(by, member=True)

    def remove_bot(self, by: SandboxPhone) -> None:
        """Somebody throws it out again."""
        if self.chat.bot_is_member:
            self._change(by, member=False)

    def say(self, person: SandboxPhone, text: str) -> ChatMessage:
        """Somebody writes in the group."""
        told = self.chat.bot_is_member and (text.startswith("/") or f"@{USERNAME}" in text)
        return post(self._cloud, self.chat, person.person, text, entities_of(text), told=told)

    def _change(self, by: SandboxPhone, *, member: bool) -> None:
        outside = "kicked" if self.chat.bot_was_kicked else "left"
        before, after = (outside, "member") if member else ("member", "kicked")
        self.chat.bot_is_member, self.chat.bot_was_kicked = member, not member
        self._cloud.updates.put(
            "my_chat_member",
            membership(self.chat, by.person.as_json(), self._cloud.clock.now(), before, after),
        )
