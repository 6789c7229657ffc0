"""A sandbox telephone as the page shows it: only what its holder would see on a real one."""

from typing import Any

from bot.demo.stage import Stage
from bot.domain.people import Person
from bot.rendering.catalogue import DEFAULT, Words, words
from bot.sandbox.chats import ChatMessage

_SHOWN = 60
"""So many of the newest messages; nobody scrolls further in a demonstration."""


def face(stage: Stage, person: Person, language: str) -> dict[str, Any]:
    """`language` is the holder's: a telephone speaks to the one who holds it."""
    say = words(language)
    phone = stage.phones.get(person.id)
    about = {
        "id": person.id,
        "name": person.name,
        "role": say.say(f"role.{person.role.value}"),
        "language": language,
        "words": say.family("phone."),
        "commands": _commands(stage, phone.id if phone else 0, language),
    }
    if phone is None:
        return {**about, "started": False, "blocked": False, "unread": 0, "messages": []}
    unread = {message.message_id for message in phone.unread}
    return {
        **about,
        "started": phone.chat.started,
        "blocked": phone.chat.blocked,
        "unread": len(unread),
        "messages": [
            _message(message, say, unread=message.message_id in unread)
            for message in phone.conversation[-_SHOWN:]
        ],
    }


def _commands(stage: Stage, chat: int, language: str) -> list[dict[str, str]]:
    """As Telegram chooses: those set for the chat, else for the language, else the default ones."""
    given = stage.sandbox.profile.commands
    code = "" if language == DEFAULT else language
    own = given.get((f"chat:{chat}", ""))
    return own or given.get(("default", code)) or given.get(("default", ""), [])


def _shown_text(message: ChatMessage) -> str:
    """Telegram's applications keep the code of an invitation to themselves."""
    mine = not message.from_bot
    return "/start" if mine and message.text.startswith("/start ") else message.text


def _message(message: ChatMessage, say: Words, *, unread: bool) -> dict[str, Any]:
    return {
        "id": message.message_id,
        "mine": not message.from_bot,
        "text": _shown_text(message),
        "at": say.clock(message.sent_at),
        "edited": say.clock(message.edited_at) if message.edited_at else "",
        "buttons": [[button._asdict() for button in row] for row in message.buttons],
        "unread": unread,
        "silent": message.silent,
    }
