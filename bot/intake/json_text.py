"""JSON from outside, read warily: bytes to plain values, and every place that cannot stand.

Nothing of the content is ever repeated in a fault; a path is made of field names and numbers only.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from bot.domain.errors import Fault, NotReadableError, RefusedError

MOST_LEVELS = 32
MOST_FAULTS = 50
_MOST_DIGITS = 18
_NAME_LENGTH = 60

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
UNCLEAN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class _Doubled(dict[str, Any]):
    """An object in which a name stands twice; which of the two was meant, nobody can say."""

    names: tuple[str, ...] = ()


class _Unusable:
    """Stands where a number was that no field could hold."""

    def __init__(self, why: str) -> None:
        self.why = why


_CONTAINER_OR_UNUSABLE = (dict, list, _Unusable)
_NOT_FINITE = "must be a finite number"
_TOO_LARGE = "must be a number of at most 18 digits"


def parsed(body: bytes) -> Any:
    """The plain value of a JSON text in UTF-8, with or without a byte order mark.

    Not JSON at all: `NotReadableError`. What is JSON and still cannot stand is left in the value
    for `faults_in` to find, since only there its path is known.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _unreadable(f"byte {error.start + 1}", "the text must be UTF-8, and here it is not")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda _: _Unusable(_NOT_FINITE),
            parse_int=lambda digits: (
                int(digits) if len(digits.lstrip("-")) <= _MOST_DIGITS else _Unusable(_TOO_LARGE)
            ),
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        _unreadable(place, "the text must be JSON, and from here on it is not")
    except RecursionError:
        _unreadable("$", f"objects and lists must be nested at most {MOST_LEVELS} levels deep")


def _unreadable(where: str, says: str) -> NoReturn:
    raise NotReadableError([Fault(where, says)]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled = _Doubled(plain)
    doubled.names = tuple(n for n, many in Counter(name for name, _ in pairs).items() if many > 1)
    return doubled


def _float(digits: str) -> float | _Unusable:
    number = float(digits)
    return number if math.isfinite(number) else _Unusable(_NOT_FINITE)


Trail = tuple["Trail", str | int] | None
"""The way to a value, from the inside out; written as a path only where there is a fault."""


def path(trail: Sequence[str | int], root: str = "$") -> str:
    """The JSON path of a value: `$.children[2].date_of_birth`."""
    return root + "".join(_segment(step) for step in trail)


def _segment(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN_NAME.fullmatch(step) and len(step) <= _NAME_LENGTH:
        return f".{step}"
    cut = step if len(step) <= _NAME_LENGTH else step[:_NAME_LENGTH] + "…"
    return f"[{json.dumps(cut)}]"


def faults_in(value: Any, root: str = "$") -> list[Fault]:
    """Everything in a plain value that no field may hold, whether the field is known or not.

    Names that stand twice, control characters, lone surrogates, numbers out of range, bottomless
    nesting. Walked with a list, not by recursion: depth is the sender's to choose.
    """
    faults: list[Fault] = []
    waiting: list[tuple[Trail, int, Any]] = [(None, 0, value)]
    while waiting and len(faults) <= MOST_FAULTS:
        trail, level, value = waiting.pop()
        members: Iterable[tuple[str | int, Any]] = ()
        says = _scalar_fault(value)
        if isinstance(value, dict | list) and level == MOST_LEVELS:
            says = f"must be nested at most {MOST_LEVELS} levels deep"
        elif isinstance(value, dict):
            faults += [Fault(path(_steps((trail, n)), root), why) for n, why in _names(value)]
            members = value.items()
        elif isinstance(value, list):
            members = enumerate(value)
        if says:
            faults.append(Fault(path(_steps(trail), root), says))
        waiting += [((trail, k), level + 1, v) for k, v in members if _is_worth_a_look(v)][::-1]
    return first_of(faults)


def _is_worth_a_look(value: Any) -> bool:
    """Most values are scalars with nothing wrong; ten thousand of them must not take a second."""
    if isinstance(value, str):
        return not value.isprintable() and UNCLEAN.search(value) is not None
    return isinstance(value, _CONTAINER_OR_UNUSABLE)


def _scalar_fault(value: Any) -> str | None:
    if isinstance(value, str):
        found = UNCLEAN.search(value)
        return unclean(found[0]) if found else None
    return value.why if isinstance(value, _Unusable) else None


def _names(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Doubled):
        for name in value.names:
            yield name, "must stand only once in its object"
    for name in value:
        if found := UNCLEAN.search(name):
            yield name, "has a name that " + unclean(found[0])


def _steps(trail: Trail) -> list[str | int]:
    steps: list[str | int] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return steps[::-1]


def unclean(char: str) -> str:
    if char == "\0":
        return "must not hold a NUL character"
    if char < " ":
        return "must not hold control characters other than tab and line breaks"
    return "must not hold half of a surrogate pair"


def first_of(faults: list[Fault]) -> list[Fault]:
    """At most fifty, and a last one that says there are more: an answer has a size as well."""
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], Fault("", "there are more faults than are listed here")]


def refuse_unclean(value: Any, root: str = "$") -> None:
    if faults := faults_in(value, root):
        raise RefusedError(faults)
