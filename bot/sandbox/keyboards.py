"""Buttons under a message, by Telegram's rules (Bot API: InlineKeyboardMarkup)."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot.sandbox.refusals import UnplayedError, bad_request
from bot.sandbox.texts import utf8_bytes

MAX_BUTTONS = 100
MAX_DATA_BYTES = 64


class InlineButton(NamedTuple):
    """One button: what stands on it, and either what comes back when pressed, or where it leads,
    or which Mini App it opens."""

    text: str
    data: str | None = None
    url: str | None = None
    web_app: str | None = None


Keyboard = tuple[tuple[InlineButton, ...], ...]

_ORDINARY = frozenset({"text", "callback_data", "url"})
_PLAYED = _ORDINARY | {"web_app"}


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
    for field in given.keys() - _PLAYED:
        raise UnplayedError(method, f"reply_markup.inline_keyboard.{field}")
    text, data, url = given["text"], given.get("callback_data"), given.get("url")
    if not utf8_bytes(text).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if len(given) > 2:
        raise bad_request("can't parse inline keyboard button: exactly one action is allowed")
    if data is not None:
        if not 1 <= len(utf8_bytes(data)) <= MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return InlineButton(text, data=data)
    if "web_app" in given:
        address = given["web_app"]["url"]
        _refuse_bad_address("inline keyboard button Web App URL", address, https_only=True)
        return InlineButton(text, web_app=address)
    if not url:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    _refuse_bad_address("inline keyboard button URL", url)
    return InlineButton(text, url=url)


def _refuse_bad_address(what: str, address: str, *, https_only: bool = False) -> None:
    """Telegram's rules for links (TDLib: LinkManager::check_link_impl): a host has a dot in it,
    which `localhost` has not and 127.0.0.1 has, or is IPv6. An address without a scheme, which
    Telegram would complete, is refused: what the product sends is whole."""
    if https_only and not address.startswith("https://"):
        raise bad_request(f"{what} '{address}' is invalid: Only HTTPS links are allowed")
    if not https_only and address.startswith("tg://"):
        return
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not address.startswith(("http://", "https://")) or not ("." in host or ":" in host):
        raise bad_request(f"{what} '{address}' is invalid: Wrong HTTP URL")


def has_web_app(keyboard: Keyboard) -> bool:
    """Whether a Mini App stands on a button: those are for private chats."""
    return any(button.web_app is not None for row in keyboard for button in row)


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """The keyboard as Telegram shows it to the bot."""
    return {"inline_keyboard": [[_button_json(button) for button in row] for row in keyboard]}


def _button_json(button: InlineButton) -> dict[str, Any]:
    if button.data is not None:
        return {"text": button.text, "callback_data": button.data}
    if button.web_app is not None:
        return {"text": button.text, "web_app": {"url": button.web_app}}
    return {"text": button.text, "url": button.url}
