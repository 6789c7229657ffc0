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
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.burst import bursts, engines
from benchmarks.directory import importing, searching
from benchmarks.due import due_at_once
from benchmarks.figures import HEAD, Figure
from benchmarks.page import first_on_the_page
from benchmarks.plot import plot
from benchmarks.sending import first_send, paced
from benchmarks.starting import helping, starting
from benchmarks.steady import steadily
from benchmarks.ticks import ticks
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


async def _figures(template: Path | Postgres, *, short: bool) -> list[Figure]:
    figures = [await first_send(10 if short else 51), helping(10)]
    for schools in (20,) if short else (200, 800):
        figures += await paced(schools)
    figures += await bursts(200 if short else 2000, 1 if short else 3)
    figures += await engines(template, 100 if short else 500, 1 if short else 3)
    figures += await steadily(40 if short else 300, 1 if short else 3)
    figures += await starting(1000 if short else 100_000)
    figures.append(await due_at_once(100 if short else 1000))
    figures.append(await first_on_the_page(20))
    figures.append(await viewing(100_000))
    figures += [await importing(25_000, 60_000), searching(25_000, 60_000)]
    for number in (100_000,) if short else (100_000, 1_000_000):
        figures += await ticks(number)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    before = _noise()
    with template_of("postgres") as template:
        figures = asyncio.run(_figures(template, short=given.short))
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
