"""What the rigs found, a line a run: `docs/evidence.md` is made of these lines and of nothing else.

A rig prints its line; with `--record` it is kept in `docs/evidence.jsonl` as well. Runs of one rig
on one engine add up, so that a long form can be run in parts. `python -m tests.rigs.evidence` makes
the document anew.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.clock import MachineClock

ROOT = Path(__file__).parents[2]
LINES, DOCUMENT = ROOT / "docs" / "evidence.jsonl", ROOT / "docs" / "evidence.md"
_OF_ALL = ("longest", "most")
"""What a number's name begins with of which runs have a greatest one and no sum."""
_HEAD = """# Evidence

Made by `python -m tests.rigs.evidence` from the closing lines of the rigs in
[evidence.jsonl](evidence.jsonl), never by hand. Runs of a rig on an engine add up; each can be run
again by its seed ([how](../CONTRIBUTING.md#the-rigs)). What must be 0 is in bold.

"""


@dataclass(frozen=True, slots=True)
class Line:
    """One run: what it did in numbers, and `broken`, which must be empty of anything but 0."""

    rig: str
    engine: str
    seed: int
    numbers: Mapping[str, int]
    broken: Mapping[str, int]
    on: str = ""
    commit: str = ""
    machine: str = ""

    @property
    def held(self) -> bool:
        return not any(self.broken.values())

    def __str__(self) -> str:
        return f"{self.rig}, {self.engine}, seed {self.seed}: {self.did}, {self.must_be_none}"

    @property
    def did(self) -> str:
        return _listed(self.numbers)

    @property
    def must_be_none(self) -> str:
        return _listed(self.broken)


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in numbers.items())


def closes(
    rig: str,
    engine: str,
    seed: int,
    numbers: Mapping[str, int],
    broken: Mapping[str, int],
    *,
    record: bool,
) -> Line:
    """The closing line, printed; kept if asked for."""
    line = Line(
        rig, engine, seed, numbers, broken,
        on=f"{MachineClock().now():%Y-%m-%d}", commit=_commit(), machine=_machine(engine),
    )  # fmt: skip
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    if record:
        with LINES.open("a") as lines:
            lines.write(json.dumps(asdict(line)) + "\n")
        DOCUMENT.write_text(document(recorded()))
    return line


def recorded(rig: str | None = None, engine: str | None = None) -> list[Line]:
    """The lines kept so far: all, or those of a rig on an engine."""
    if not LINES.exists():
        return []
    lines = [Line(**json.loads(line)) for line in LINES.read_text().splitlines()]
    return [one for one in lines if rig in (None, one.rig) and engine in (None, one.engine)]


def document(lines: Iterable[Line]) -> str:
    """The same lines, added up by rig and engine."""
    runs: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        runs[line.rig, line.engine].append(line)
    parts = [_HEAD]
    for (rig, engine), of_it in runs.items():
        did = _summed(line.numbers for line in of_it)
        broken = _summed(line.broken for line in of_it)
        times = "once" if len(of_it) == 1 else f"{len(of_it)} times"
        parts += [
            f"## {rig}, {engine}\n\n",
            f"Run {times}: {_listed(did)}, **{_listed(broken)}**.\n\n",
            "| on | commit | machine | seed | did | must be 0 |\n|---|---|---|---|---|---|\n",
        ]
        for one in of_it:
            cells = (one.on, one.commit, one.machine, one.seed, one.did, one.must_be_none)
            parts.append(f"| {' | '.join(map(str, cells))} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def _summed(of: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for numbers in of:
        for name, value in numbers.items():
            sums[name] = max(sums[name], value) if name.startswith(_OF_ALL) else sums[name] + value
    return sums


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _machine(engine: str) -> str:
    of_engine = f", SQLite {sqlite3.sqlite_version}" if engine == "sqlite" else ""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}{of_engine}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(recorded()))
