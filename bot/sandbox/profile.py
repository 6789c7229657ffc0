"""What the bot is and shows of itself: its name, commands, menu button, membership of groups."""

import re
from typing import Any

from bot.sandbox.chats import GroupChat
from bot.sandbox.cloud import Cloud
from bot.sandbox.members import membership
from bot.sandbox.refusals import UnplayedError, bad_request

MAX_COMMANDS = 100
MAX_DESCRIPTION = 256

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}|")


class Profile:
    """Plays getMe, the commands, the menu button and leaveChat."""

    def __init__(self, cloud: Cloud) -> None:
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """By scope (`default`, `all_private_chats`, `chat:42`, …) and language code."""
        self.menu_buttons: dict[int | None, dict[str, Any]] = {}
        """By chat; `None` is the default button."""
        self._cloud = cloud

    def get_me(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Bot API: getMe. Whoever asks is told that this is a sandbox."""
        return self._cloud.bot | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_commands(self, args: dict[str, Any]) -> bool:
        """Bot API: setMyCommands."""
        commands = args["commands"]
        if len(commands) > MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _COMMAND.fullmatch(command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= MAX_DESCRIPTION:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[self._whose(args)] = commands
        self._cloud.accept("setMyCommands")
        return True

    def get_commands(self, args: dict[str, Any]) -> list[dict[str, str]]:
        """Bot API: getMyCommands. Of exactly this scope and language; no fallback."""
        return self.commands.get(self._whose(args), [])

    def delete_commands(self, args: dict[str, Any]) -> bool:
        """Bot API: deleteMyCommands."""
        self.commands.pop(self._whose(args), None)
        self._cloud.accept("deleteMyCommands")
        return True

    def set_menu_button(self, args: dict[str, Any]) -> bool:
        """Bot API: setChatMenuButton. Web apps are not played."""
        chat_id = args.get("chat_id")
        if chat_id is not None:
            self._cloud.chats.find(chat_id)
        button = args.get("menu_button", {"type": "default"})
        if button["type"] == "web_app":
            raise UnplayedError("setChatMenuButton", "menu_button.web_app")
        self.menu_buttons[chat_id] = button
        self._cloud.accept("setChatMenuButton", chat_id)
        return True

    def leave_chat(self, args: dict[str, Any]) -> bool:
        """Bot API: leaveChat. Groups only; one hears of one's own leaving too."""
        chat = self._cloud.chats.find(args["chat_id"])
        if not isinstance(chat, GroupChat):
            raise bad_request("chat member status can't be changed in private chats")
        chat.refuse_unless_writable()
        chat.bot_is_member = False
        self._cloud.accept("leaveChat", chat.id)
        self._cloud.updates.put(
            "my_chat_member",
            membership(chat, self._cloud.bot, self._cloud.clock.now(), "member", "left"),
        )
        return True

    def _whose(self, args: dict[str, Any]) -> tuple[str, str]:
        language = args.get("language_code", "")
        if not _LANGUAGE.fullmatch(language):
            raise bad_request("invalid language code specified")
        scope = args.get("scope", {"type": "default"})
        if "chat_id" not in scope:
            return scope["type"], language
        chat = self._cloud.chats.find(scope["chat_id"])
        parts = (scope["type"], str(chat.id), str(scope.get("user_id", "")))
        return ":".join(part for part in parts if part), language
