"""`make rigs`: the long forms, in parts that add up in `docs/evidence.md`; stopped at any moment,
what was done stands, and the next call goes on from there."""

import argparse
import subprocess
import sys
from dataclasses import dataclass

from tests.rigs.evidence import recorded

_BOTH = ("sqlite", "postgres")


@dataclass(frozen=True)
class Form:
    """A rig's long form: so many of what it counts, in parts of so many, on each of its engines.
    Its module takes `--engine`, `--seed`, `--record` and `--COUNTED`."""

    rig: str
    module: str
    counted: str
    wanted: int
    part: int
    engines: tuple[str, ...] = _BOTH

    def run(self, engine: str) -> bool:
        """What is still wanted, those of earlier calls counted; False if anything was broken."""
        while (done := self._done(engine)) < self.wanted:
            part = min(self.part, self.wanted - done)
            given = ["--engine", engine, "--seed", self._next_seed(engine), "--record"]
            command = [sys.executable, "-m", self.module, f"--{self.counted}", part, *given]
            if subprocess.run(list(map(str, command)), check=False).returncode:
                return False
        return True

    def _done(self, engine: str) -> int:
        return sum(line.numbers.get(self.counted, 0) for line in recorded(self.rig, engine))

    def _next_seed(self, engine: str) -> int:
        return max((line.seed for line in recorded(self.rig, engine)), default=0) + 1


FORMS = (
    Form("kill", "tests.rigs.kills", "kills", 1000, 50),
    Form("soak", "tests.rigs.soak", "minutes", 120, 120),
    Form("power cut", "tests.rigs.power_cut", "cuts", 1000, 250, ("sqlite",)),
    Form("fuzz", "tests.rigs.fuzz", "cases", 50_000, 5000),
    Form("parsers", "tests.rigs.parsers", "minutes", 10, 10),
    Form("faults", "tests.rigs.faults", "cells", 600, 60),
    Form("killed migrations", "tests.rigs.killed_migrations", "kills", 200, 50),
    Form("races", "tests.rigs.races", "races", 10_000, 400),
    Form("dead man", "tests.rigs.dead_man", "loops", 15, 15),
    Form("workers", "tests.rigs.workers", "rounds", 60, 10, ("postgres",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs", description=__doc__)
    parser.add_argument("--rig", choices=[form.rig for form in FORMS], help="this one alone")
    parser.add_argument("--engine", choices=_BOTH, help="on this one alone")
    given = parser.parse_args()
    held = [
        form.run(engine)
        for form in FORMS
        for engine in form.engines
        if given.rig in (None, form.rig) and given.engine in (None, engine)
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
