"""Finds marks in whatever left, however it was written: in other cases, cut, escaped for HTML, JSON
or an address, in base64, in hexadecimal digits, in UTF-16."""

import base64
import binascii
import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from urllib.parse import unquote_plus

from tests.canary.marks import FIELDS, Mark, of_birth, of_instant

_WORD = re.compile(r"zqj([a-z]{2})(\d{5})(\d?)")
_DAY = re.compile(r"\b(19[789]\d|200[012])[-/., ]{1,2}(\d\d?)[-/., ]{1,2}(\d\d?)\b")
_DAY_FIRST = re.compile(r"\b(\d\d?)[-/. ](\d\d?)[-/. ](19[789]\d|200[012])\b")
_DAY_SAID = re.compile(r"\b(\d\d?) (\w+) (19[789]\d|200[012])\b")
_AT = re.compile(r"\b(200[38])[-, ]{1,2}(\d\d?)[-, ]{1,2}(\d\d?)[t, ]{1,2}(\d\d?)[:, ]{1,2}(\d\d?)")
_AT_SAID = re.compile(r"\b(\d\d):(\d\d),? [\w ]{3,20} (\d\d?) (\w+) (200[38])\b")
_SECONDS = re.compile(r"(?<![\w.+/=-])(1[012]\d{8})(?:\d{3})?(?![\w+/=-])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_MONTHS = (
    "january february march april may june july august september october november december",
    "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
)
_MONTH = {name: n for names in _MONTHS for n, name in enumerate(names.split(), 1)}


def marks_in(said: str | bytes) -> set[Mark]:
    """Every mark that stands in it in any form."""
    text = said.replace(b"\0", b"").decode(errors="replace") if isinstance(said, bytes) else said
    text = text.replace("\0", "")
    return {mark for form in _forms(text) for mark in _plainly_in(form.casefold())}


def _forms(text: str) -> Iterator[str]:
    yield text
    for _ in range(3):  # escaped, and escaped again
        plain = text
        if "&" in plain:
            plain = html.unescape(plain)
        if "\\" in plain:
            plain = _JSON_ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), plain)
        if "%" in plain:
            plain = unquote_plus(plain, errors="replace")
        if plain == text:
            break
        text = plain
        yield text
    for run in _BASE64.findall(text):
        yield from _decoded(run.replace("-", "+").replace("_", "/"))
    for run in _HEX.findall(text):
        yield _readable(binascii.unhexlify(run))


def _decoded(run: str) -> Iterator[str]:
    for skipped in range(4):
        whole = run[skipped : skipped + (len(run) - skipped) // 4 * 4]
        if whole:
            yield _readable(base64.b64decode(whole))


def _readable(raw: bytes) -> str:
    return raw.replace(b"\0", b"").decode("latin-1")


def _plainly_in(text: str) -> Iterator[Mark]:
    if "zqj" in text:
        for code, notice, kid in _WORD.findall(text):
            if code in FIELDS:
                yield Mark(code, int(notice), int(kid or 0))
    found: list[Mark | None] = []
    if "19" in text or "200" in text:
        found += [_born(y, m, d) for y, m, d in _DAY.findall(text)]
        found += [_born(y, m, d) for d, m, y in _DAY_FIRST.findall(text)]
        found += [_born(y, _MONTH.get(m, 0), d) for d, m, y in _DAY_SAID.findall(text)]
    if "200" in text:
        found += [_instant(*map(int, parts)) for parts in _AT.findall(text)]
        found += [
            _instant(int(y), _MONTH.get(m, 0), int(d), int(hour), int(minute))
            for hour, minute, d, m, y in _AT_SAID.findall(text)
        ]
    found += [of_instant(datetime.fromtimestamp(int(s), UTC)) for s in _SECONDS.findall(text)]
    yield from (mark for mark in found if mark is not None)


def _born(year: object, month: object, day: object) -> Mark | None:
    try:
        return of_birth(date(int(str(year)), int(str(month)), int(str(day))))
    except ValueError:
        return None


def _instant(year: int, month: int, day: int, hour: int, minute: int) -> Mark | None:
    try:
        return of_instant(datetime(year, month, day, hour, minute, tzinfo=UTC))
    except ValueError:
        return None
