"""The run: from one instant at which something is due to the next, day after day."""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.domain.message import Kind
from bot.store.tables import acknowledgements, tellings
from tests.rigs.term.authority import (
    EAST,
    FIRST_DAY,
    WEST,
    WEST_INSET,
    Authority,
    authority,
    is_school_day,
)
from tests.rigs.term.chance import at, local
from tests.rigs.term.coordinators import Coordinators
from tests.rigs.term.force import Force
from tests.rigs.term.promises import Broken, Promises
from tests.rigs.term.staff import Staff
from tests.rigs.term.thrift import Thrift
from tests.rigs.term.trouble import Trouble
from tests.world import World

_GRID = 45
"""Seconds: what falls due within them is done together, as in a busy service it would be late."""
_BEGINS, _ENDS = 6 * 60, 22 * 60


@dataclass
class Figures:
    """What a run comes to."""

    seed: int
    days: int = 0
    notices: int = 0
    messages: int = 0
    presses: int = 0
    acknowledgements: int = 0
    escalations: int = 0
    faults: int = 0
    broken: list[Broken] = field(default_factory=list)


class Term:
    """An authority, its staff and a force around a world that is up."""

    def __init__(
        self, world: World, seed: int, known: Authority, *, faults: bool = True, share: float = 1
    ) -> None:
        self.world, self._seed, self._faults = world, seed, faults
        self.force = Force(seed, world, known, share)
        self.staff = Staff(seed, world, known, self.force)
        self.coordinators = Coordinators(seed, world, known, self.force, self.staff)
        self.trouble = Trouble(seed, world)
        self.promises = Promises(world, self.force, self.staff)
        self.figures = Figures(seed)

    async def live(self, days: int, say: Callable[[str], None] = lambda _: None) -> Figures:
        """So many school days; it ends early on the day on which a promise is broken."""
        day = FIRST_DAY
        while self.figures.days < days and not self.figures.broken:
            began = time.process_time()
            self.force.draw(day)
            self.staff.draw(day)
            if self._faults:
                self.trouble.draw(day)
            if is_school_day(day):
                self.coordinators.draw(day)
            await self._until(at(day, _ENDS))
            self.figures.broken = await self.promises.check()
            self.figures.days += is_school_day(day)
            await self._count()
            if is_school_day(day) or self.figures.broken:
                took = time.process_time() - began
                say(f"{day:%a %d %b}  {self._line()}  ({took:.1f} s of processor)")
            for broken in self.figures.broken:
                say(f"BROKEN on {day}: {broken}")
            day += timedelta(days=1)
        return self.figures

    async def _until(self, end: datetime) -> None:
        world, hand = self.world, self.world.stagehand
        while world.clock.now() < end:
            if not isinstance(hand.service, Thrift):  # it was started, or started again
                hand.service = Thrift(world.app)
            due = [await hand.next_event(), self.staff.next_at, self.force.next_at]
            due += [self.trouble.next_at, self.coordinators.next_at]
            next_at = min((at for at in due if at is not None), default=end)
            now = min(end, _on_the_grid(max(next_at, world.clock.now())))
            world.clock.move_to(now)
            await self.trouble.act(now)
            if not self.trouble.is_in_the_way:
                await self.coordinators.act(now)
                self.staff.act(now)
            await self.force.act(now)
            await hand.tick()
            self.staff.look(world.clock.now())
            self.coordinators.look(world.clock.now())

    async def _count(self) -> None:
        figures = self.figures
        figures.notices = len(self.force.by_reference)
        figures.messages = sum(
            entry.method.casefold() == "sendmessage" for entry in self.world.sandbox.ledger.accepted
        )
        figures.presses = self.staff.presses
        figures.faults = self.trouble.injected
        async with self.world.ctx.store.reading() as tx:
            figures.acknowledgements = int(
                await tx.scalar(select(func.count()).select_from(acknowledgements))
            )
            figures.escalations = int(
                await tx.scalar(
                    select(func.count())
                    .select_from(tellings)
                    .where(tellings.c.kind == Kind.ESCALATION)
                )
            )

    def _line(self) -> str:
        f = self.figures
        return (
            f"notices {f.notices}, messages {f.messages}, presses {f.presses}, acknowledged "
            f"{f.acknowledgements}, escalated {f.escalations}, faults {f.faults}"
        )


def _on_the_grid(at: datetime) -> datetime:
    """The next point of the grid behind this instant."""
    return datetime.fromtimestamp((int(at.timestamp()) // _GRID + 1) * _GRID, UTC)


@asynccontextmanager
async def begun(
    database: str, folder: Path, seed: int, *, schools: int, faults: bool = True, share: float = 1
) -> AsyncIterator[Term]:
    """Everything up on a fresh database, on the first morning of term."""
    known = authority(seed, schools)
    async with World(database, folder, at(FIRST_DAY, _BEGINS)) as world:
        calendar = world.config / "calendars" / f"{EAST}.toml"
        other = [
            WEST_INSET if line.startswith("inset = [2026-11-27") else line
            for line in calendar.read_text().splitlines()
        ]
        calendar.with_name(f"{WEST}.toml").write_text("\n".join(other))
        await world.take_config()
        await world.settles(known.schools, known.people)
        await world.stagehand.tick()
        yield Term(world, seed, known, faults=faults, share=share)


async def simulate(
    database: str,
    folder: Path,
    seed: int,
    *,
    days: int,
    schools: int,
    faults: bool = True,
    share: float = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Figures:
    """One run on a fresh database."""
    errors = Errors()
    logging.getLogger().addHandler(errors)
    try:
        async with begun(
            database, folder, seed, schools=schools, faults=faults, share=share
        ) as term:
            errors.world = term.world
            figures = await term.live(days, say)
    finally:
        logging.getLogger().removeHandler(errors)
    figures.broken += [Broken(f"an error was logged: {said}") for said in errors.said]
    return figures


class Errors(logging.Handler):
    """What was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        self.world: World | None = None

    def emit(self, record: logging.LogRecord) -> None:
        why = f": {record.exc_info[1]!r}" if record.exc_info else ""
        promise = getattr(record, "promise", getattr(record, "stage", ""))
        when = "" if self.world is None else f"{local(self.world.clock.now()):%a %d %b %H:%M:%S} "
        self.said.append(f"{when}{record.getMessage()} {promise}{why}")
