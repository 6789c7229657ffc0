"""What every command begins with: settings, a checked database, a context that is closed again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.calendar import LONDON
from bot.domain.errors import Fault, RefusedError, UsageError
from bot.flow.context import Context
from bot.settings import Settings, read_settings
from bot.store import schema

T = TypeVar("T")
_YEARS = range(2000, 2101)
"""Beyond these a date is a slip of the hand, and sums with it leave the calendar."""


@asynccontextmanager
async def opened(settings: Settings | None = None) -> AsyncIterator[Context]:
    """A context on the database, which must have this program's schema."""
    settings = settings or read_settings()
    await schema.check(settings.database_url)
    ctx = Context.on(settings.database_url)
    try:
        yield ctx
    finally:
        await ctx.store.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def with_context(act: Callable[[Context], Awaitable[T]]) -> T:
    """Do one thing on the database."""

    async def work() -> T:
        async with opened() as ctx:
            return await act(ctx)

    return asyncio.run(work())


def read_bytes(name: str) -> bytes:
    """A file's bytes; one sentence if it cannot be read."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise RefusedError([Fault(name, f"cannot be read ({error.strerror})")]) from error


def day(text: str, option: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} must be a date, such as 2026-11-30.") from None
    if on.year not in _YEARS:
        raise UsageError(f"{option} must lie in this century.")
    return on


def instant(text: str, option: str) -> datetime:
    """A local time unless it carries an offset. Of an hour that comes twice the first is meant;
    one that the clocks leave out is read as if they had not moved yet."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} must be a date and time, such as 2026-11-30T07:10.") from None
    if at.year not in _YEARS:
        raise UsageError(f"{option} must lie in this century.")
    return (at.replace(tzinfo=LONDON) if at.tzinfo is None else at).astimezone(UTC)


def clock(at: datetime, *, seconds: bool = False) -> str:
    """A local time as the commands print it: `Mon 16 Nov 2026 08:50`, with seconds if asked for."""
    return f"{at.astimezone(LONDON):%a %d %b %Y %H:%M:%S}"[: None if seconds else -3]
