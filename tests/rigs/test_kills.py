"""The short form of the kill rig under load, and that it would see what is lost."""

from pathlib import Path

from tests.databases import Postgres
from tests.rigs.kills import siege

SEED = 20261123


async def test_under_load_nothing_accepted_is_lost_by_deaths_at_any_moment(
    template: Path | Postgres, tmp_path: Path
) -> None:
    did, broken = await siege(template, tmp_path, SEED, kills=4, loses=1)
    assert did["kills"] == 4
    assert min(did["accepted"], did["messages"], did["presses"]) > 4
    assert broken == {"lost": 1, "broken promises": 0}, "the one that was never sent, and no other"
