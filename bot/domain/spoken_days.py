"""Days as people write them in a chat: day first, in English or Cymraeg, one or two of them.

`24.11.-28.11.`, `24-28 November`, `24/11/2026 to 28/11/2026`, `o 24 Tachwedd hyd 28 Tachwedd`,
`2026-11-24 2026-11-28`, `today`, `yfory`, `Friday`. Without a year the next such day is meant.
"""

import re
from datetime import date, timedelta

_MONTHS = (
    ("january", "ionawr"), ("february", "chwefror"), ("march", "mawrth"), ("april", "ebrill"),
    ("may", "mai"), ("june", "mehefin"), ("july", "gorffennaf"), ("august", "awst"),
    ("september", "medi"), ("october", "hydref"), ("november", "tachwedd"),
    ("december", "rhagfyr"),
)  # fmt: skip
_WEEKDAYS = (
    ("monday", "llun"), ("tuesday", "mawrth"), ("wednesday", "mercher"), ("thursday", "iau"),
    ("friday", "gwener"), ("saturday", "sadwrn"), ("sunday", "sul"),
)  # fmt: skip
_AHEAD = {"today": 0, "heddiw": 0, "now": 0, "tomorrow": 1, "yfory": 1, "fory": 1}
_NO_MEANING = {
    "from", "on", "the", "of", "o", "ar", "y", "yr", "dydd", "ddydd", "fis", "mis", "until", "till",
    "to", "and", "through", "hyd", "i", "at", "tan", "a",
}  # fmt: skip
_BETWEEN = re.compile(r"\s*(?:[–—~]|\b(?:to|until|till|through|hyd|tan|i)\b)\s*")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|ain|af|il|ydd|fed|eg)?"
_SHORTEST = 3
_FURTHEST = timedelta(days=370)
_LONGEST, _LONGEST_UNSAID = timedelta(days=366), timedelta(days=120)
"""More days than the second are meant by nobody who does not say the year."""
_JUST_OVER = timedelta(days=60)
"""A day this long ago without a year was that one, and not next year's."""

_Parts = tuple[int, int | None, int | None]
"""A day, and its month and year as far as they were written."""


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day that this says; None where it says nothing clear, or days that
    are over, more than a year away, or the wrong way round."""
    said = text.casefold().strip()
    whole = re.sub(r"(\d{4})-(\d{1,2})-(\d{1,2})", r"\3.\2.\1", said)
    whole = re.sub(r"(?<=[\d.\w])\s*-\s*(?=[\w])", "–", whole)
    halves = [half for half in _BETWEEN.split(whole) if half]
    if len(halves) == 1 and len(words := halves[0].split()) == 2:
        halves = words if _is_day(words[0]) and _is_day(words[1]) else halves
    found = [_parts(half, today) for half in halves]
    if not 1 <= len(found) <= 2 or any(one is None for one in found):
        return None
    return _between(found[0], found[-1], today)


def _is_day(word: str) -> bool:
    """Whether a word alone names a day, and is not half of `24 November`."""
    return word in _AHEAD or _weekday(word) is not None or bool(re.search(r"\d[./]\d", word))


def _parts(half: str, today: date) -> date | _Parts | None:
    words = [w for w in re.split(r"[\s,]+", half.strip(" .,")) if w and w not in _NO_MEANING]
    match words:
        case [word] if word in _AHEAD:
            return today + timedelta(days=_AHEAD[word])
        case [word] if (weekday := _weekday(word)) is not None:
            return today + timedelta(days=(weekday - today.weekday()) % 7)
        case [*weekday, day, month] if (number := _month(month)) is not None:
            return (_number(day), number, None) if _fits(weekday, day) else None
        case [*weekday, day, month, year] if (number := _month(month)) is not None:
            fits = _fits(weekday, day) and re.fullmatch(r"\d{4}", year)
            return (_number(day), number, int(year)) if fits else None
        case [*weekday, day] if _fits(weekday, "1"):
            return _written(day)
    return None


def _written(day: str) -> _Parts | None:
    """`24`, `24.11.`, `24/11/26`."""
    found = re.fullmatch(rf"{_DAY}(?:[./](\d{{1,2}})?)?(?:[./](\d{{4}}|\d{{2}})?)?\.?", day)
    if not found:
        return None
    month, year = (int(part) if part else None for part in found.groups()[1:])
    return int(found[1]), month, year + 2000 if year is not None and year < 100 else year


def _fits(weekday: list[str], day: str) -> bool:
    """Nothing but a weekday stands before a day's number."""
    alone = not weekday or (len(weekday) == 1 and _weekday(weekday[0]) is not None)
    return _number(day) > 0 and alone


def _number(word: str) -> int:
    found = re.fullmatch(rf"{_DAY}\.?", word)
    return int(found[1]) if found else 0


def _month(word: str) -> int | None:
    return _named(word, _MONTHS, 1)


def _weekday(word: str) -> int | None:
    return _named(word, _WEEKDAYS, 0)


def _named(word: str, among: tuple[tuple[str, str], ...], begin: int) -> int | None:
    word = word.strip(".")
    if len(word) < _SHORTEST:
        return None
    found = (n for n, names in enumerate(among, begin) if any(m.startswith(word) for m in names))
    return next(found, None)


def _between(
    first: date | _Parts | None, last: date | _Parts | None, today: date
) -> tuple[date, date] | None:
    if isinstance(first, tuple) and isinstance(last, tuple):
        first = (first[0], first[1] or last[1], first[2] or (last[2] if first[1] is None else None))
    longest = _LONGEST if _says_a_year(first, last) else _LONGEST_UNSAID
    one = first if isinstance(first, date) else _dated(first, today - _JUST_OVER)
    if one is None:
        return None
    two = last if isinstance(last, date) else _dated(last, one)
    if two is not None and two < one and isinstance(last, date):
        two += timedelta(days=7)  # `Thursday to Tuesday`
    if two is None or two < one or two < today or two - one > longest:
        return None
    return (one, two) if one - today <= _FURTHEST else None


def _says_a_year(*days: date | _Parts | None) -> bool:
    return any(isinstance(day, tuple) and day[2] is not None for day in days)


def _dated(parts: _Parts | None, not_before: date) -> date | None:
    """The day that is meant: as it was written, or the next one from `not_before` on."""
    if parts is None:
        return None
    day, month, year = parts
    if year is not None and month is not None:
        return _date(year, month, day)
    months = [month] if month is not None else list(range(1, 13))
    ahead = [
        found
        for y in (not_before.year, not_before.year + 1)
        for m in months
        if (found := _date(y, m, day)) and found >= not_before
    ]
    return min(ahead, default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
