"""Telegram's command menu in words: each command and what it is for."""

from bot.domain.delivery import Command
from bot.domain.menu import FOR_STRANGERS, commands_for
from bot.domain.people import Role
from bot.rendering.catalogue import words


def menu(role: Role, language: str) -> tuple[Command, ...]:
    """What somebody in this role may send."""
    return _worded(commands_for(role), language)


def menu_for_strangers(language: str) -> tuple[Command, ...]:
    """What whoever finds the bot is shown."""
    return _worded(FOR_STRANGERS, language)


def _worded(names: tuple[str, ...], language: str) -> tuple[Command, ...]:
    say = words(language)
    return tuple(Command(name, say.say(f"command.{name}")) for name in names)
