"""Sending, editing and deleting (Bot API: sendMessage, updating messages)."""

from datetime import timedelta
from typing import Any

from bot.sandbox.chats import MESSAGE_TO_DELETE, MESSAGE_TO_EDIT, Chat, ChatMessage, PrivateChat
from bot.sandbox.cloud import Cloud
from bot.sandbox.keyboards import Keyboard, has_web_app, keyboard_of
from bot.sandbox.refusals import bad_request
from bot.sandbox.texts import message_text

DELETABLE_FOR = timedelta(hours=48)


class Messages:
    """Plays the calls about messages: each returns Telegram's result or raises its refusal."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def send(self, args: dict[str, Any]) -> dict[str, Any]:
        """Bot API: sendMessage. Plain text only; what is protected at sending stays so."""
        cloud = self._cloud
        text = message_text(args["text"])
        buttons = keyboard_of("sendMessage", args.get("reply_markup"))
        chat = cloud.chats.find(args["chat_id"])
        chat.refuse_unless_writable()
        _refuse_foreign_buttons(chat, buttons)
        now = cloud.clock.now()
        cloud.gate.admit(chat.id, now)
        cloud.gate.count(chat.id, now)
        message = cloud.chats.post(
            ChatMessage(
                chat,
                cloud.chats.next_message_id(),
                None,
                text,
                now,
                buttons,
                args.get("protect_content", False),
                args.get("disable_notification", False),
                _preview(args),
            )
        )
        cloud.ledger.accept("sendMessage", chat.id, message.message_id, text, now)
        return message.as_json()

    def edit_text(self, args: dict[str, Any]) -> dict[str, Any]:
        """Bot API: editMessageText. Without a keyboard the one that was there is gone; protection
        stays as it was sent; a bot's own message can be edited at any age."""
        text = message_text(args["text"])
        buttons = keyboard_of("editMessageText", args.get("reply_markup"))
        message = self._own(args)
        preview = _preview(args)
        changed = (text, buttons, preview) != (message.text, message.buttons, message.extra)
        self._edit(message, text, buttons, changed=changed)
        message.extra = preview
        self._cloud.accept("editMessageText", message.chat.id, message.message_id, text)
        return message.as_json()

    def edit_buttons(self, args: dict[str, Any]) -> dict[str, Any]:
        """Bot API: editMessageReplyMarkup. Absent: the keyboard is taken away."""
        buttons = keyboard_of("editMessageReplyMarkup", args.get("reply_markup"))
        message = self._own(args)
        self._edit(message, message.text, buttons, changed=buttons != message.buttons)
        self._cloud.accept("editMessageReplyMarkup", message.chat.id, message.message_id)
        return message.as_json()

    def delete(self, args: dict[str, Any]) -> bool:
        """Bot API: deleteMessage. Only what is less than 48 hours old; in a private chat what the
        person wrote as well."""
        chat = self._cloud.chats.find(args["chat_id"])
        chat.refuse_unless_editable()
        message = chat.message(args["message_id"], MESSAGE_TO_DELETE)
        private, now = isinstance(chat, PrivateChat), self._cloud.clock.now()
        if not (message.from_bot or private):
            raise bad_request("message can't be deleted")
        if now - message.sent_at >= DELETABLE_FOR:
            raise bad_request("message can't be deleted for everyone")
        message.deleted_at = now
        self._cloud.accept("deleteMessage", chat.id, message.message_id)
        return True

    def _own(self, args: dict[str, Any]) -> ChatMessage:
        """The bot's own message that is to be edited."""
        chat = self._cloud.chats.find(args["chat_id"])
        chat.refuse_unless_editable()
        message = chat.message(args["message_id"], MESSAGE_TO_EDIT)
        if not message.from_bot:
            raise bad_request("message can't be edited")
        return message

    def _edit(self, message: ChatMessage, text: str, buttons: Keyboard, *, changed: bool) -> None:
        _refuse_foreign_buttons(message.chat, buttons)
        if not changed:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        now = self._cloud.clock.now()
        self._cloud.gate.admit(message.chat.id, now)
        self._cloud.gate.count(message.chat.id, now)
        message.change(text, buttons, now)


def _refuse_foreign_buttons(chat: Chat, buttons: Keyboard) -> None:
    """A Mini App opens from a private chat only (Bot API: InlineKeyboardButton)."""
    if has_web_app(buttons) and not isinstance(chat, PrivateChat):
        raise bad_request("BUTTON_TYPE_INVALID")


def _preview(args: dict[str, Any]) -> dict[str, Any]:
    """Link previews leave their mark on the message, as at Telegram."""
    options = args.get("link_preview_options")
    return {"link_preview_options": options} if options else {}
