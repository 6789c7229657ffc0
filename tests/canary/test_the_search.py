"""What looks for marks finds them, however they were written."""

import base64
import html
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from bot.rendering.catalogue import words
from tests.canary.marks import Kid, Mark, Marked
from tests.canary.search import marks_in

NOTICE = Marked(1234, (Kid(2, "9992001", 5),))
WORD = NOTICE.word("gn", 2)
MARK = Mark("gn", 1234, 2)
ESCAPED = "".join(f"&#{ord(char)};" for char in WORD)


@pytest.mark.parametrize(
    "written",
    [
        WORD, WORD.upper(), f"x{WORD.lower()}y", WORD[:12], html.escape(f'<b title="{WORD}">'),
        ESCAPED,
        json.dumps({"é": WORD}), "".join(f"\\u{ord(char):04x}" for char in WORD),
        quote(WORD), "".join(f"%{ord(char):02X}" for char in WORD), quote(ESCAPED),
        base64.b64encode(WORD.encode()).decode(),
        base64.urlsafe_b64encode(f"ab {WORD}".encode()).decode().rstrip("="),
        f"q={base64.b64encode(f'a{WORD}'.encode()).decode()}",
        WORD.encode().hex(), WORD.encode("utf-16"), WORD.encode("utf-16-be"), WORD.encode(),
        base64.b64encode(WORD.encode("utf-16-le")).decode(),
    ],
)  # fmt: skip
def test_a_word(written: str | bytes) -> None:
    assert MARK in marks_in(written)


def test_a_day_and_an_instant() -> None:
    body = NOTICE.body()
    born = datetime.fromisoformat(body["children"][0]["date_of_birth"])
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%-d %B %Y", "(%Y, %-m, %-d)"):
        assert marks_in(f"born {born:{written}}.") == {Mark("bo", 1234, 2)}, written
    assert marks_in(words("cy").date(born.date())) == {Mark("bo", 1234, 2)}
    at = datetime.fromisoformat(body["occurred_at"])
    for written in ("%Y-%m-%dT%H:%M:%SZ", "%H:%M, %A %-d %B %Y", "%s"):
        said = str(int(at.timestamp())) if written == "%s" else f"{at:{written}}"
        assert marks_in(f"at {said} it") == {Mark("oc", 1234)}, written
    assert marks_in(repr(at)) == {Mark("oc", 1234)}


def test_nothing_where_nothing_is() -> None:
    said = f"07:10, Monday 16 November 2026 {datetime(2026, 11, 16, tzinfo=UTC)} 7700900001 zqj"
    assert marks_in(said) == set()
