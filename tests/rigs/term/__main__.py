"""`make simulate`: a line a school day, and one line at the end. Exit 1 if a promise was broken."""

import argparse
import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.conftest import fresh_database
from tests.databases import Postgres, one_memory, postgres_server, sqlite_template
from tests.rigs.term.run import Figures, simulate

_SEED = 20260907


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
    given = parser.parse_args()
    with ExitStack() as stack:
        stack.enter_context(one_memory())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="encompass-term-")))
        template: Path | Postgres
        if given.engine == "sqlite":
            template = stack.enter_context(sqlite_template())
        else:
            template = Postgres(stack.enter_context(postgres_server()))
            asyncio.run(template.make_template())
        figures = asyncio.run(_run(template, folder, given))
    say(str(figures))
    if figures.broken:
        for broken in figures.broken:
            say(f"broken: {broken}")
        say(
            f"The same again: python -m tests.rigs.term --seed {given.seed} --days {figures.days} "
            f"--schools {given.schools} --engine {given.engine}",
        )
    return 1 if figures.broken else 0


async def _run(template: Path | Postgres, folder: Path, given: argparse.Namespace) -> Figures:
    async with fresh_database(template, folder / "database") as database:
        return await simulate(
            database,
            folder,
            given.seed,
            days=given.days,
            schools=given.schools,
            faults=not given.no_faults,
            say=say,
        )


if __name__ == "__main__":
    sys.exit(main())
