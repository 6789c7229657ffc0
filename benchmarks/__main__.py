"""`make bench`: prints the figures as a table; `make bench ARGS=--write` puts them in
docs/benchmarks.md. `ARGS=--short` leaves out what takes minutes.
"""

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.burst import bursts, engines, long_burst
from benchmarks.directory import importing, searching
from benchmarks.due import due_among, due_at_once
from benchmarks.figures import HEAD, Figure
from benchmarks.page import first_on_the_page
from benchmarks.plot import plot
from benchmarks.sending import first_send, paced
from benchmarks.starting import helping, starting
from benchmarks.steady import steadily
from benchmarks.ticks import growth, ticks
from benchmarks.viewing import viewing
from tests.databases import Postgres, template_of

_DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_PICTURE = _DOCUMENT.with_suffix(".svg")
_BEGIN, _END = "<!-- figures -->", "<!-- /figures -->"


def _noise() -> str:
    """The same piece of pure Python, ten times: how far apart the machine alone drives figures."""
    took = []
    for _ in range(10):
        begin = time.perf_counter()
        sum(number * number for number in range(1_000_000))
        took.append(time.perf_counter() - begin)
    return (
        f"noise: one piece of pure Python took {min(took) / statistics.median(took):.2f} to "
        f"{max(took) / statistics.median(took):.2f} of its median in ten runs"
    )


async def _figures(template: Path | Postgres, *, short: bool) -> AsyncIterator[Figure]:
    """One after another, as they are measured."""
    rounds = 1 if short else 3
    yield await first_send(10 if short else 51)
    yield helping(10)
    several = [
        partial(bursts, 200 if short else 2000, rounds),
        partial(long_burst, 400 if short else 20_000),
        partial(steadily, 40 if short else 300, rounds),
        *(partial(paced, schools) for schools in ((20,) if short else (200, 800))),
        partial(starting, 1000 if short else 100_000),
        partial(engines, template, 100 if short else 500, rounds),
    ]
    for measured in several:
        for figure in await measured():
            yield figure
    yield await due_at_once(100 if short else 1000)
    yield await first_on_the_page(20)
    yield await viewing(100_000)
    yield await importing(25_000, 60_000)
    yield searching(25_000, 60_000)
    for number in (100_000,) if short else (100_000, 1_000_000):
        for figure in await ticks(number):
            yield figure
    yield await due_among(100, 10_000 if short else 1_000_000)
    yield await growth(1000, 10_000 if short else 5_000_000)


async def _told(template: Path | Postgres, *, short: bool) -> list[Figure]:
    """Each is said as soon as it is known."""
    figures = []
    async for figure in _figures(template, short=short):
        print(figure.row(), flush=True)
        figures.append(figure)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    before = _noise()
    with template_of("postgres") as template:
        figures = asyncio.run(_told(template, short=given.short))
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    table = "\n".join([HEAD, *(figure.row() for figure in figures)])
    text = f"{table}\n\n{machine}. Before: {before}. After: {_noise()}.\n"
    print(text)
    if given.write:
        _PICTURE.write_text(plot(figures))
        head, _, rest = _DOCUMENT.read_text().partition(_BEGIN)
        _, _, tail = rest.partition(_END)
        picture = "![of what its target allows, how much each figure uses](benchmarks.svg)"
        _DOCUMENT.write_text(f"{head}{_BEGIN}\n\n{text}\n{picture}\n\n{_END}{tail}")


if __name__ == "__main__":
    main()
