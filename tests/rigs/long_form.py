"""The command of a rig's long form: so much of what it counts, on an engine, from a seed."""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path

from tests.databases import Postgres, template_of
from tests.rigs.evidence import closes

Found = tuple[Mapping[str, int], Mapping[str, int]]
"""What a run did, and what must be 0."""


def long_form(
    rig: str,
    about: str | None,
    counted: str,
    usual: int,
    run: Callable[[Path | Postgres, Path, int, int], Coroutine[None, None, Found]],
    engines: Sequence[str] = ("sqlite", "postgres"),
    place: Path | None = None,
) -> int:
    """Read what is asked for, run it in a folder that goes again, close with a line; 1 if anything
    was broken. `run` is given a template of the engine, the folder, the seed and how much. `place`:
    where the folder is made, if not where the machine makes such."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(f"--{counted}", dest="wanted", type=int, default=usual)
    parser.add_argument("--engine", choices=engines, default=engines[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--record", action="store_true", help="keep the line in docs/evidence.jsonl"
    )
    given = parser.parse_args()
    with (
        template_of(given.engine) as template,
        tempfile.TemporaryDirectory(
            prefix="encompass-rig-", dir=place, ignore_cleanup_errors=True
        ) as folder,
    ):
        did, broken = asyncio.run(run(template, Path(folder), given.seed, given.wanted))
    line = closes(rig, given.engine, given.seed, did, broken, record=given.record)
    return 0 if line.held else 1
