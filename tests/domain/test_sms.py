"""How long a text message is, as networks count."""

import pytest

from bot.domain.sms import fits, parts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),  # GSM has this one
        ("€" * 80, 1),  # and this one, in two places
        ("€" * 81, 2),
        ("ŵ" * 70, 1),  # and none of these
        ("ŷ" + "a" * 70, 2),
        ("â" + "a" * 133, 2),
        ("â" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_texts_parts_are_counted_as_networks_do(text: str, count: int) -> None:
    assert parts(text) == count
    assert fits(text) == (count <= 2)
