"""Importing a synthetic authority, beside the same rows put in by the driver alone; and finding a
school by a few letters, beside the listing of the rows that are shown."""

import resource
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.authority import people_csv, schools_csv
from benchmarks.figures import Figure, spread
from bot.domain.directory import Directory
from bot.domain.finding import Finder
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.intake.directory_csv import DirectoryFile, read_directory_file
from bot.store import schema

_CONFIG = Path(__file__).parent.parent / "config"
_TYPED = (
    "oak prim",
    "9",
    "1012345",
    "glan yr afon 2",
    "ysgol 77",
    "invented person 59",
    "atlantis",
)


def _files(schools: int, people: int) -> list[DirectoryFile]:
    return [
        read_directory_file("schools.csv", schools_csv(schools)),
        read_directory_file("people.csv", people_csv(schools, people)),
    ]


async def importing(schools: int, people: int) -> Figure:
    """From the files' bytes to the commit, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="encompass-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        await schema.migrate(url)
        ctx = Context.on(url)
        try:
            await take_config(ctx, read_config(_CONFIG))
            begin = time.perf_counter()
            await apply(ctx, _files(schools, people))
            took = time.perf_counter() - begin
        finally:
            await ctx.store.close()
        raw = _raw(Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Figure(
        f"import of {schools:,} schools and {people:,} people",
        f"{took:.1f} s, {peak} MB at most in this process",
        f"the same rows by one raw `executemany` a table: {raw:.2f} s",
        took / raw,
        "30 s, 300 MB",
    )


def _raw(folder: Path) -> float:
    """The rows as they stand in the database now, put into an empty one."""
    source = sqlite3.connect(folder / "bench.db")
    target = sqlite3.connect(folder / "raw.db")
    begin = time.perf_counter()
    for table in ("schools", "people"):
        rows = source.execute(f"select * from {table}").fetchall()
        target.execute(f"create table {table} as select * from (values ({_marks(rows)})) limit 0",
                       rows[0])  # fmt: skip
        target.executemany(f"insert into {table} values ({_marks(rows)})", rows)
    target.commit()
    took = time.perf_counter() - begin
    source.close()
    target.close()
    return took


def _marks(rows: list[tuple[object, ...]]) -> str:
    return ",".join("?" * len(rows[0]))


def searching(schools: int, people: int) -> Figure:
    """One search, of several kinds, in the index of a directory that has been read."""
    of_schools, of_people = _files(schools, people)
    directory = Directory(
        {s.code: s for s in of_schools.schools or ()}, {p.id: p for p in of_people.people or ()}
    )
    begin = time.perf_counter()
    finder = Finder(directory)
    built = time.perf_counter() - begin
    took, raw = [], []
    for typed in _TYPED * 5:
        begin = time.perf_counter()
        finder.find(typed, people=True)
        took.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        [school for school in directory.schools.values() if typed in school.name]
        raw.append(time.perf_counter() - begin)
    return Figure(
        f"a search over {schools:,} schools and {people:,} people",
        f"{spread(took)}; the index, once a version: {built:.1f} s",
        f"one look at each school's name: {spread(raw)}",
        statistics.median(took) / statistics.median(raw),
        "200 ms",
    )
