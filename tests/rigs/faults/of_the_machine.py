"""Faults of the machine: its clock is stepped, its process is suspended, its loop is held up."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.store.unit_of_work import Store
from tests.rigs.faults.journey import Brought, Journey

_BLOCKED = 0.2
"""Seconds that the loop really stands still; by the service's clock it is far more."""


def stepped(by: timedelta) -> Brought:
    """The service's clock is wrong by this until it is put right."""

    @asynccontextmanager
    async def step(journey: Journey) -> AsyncIterator[None]:
        journey.clock_was_wrong = True
        journey.struck += 1
        journey.world.service_clock.wrong_by = by
        try:
            yield
        finally:
            journey.world.service_clock.wrong_by = timedelta(0)

    return step


@asynccontextmanager
async def clocks_change(journey: Journey) -> AsyncIterator[None]:
    """The hour changes within the stage's first second."""
    clock = journey.world.clock
    hour = (clock.now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    if hour - clock.now() < timedelta(minutes=15):
        clock.move_to(hour - timedelta(seconds=0.5))
        journey.struck += 1
    yield


def leaps(shortest: float, longest: float, *, lives: bool) -> Brought:
    """In the middle of the stage, right behind one of its first commits, so many seconds pass in
    which the process does nothing: suspended, or `lives` and its loop is held up."""

    @asynccontextmanager
    async def leap(journey: Journey) -> AsyncIterator[None]:
        through, seconds = journey.lot.randint(0, 2), journey.lot.uniform(shortest, longest)
        clock, committed = journey.world.clock, Store._committed
        left = 1

        def leaps_now() -> None:
            nonlocal left
            left = 0
            journey.struck += 1
            if lives:
                time.sleep(_BLOCKED)
                clock.wear_on(seconds)
            clock.move_to(clock.now() + timedelta(seconds=seconds))

        async def then(store: Store, woken: set[str]) -> None:
            nonlocal through
            if left and not through:
                leaps_now()
            through = max(0, through - 1)
            await committed(store, woken)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "_committed", then)
            yield
        if left:
            leaps_now()

    return leap
