"""A calendar's text with the days of a form in it: a school's own days, bank holidays and remarks
stay as they were written. What comes out is read like any other text before it is a draft.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.domain.calendar import DayRange, HalfDay
from bot.domain.calendar_days import Days

_KEY = re.compile(r"[ \t]*([a-z_]+)[ \t]*=", re.ASCII)
_TABLE = re.compile(r"[ \t]*\[")
_OURS = ("terms", "closed", "inset", "half_days")
_DIVISION = "england-and-wales"


def new_calendar(title: str, days: Days) -> str:
    """A calendar that was not there: of local time, with the bank holidays of England and Wales."""
    head = {"name": title, "timezone": "Europe/London"}
    return _whole({**head, **_plain(days), "bank_holidays": _DIVISION})


def with_days(body: str, days: Days) -> str:
    """The same calendar with these days. One that is written in a way that cannot be changed in
    its place is written anew, without its remarks."""
    before = tomllib.loads(body.removeprefix("\ufeff"))
    wanted = {**{key: value for key, value in before.items() if key not in _OURS}, **_plain(days)}
    text = "".join(_in_place(body.removeprefix("\ufeff"), _plain(days)))
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    return text if found == wanted else _whole(wanted)


def _in_place(body: str, plain: dict[str, Any]) -> Iterator[str]:
    """The text's parts, each of our keys where it stood; one that was not there, before tables."""
    left, ahead, lines = dict(plain), True, body.splitlines(keepends=True)
    while lines:
        if ahead and _TABLE.match(lines[0]):
            ahead = False
            yield from (_set(key, value) for key, value in left.items())
        key = found[1] if ahead and (found := _KEY.match(lines[0])) else ""
        taken = _lines_of_value(lines) if key in _OURS else 1
        if key in left:
            yield _set(key, left.pop(key))
        elif key not in _OURS:
            yield lines[0] if lines[0].endswith("\n") else f"{lines[0]}\n"
        del lines[:taken]
    if ahead:
        yield from (_set(key, value) for key, value in left.items())


def _lines_of_value(lines: list[str]) -> int:
    """How many lines the first key's value stands on."""
    for number in range(1, len(lines) + 1):
        try:
            tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        return number
    return 1


# --- TOML ----------------------------------------------------------------------------------------


def _plain(days: Days) -> dict[str, Any]:
    plain = {
        "terms": [_range(one) for one in days.terms],
        "closed": [_range(one) for one in days.closed],
        "inset": list(days.inset),
    }
    return (
        {**plain, "half_days": [_half(one) for one in days.half_days]} if days.half_days else plain
    )


def _range(days: DayRange) -> dict[str, Any]:
    return {"from": days.first_on, "to": days.last_on, **({"why": days.why} if days.why else {})}


def _half(half: HalfDay) -> dict[str, Any]:
    clocks = {"opens_at": half.opens_at, "closes_at": half.closes_at}
    said = {key: f"{at:%H:%M}" for key, at in clocks.items() if at is not None}
    return {"on": half.on, **said, **({"why": half.why} if half.why else {})}


def _whole(values: dict[str, Any]) -> str:
    """A calendar anew: its keys, then the schools' own days as tables."""
    schools = values.get("schools", {})
    lines = [_set(key, value) for key, value in values.items() if key != "schools"]
    for code, own in schools.items():
        lines += [
            f"\n[schools.{_value(code)}]\n",
            *(_set(key, value) for key, value in own.items()),
        ]
    return "".join(lines)


def _set(key: str, value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inside = "".join(f"    {_value(one)},\n" for one in value)
        return f"{key} = [\n{inside}]\n"
    return f"{key} = {_value(value)}\n"


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
