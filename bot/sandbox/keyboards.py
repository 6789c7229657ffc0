"""Buttons under a message, by Telegram's rules (Bot API: InlineKeyboardMarkup)."""

from typing import Any, NamedTuple

from bot.sandbox.refusals import UnplayedError, bad_request
from bot.sandbox.texts import utf8_bytes

MAX_BUTTONS = 100
MAX_DATA_BYTES = 64


class InlineButton(NamedTuple):
    """One button: what stands on it, and either what comes back when pressed or where it leads."""

    text: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[InlineButton, ...], ...]

_ORDINARY = frozenset({"text", "callback_data", "url"})


def is_ordinary(markup: Any) -> bool:
    """Whether this is an inline keyboard of texts, data and addresses and nothing else: then its
    shape is known, and the model has nothing to add."""
    if not (isinstance(markup, dict) and markup.keys() == {"inline_keyboard"}):
        return False
    rows = markup["inline_keyboard"]
    return isinstance(rows, list) and all(
        isinstance(row, list) and all(_is_ordinary_button(button) for button in row) for row in rows
    )


def _is_ordinary_button(button: Any) -> bool:
    return (
        isinstance(button, dict)
        and "text" in button
        and button.keys() <= _ORDINARY
        and all(isinstance(value, str) for value in button.values())
    )


def keyboard_of(method: str, markup: dict[str, Any] | None) -> Keyboard:
    """The inline keyboard in a `reply_markup`; rows without a button are dropped.

    Taking a reply keyboard away is allowed and leaves no trace: the sandbox never shows one.
    """
    if markup is None or markup == {"remove_keyboard": True}:
        return ()
    for field in markup.keys() - {"inline_keyboard"}:
        raise UnplayedError(method, f"reply_markup.{field}")
    if "inline_keyboard" not in markup:  # every other kind's own field has a default
        raise bad_request('parameter "reply_markup" is no keyboard')
    rows = tuple(
        tuple(_button(method, button) for button in row) for row in markup["inline_keyboard"] if row
    )
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _button(method: str, button: dict[str, Any]) -> InlineButton:
    given = {name: value for name, value in button.items() if value is not None}
    for field in given.keys() - _ORDINARY:
        raise UnplayedError(method, f"reply_markup.inline_keyboard.{field}")
    text, data, url = given["text"], given.get("callback_data"), given.get("url")
    if not utf8_bytes(text).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if data is not None and url is not None:
        raise bad_request("can't parse inline keyboard button: exactly one action is allowed")
    if data is not None:
        if not 1 <= len(utf8_bytes(data)) <= MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return InlineButton(text, data=data)
    if not url:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if not url.startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return InlineButton(text, url=url)


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """The keyboard as Telegram shows it to the bot."""
    return {
        "inline_keyboard": [
            [
                {"text": button.text, "callback_data": button.data}
                if button.data is not None
                else {"text": button.text, "url": button.url}
                for button in row
            ]
            for row in keyboard
        ]
    }
