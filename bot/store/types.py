"""Column types that mean the same on both engines."""

import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator, text
from sqlalchemy.sql.operators import OperatorType, eq, ne

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_PLAIN = re.compile(r"[a-z0-9_]+")

E = TypeVar("E", bound=StrEnum)

Key = BigInteger().with_variant(Integer, "sqlite")
"""A row's number: SQLite gives one by itself only to a column declared INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole microseconds since 1970: sorts as it reads, needs no time
    zone of a driver's, and takes eight bytes."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - EPOCH) // _TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A small document, kept as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        try:
            written.encode()
        except UnicodeEncodeError:  # half a character, which JSON can name and no database can keep
            written = json.dumps(value, separators=(",", ":"))
        return written

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


class Word(TypeDecorator[E]):
    """One of a fixed set of words. Compared with one of them, it has that word in the statement
    itself, not as a parameter: for an index on some words alone, SQLite would otherwise plan a
    statement anew each time, and PostgreSQL's plan for any parameter passes the index over."""

    impl = Text
    cache_ok = True

    class comparator_factory(  # noqa: N801 (SQLAlchemy's name)
        TypeDecorator.Comparator[Any], Text.Comparator[Any]
    ):
        def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> Any:
            if op in (eq, ne) and isinstance(other[0], StrEnum):
                column = self.type
                assert isinstance(column, Word)
                other = (text(f"'{column.words(other[0]).value}'"), *other[1:])
            return super().operate(op, *other, **kwargs)

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        assert all(_PLAIN.fullmatch(word) for word in words), "to be put into statements"
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:  # noqa: ARG002
        return None if value is None else self.words(value)
