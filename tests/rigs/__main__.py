"""`make rigs`: the long forms, in parts that add up in `docs/evidence.md`; stopped at any moment,
what was done stands, and the next call goes on from there."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tests.rigs.evidence import recorded

_PART = 50


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="in all, on each engine")
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    given = parser.parse_args()
    engines = ("sqlite", "postgres") if given.engine == "both" else (given.engine,)
    return max([_kills(engine, given.kills) for engine in engines])


def _kills(engine: str, wanted: int) -> int:
    """So many kills in all, those of earlier calls among them; 1 if anything was broken."""
    while (done := _done("kill", engine, "kills")) < wanted:
        part = min(_PART, wanted - done)
        command = ["tests.rigs.kills", "--engine", engine, "--kills", str(part)]
        if _run([*command, "--seed", str(_next_seed("kill", engine)), "--record"]):
            return 1
    return 0


def _done(rig: str, engine: str, what: str) -> int:
    of_it = [line for line in recorded() if (line.rig, line.engine) == (rig, engine)]
    return sum(line.numbers.get(what, 0) for line in of_it)


def _next_seed(rig: str, engine: str) -> int:
    seeds = [line.seed for line in recorded() if (line.rig, line.engine) == (rig, engine)]
    return max(seeds, default=0) + 1


def _run(command: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
