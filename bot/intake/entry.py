"""One notification of a file, with what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import RefusedError
from bot.domain.incident import Submission


@dataclass(frozen=True, slots=True)
class Entry:
    """`outcome` is what was read or every fault; never both, and never silence."""

    where: str
    """Its place in the file: `$[3]`, `lines 4, 5`, `row 7`."""
    outcome: Submission | RefusedError
    raw: bytes
    """This entry alone, as it came, in JSON: what is kept of it, with the fields not understood."""
    lines: tuple[int, ...] = ()
    """The lines or rows of a sheet that it was read from, one a child."""


def outcome_of(read: Callable[[], Submission]) -> Submission | RefusedError:
    try:
        return read()
    except RefusedError as refused:
        return refused
