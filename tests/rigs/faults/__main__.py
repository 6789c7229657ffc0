"""`python -m tests.rigs.faults --cells 60 --engine postgres`: so many cells, each a fault at a
stage; the seed says which sixty of them, and what is drawn in each. `--document` writes
docs/faults.md instead."""

import asyncio
import sys
from itertools import cycle, islice
from pathlib import Path

from tests.databases import Postgres, one_memory
from tests.rigs.faults.document import DOCUMENT, document
from tests.rigs.faults.endings import MUST_BE_NONE, WRONG
from tests.rigs.faults.run import Cell, counted
from tests.rigs.faults.table import cells
from tests.rigs.long_form import Found, long_form

_SECONDS = 180
"""Far more than any cell needs."""


async def _run(template: Path | Postgres, folder: Path, seed: int, wanted: int) -> Found:
    """So many in the table's order, from where the part before this one ended: its seed is one
    less."""
    engine = "sqlite" if isinstance(template, Path) else "postgres"
    drawn = list(islice(cycle(cells(engine)), (seed - 1) * wanted, seed * wanted))
    done: list[Cell] = []
    for number, (fault, stage) in enumerate(drawn):
        cell = Cell(fault, stage, str(seed))
        try:
            async with asyncio.timeout(_SECONDS):
                await cell.run(template, folder / str(number))
        except Exception as error:  # of one cell; the others are asked all the same
            cell.ending.add(WRONG, f"{type(error).__name__}: {error}")
        for said in cell.ending.said:
            sys.stdout.write(f"{cell}, seed {cell.seed}: {said}\n")
        done.append(cell)
    did, wrong = counted(done)
    return dict(did), {name: wrong[name] for name in MUST_BE_NONE}


def main() -> int:
    if "--document" in sys.argv:
        DOCUMENT.write_text(document())
        return 0
    with one_memory():
        return long_form("faults", __doc__, "cells", 60, _run)


if __name__ == "__main__":
    sys.exit(main())
