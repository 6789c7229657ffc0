"""The short form of the rig with several workers, and that it would see what goes wrong between
them."""

from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.rigs.mortal import Life, Waits, Without
from tests.rigs.workers import Fault, Relay, Spans, relay

SEED = 20261123
pytestmark = pytest.mark.parametrize("engine", ["postgres"])
QUICK = Life("", "", "", "", 0, waits=Waits(claim_seconds=3, lease_seconds=3, repeat_after=(1,)))
"""Workers whose claims and lease are soon over, at the pace of the real ones."""
BEHIND_THE_REPEATS = Spans(frozen=(7.0, 7.0))


async def test_one_killed_and_one_frozen_are_taken_over_and_nothing_is_said_twice(
    template: Path | Postgres, tmp_path: Path
) -> None:
    faults = [Fault.KILLED, Fault.FROZEN]
    did, broken = await relay(template, tmp_path, SEED, faults, like=QUICK, spans=BEHIND_THE_REPEATS)
    assert min(did["accepted"], did["messages"], did["presses"]) > 60
    for how_long in ("late takeovers", "429s"):  # of the machine's clock, which no test asks
        broken.pop(how_long)
    assert set(broken.values()) == {0}, broken
