"""`make simulate`: a line a school day, and one line at the end. Exit 1 if a promise was broken.

A force's notices to 130 schools over a term are more than an hour of processor. A tenth of them is
sent unless `--share` says otherwise; every day, school, person and fault is there all the same.
With `--parts` the schools are so many authorities, each a service in a process of its own. The
database lies in memory where the system offers that: a term asks what the service does, and what a
disk keeps is the power cut's rig.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.conftest import fresh_database
from tests.databases import Postgres, one_memory, template_of
from tests.rigs.evidence import closes
from tests.rigs.term.run import Figures, simulate

_SEED, _SHARE, _PARTS = 20260907, 0.1, 2
_MEMORY = Path("/dev/shm")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.term", description=__doc__)
    parser.add_argument("--days", type=int, default=60, help="school days")
    parser.add_argument("--schools", type=int, default=130)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--no-faults", action="store_true", help="nothing goes wrong by itself")
    parser.add_argument("--share", type=float, default=_SHARE, help="of a real force's notices")
    parser.add_argument("--parts", type=int, default=_PARTS, help="processes")
    parser.add_argument("--record", action="store_true", help="in docs/evidence.jsonl")
    given = parser.parse_args()
    return _in_parts(given) if given.parts > 1 else _alone(given)


def _in_parts(given: argparse.Namespace) -> int:
    """Each part as a process; every one runs to its end, whatever becomes of another."""
    running = []
    for part in range(given.parts):
        schools = (given.schools + part) // given.parts
        command = [
            sys.executable, "-m", "tests.rigs.term", "--parts", "1", "--days", str(given.days),
            "--schools", str(schools), "--seed", str(given.seed + part),
            "--share", str(given.share), "--engine", given.engine,
        ]  # fmt: skip
        running.append(subprocess.Popen([*command, *_flags(given)]))
    return max(process.wait() for process in running)


def _flags(given: argparse.Namespace) -> list[str]:
    return ["--no-faults"] * given.no_faults + ["--record"] * given.record


def _alone(given: argparse.Namespace) -> int:
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # all that the sandbox has seen is kept, and walked each time
    with ExitStack() as stack:
        stack.enter_context(one_memory())
        held = tempfile.TemporaryDirectory(prefix="encompass-term-", dir=_in_memory())
        folder = Path(stack.enter_context(held))
        template = stack.enter_context(template_of(given.engine))
        figures = asyncio.run(_run(template, folder, given))
    numbers = {
        "school days": figures.days, "notices": figures.notices, "messages": figures.messages,
        "presses": figures.presses, "acknowledgements": figures.acknowledgements,
        "escalations": figures.escalations, "faults injected": figures.faults,
    }  # fmt: skip
    none = {"broken promises": len(figures.broken)}
    closes("term", given.engine, given.seed, numbers, none, record=given.record)
    if figures.broken:
        for broken in figures.broken:
            say(f"broken: {broken}")
        say(
            f"The same again: python -m tests.rigs.term --parts 1 --seed {given.seed} "
            f"--days {figures.days} --schools {given.schools} --share {given.share} "
            f"--engine {given.engine}",
        )
    return 1 if figures.broken else 0


def _in_memory() -> str | None:
    """Linux's file system in memory, where there is one to write to."""
    return str(_MEMORY) if os.access(_MEMORY, os.W_OK | os.X_OK) else None


async def _run(template: Path | Postgres, folder: Path, given: argparse.Namespace) -> Figures:
    async with fresh_database(template, folder / "database") as database:
        return await simulate(
            database,
            folder,
            given.seed,
            days=given.days,
            schools=given.schools,
            faults=not given.no_faults,
            share=given.share,
            say=say,
        )


if __name__ == "__main__":
    sys.exit(main())
