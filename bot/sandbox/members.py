"""The bot comes into a chat or goes out of it (Bot API: ChatMemberUpdated)."""

from datetime import datetime
from typing import Any

from bot.sandbox.chats import Chat


def membership(
    chat: Chat, by: dict[str, Any], at: datetime, before: str, after: str
) -> dict[str, Any]:
    """What `my_chat_member` tells: who did it, and what the bot was and is now. In a private chat
    "kicked" means blocked."""
    return {
        "chat": chat.as_json(),
        "from": by,
        "date": int(at.timestamp()),
        "old_chat_member": _member(chat, before),
        "new_chat_member": _member(chat, after),
    }


def _member(chat: Chat, status: str) -> dict[str, Any]:
    until = {"until_date": 0} if status == "kicked" else {}
    return {"status": status, "user": chat.bot, **until}
