"""One cell: a world of its own, the journey up to its stage, the fault, the stage under it, the
fault lifted, and the ending."""

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.logs import JsonLines
from bot.store import engine as engines
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.rigs.faults.endings import WRONG, Ending, look
from tests.rigs.faults.journey import ACCEPTED, CANARY, Journey
from tests.rigs.faults.of_the_server import Servers, own_servers
from tests.rigs.faults.stages import Needs, Stage
from tests.rigs.faults.stepped import SteppedWorld
from tests.rigs.faults.table import Fault

_UNAVAILABLE = 503
_BEHIND = 130
"""Seconds after which everything that was put off by the fault has been tried again."""


@dataclass
class Cell:
    fault: Fault
    stage: Stage
    seed: str
    ending: Ending = field(default_factory=Ending)
    accepted: int = 0
    refused: int = 0
    struck: int = 0

    def __str__(self) -> str:
        return f"{self.fault.row}, {self.fault.name}: {self.stage.name}"

    async def run(
        self, template: Path | Postgres, folder: Path, servers: Servers | None = None
    ) -> None:
        """What is wrong is in `ending` afterwards. `servers`: those of the template, for a fault of
        theirs; they are made where they are not given."""
        if self.fault.own_server and servers is None:
            async with own_servers() as (made, theirs):
                await self.run(theirs, folder, made)
            return
        with _quick(self.fault), _log() as log:
            async with fresh_database(template, folder) as database:
                world = SteppedWorld(database, folder, self.fault.at)
                async with world:
                    lot = random.Random(f"{self.seed} {self}")
                    journey = Journey(world, lot, speaks_to=self.stage.tells, servers=servers)
                    await self._go(journey)
        if any(CANARY in line for line in log):
            self.ending.add(WRONG, "the log holds what only a reader may see")
        self.struck = journey.struck
        self.accepted = len(journey.accepted)
        self.refused = journey.answers[_UNAVAILABLE]

    async def _go(self, journey: Journey) -> None:
        fault, stage = self.fault, self.stage
        await journey.settle_in()
        if fault.beforehand is not None:
            await fault.beforehand(journey)
        await stage.before(journey)
        journey.world.comes_to_rest = journey.rests
        async with fault.brought(journey):
            await stage.happens(journey)
            if not fault.of & stage.needs and not await stage.done(journey):
                journey.wrong.append("it did not happen in spite of the fault")
            await journey.passes(journey.lot.uniform(*fault.lasts))
        journey.world.comes_to_rest = None
        if stage.again is not None:
            await stage.again(journey)
        await journey.passes(2)
        await journey.world.advance(seconds=_BEHIND)
        if not fault.instead and not await stage.done(journey):
            journey.wrong.append("it had not happened when the fault was over")
        self._were_answered(journey)
        await journey.comes_to_its_end()
        self.ending = await look(journey, fault.stands, instead=fault.instead)

    def _were_answered(self, journey: Journey) -> None:
        """The partner was told that it is accepted, or that nothing was stored, and no more."""
        may = {*ACCEPTED} | ({_UNAVAILABLE} if Needs.DATABASE in self.fault.of else set())
        other = {status for status, times in journey.answers.items() if times > 0} - may
        if other:
            journey.wrong.append(f"the partner was answered {sorted(other)}")


@contextmanager
def _quick(fault: Fault) -> Iterator[None]:
    """Seconds of the machine's own clock: a hand clock that stands still is no slow Telegram."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.notifiers.telegram.REQUEST_SECONDS", 60)
        if fault.waits is not None:
            patch.setattr(engines, "BUSY_SECONDS", fault.waits)
            patch.setattr(engines, "LOCK_SECONDS", fault.waits)
        yield


@contextmanager
def _log() -> Iterator[list[str]]:
    """What the service writes, as it would write it."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonLines().format(record))

    root, handler = logging.getLogger(), Lines()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)


def counted(cells: list[Cell]) -> tuple[Counter[str], Counter[str]]:
    """What these did, and what was wrong."""
    did: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for cell in cells:
        did.update(
            {"cells": 1, "felt": cell.struck > 0, "accepted": cell.accepted,
             "refused": cell.refused}
        )  # fmt: skip
        wrong.update(cell.ending.counts)
    return did, wrong
