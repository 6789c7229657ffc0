"""How long a text message is: in parts, as a network counts and bills them.

GSM's own alphabet gives 160 letters to one part and 153 to each of several; one letter outside it,
ŵ or ŷ or any â, turns the whole text to UCS-2, of which 70 go into one part and 67 into each of
several (3GPP TS 23.038).
"""

MOST_PARTS = 2
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")
"""These take two places."""


def parts(text: str) -> int:
    """How many parts this text takes; an empty one takes one."""
    if all(letter in _GSM or letter in _TWICE for letter in text):
        places = sum(2 if letter in _TWICE else 1 for letter in text)
        return 1 if places <= 160 else -(-places // 153)
    places = len(text.encode("utf-16-be")) // 2
    return 1 if places <= 70 else -(-places // 67)


def fits(text: str) -> bool:
    """Whether it is short enough to be sent as it is."""
    return parts(text) <= MOST_PARTS
