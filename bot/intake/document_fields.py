"""The kinds of value a notification's fields hold, each with its check and its JSON schema.

Contract: HTTP, the notification's JSON. A sentence says what would be right, never what was sent.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bot.domain.calendar import local_day
from bot.domain.incident import Answer

AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours (contract: HTTP)."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def refusal(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("refused", sentence)


def _now(info: ValidationInfo) -> datetime:
    now = (info.context or {})["now"]
    assert isinstance(now, datetime)
    return now


def _instant(value: Any, info: ValidationInfo) -> datetime:
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise refusal("must be a date, a time and an offset, such as 2026-11-19T22:40:00+00:00")
    day, clock, offset = found.groups()
    if not offset:
        raise refusal("must end in its offset from UTC, such as Z or +00:00")
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise refusal("must be a date and a time that exist") from None
    if at < EARLIEST:
        raise refusal("must not lie before the year 2000")
    if at > _now(info) + AHEAD:
        raise refusal("must not lie more than 5 minutes ahead of now")
    return at


def _birthday(value: Any, info: ValidationInfo) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise refusal("must be a date, such as 2014-11-02")
    try:
        born = date.fromisoformat(value)
    except ValueError:
        raise refusal("must be a date that exists") from None
    if born > local_day(_now(info)):
        raise refusal("must not lie after today")
    return born


def _answer(value: Any) -> Answer:
    try:
        return Answer(value)
    except ValueError:
        raise refusal("must be one of yes, no, not_recorded") from None


def _whole(value: Any) -> Any:
    """To JSON 7.0 is the whole number 7, and some programs write it so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _reference(value: str) -> str:
    if is_blank(value):
        raise refusal("must not be empty")
    if "\n" in value or "\r" in value:
        raise refusal("must stand on one line")
    return value


def is_blank(text: str) -> bool:
    """Nothing a reader could see: white space, control characters and marks of direction only."""
    return all(unicodedata.category(char) in _UNSEEN for char in text)


Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Birthday = Annotated[
    date, BeforeValidator(_birthday), WithJsonSchema({"type": "string", "format": "date"})
]
ThreeValued = Annotated[
    Answer,
    BeforeValidator(_answer),
    WithJsonSchema({"type": "string", "enum": [answer.value for answer in Answer]}),
]
YearGroup = Annotated[int, Field(ge=-1, le=14), BeforeValidator(_whole)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Name = Annotated[Short, AfterValidator(lambda name: "" if is_blank(name) else name)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_reference),
]
Scale = Annotated[Filled, AfterValidator(str.upper)]
Grade = Annotated[Filled, AfterValidator(str.casefold)]

_SENTENCES = {
    "missing": "must be given",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "too_short": "must hold at least one entry",
    "too_long": "must hold at most {max_length} entries",
    "model_type": "must be an object",
    "literal_error": "must be one of {expected}",
}


def sentence(kind: str, message: str, context: dict[str, Any]) -> str:
    """Our sentence for a fault that pydantic found; its own wording could quote the input."""
    if kind == "refused":
        return message
    return _SENTENCES.get(kind, "must be a value that this field can hold").format(**context)
