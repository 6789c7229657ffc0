"""`python -m tests.rigs.faults --rounds 1 --engine postgres`: each round is every cell of the
engine once, with what is drawn in it drawn anew. `--document` writes docs/faults.md instead."""

import asyncio
import sys
from pathlib import Path

from tests.databases import Postgres, one_memory
from tests.rigs.faults.document import DOCUMENT, document
from tests.rigs.faults.endings import MUST_BE_NONE, WRONG
from tests.rigs.faults.run import Cell, counted
from tests.rigs.faults.table import cells
from tests.rigs.long_form import Found, long_form

_SECONDS = 180
"""Far more than any cell needs."""


async def _run(template: Path | Postgres, folder: Path, seed: int, rounds: int) -> Found:
    engine = "sqlite" if isinstance(template, Path) else "postgres"
    done: list[Cell] = []
    for turn in range(rounds):
        for number, (fault, stage) in enumerate(cells(engine)):
            cell = Cell(fault, stage, f"{seed}.{turn}")
            try:
                async with asyncio.timeout(_SECONDS):
                    await cell.run(template, folder / f"{turn}-{number}")
            except Exception as error:  # of one cell; the others are asked all the same
                cell.ending.add(WRONG, f"{type(error).__name__}: {error}")
            for said in cell.ending.said:
                sys.stdout.write(f"{cell}, seed {cell.seed}: {said}\n")
            done.append(cell)
    did, wrong = counted(done)
    return {"rounds": rounds, **did}, {name: wrong[name] for name in MUST_BE_NONE}


def main() -> int:
    if "--document" in sys.argv:
        DOCUMENT.write_text(document())
        return 0
    with one_memory():
        return long_form("faults", __doc__, "rounds", 1, _run)


if __name__ == "__main__":
    sys.exit(main())
