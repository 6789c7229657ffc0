"""The short form of the rig with several workers, and that it would see what goes wrong between
them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.limits import Limits
from tests.databases import Postgres
from tests.rigs.mortal import REAL, Waits, Without
from tests.rigs.workers import Fault, Spans, relay

SEED = 20261123
_RUNS = 4
OF_CLOCKS = ("late takeovers", "429s")
"""What a machine that is busy with something else makes late as well: the long form asks it."""
pytestmark = pytest.mark.parametrize("engine", ["postgres"])


QUICK = Waits(rate=7.7, claim_seconds=3, lease_seconds=3, repeat_after=(1,))
"""Claims and a lease that are soon over, and a quarter of Telegram's pace."""


async def short(
    template: Path | Postgres,
    folder: Path,
    faults: Sequence[Fault],
    without: Without | None = None,
) -> tuple[dict[str, int], dict[str, int]]:
    return await relay(
        template, folder, SEED, faults, waits=QUICK, without=without, burst=12,
        limits=Limits(overall=8), spans=Spans(frozen=(6.0, 6.0)),
    )  # fmt: skip


async def test_one_is_killed_and_one_frozen_and_nothing_is_lost_or_said_twice(
    template: Path | Postgres, tmp_path: Path
) -> None:
    did, broken = await short(template, tmp_path, [Fault.KILLED, Fault.FROZEN])
    assert did["rounds"] == 2
    assert min(did["accepted"], did["messages"], did["presses"]) >= 24
    assert {name for name, count in broken.items() if count} <= {*OF_CLOCKS}


async def test_what_a_worker_sends_that_believes_in_its_old_claims_is_seen(
    template: Path | Postgres, tmp_path: Path
) -> None:
    """At the whole pace, so that it has several in hand; it wakes up behind their repeats."""

    async def doubled(seed: int) -> int:
        _, broken = await relay(
            template, tmp_path / str(seed), seed, [Fault.FROZEN, Fault.FROZEN],
            waits=replace(QUICK, rate=REAL.rate), without=Without.FENCES, burst=40,
            spans=Spans(frozen=(14.0, 14.0)),
        )  # fmt: skip
        return broken["doubled"]

    assert await seen(doubled)


async def test_a_pace_that_each_worker_keeps_for_itself_is_seen(
    template: Path | Postgres, tmp_path: Path
) -> None:
    async def refused(seed: int) -> int:
        folder = tmp_path / str(seed)
        did, broken = await short(template, folder, [Fault.SLOWED], Without.A_SHARED_PACE)
        refused = broken["429s"] + did["429s while the rig stood still"]
        return refused * (did["most within a second"] > 8)

    assert await seen(refused)


async def seen(tried: Callable[[int], Awaitable[int]]) -> bool:
    """In one of a few runs: a worker is not always caught with something in hand."""
    for seed in range(SEED, SEED + _RUNS):
        if await tried(seed):
            return True
    return False
