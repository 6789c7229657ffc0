"""What may stand in a message (Bot API: sendMessage, 1-4096 characters after entities parsing)."""

from bot.sandbox.refusals import bad_request

MAX_TEXT_UNITS = 4096


def utf8_bytes(text: str) -> bytes:
    """The text as it travels; half a surrogate pair, which JSON can smuggle in, is refused."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def utf16_units(text: str) -> int:
    """How Telegram counts: an emoji beyond the basic plane is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def message_text(text: str) -> str:
    """The text as it will stand in the chat: white space around it is gone, as at Telegram."""
    if not text:
        raise bad_request("message text is empty")
    if not text.isascii():
        utf8_bytes(text)
    shown = text.strip()
    if not shown:
        raise bad_request("text must be non-empty")
    if utf16_units(shown) > MAX_TEXT_UNITS:
        raise bad_request("message is too long")
    return shown
