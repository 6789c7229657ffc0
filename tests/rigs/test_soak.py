"""The short form of the soak, and that it would see what grows."""

from pathlib import Path

from tests.databases import Postgres
from tests.rigs.soak import Sample, leaks, soak


async def test_under_steady_load_nothing_is_lost_and_nothing_is_left_over(
    template: Path | Postgres, tmp_path: Path
) -> None:
    did, broken = await soak(template, tmp_path, seed=20261123, minutes=0.1, a_minute=300)
    assert min(did["accepted"], did["messages"], did["presses"]) > 5
    # A process that has just begun still grows: of its memory only the long form can speak.
    del broken["memory grown over a tenth"]
    assert set(broken.values()) == {0}, broken


def test_what_grows_is_seen() -> None:
    steady = [Sample(250, 30, 40)] * 24
    assert set(leaks(steady).values()) == {0}
    busy = [Sample(250, 30 + 50 * (look % 2), 40) for look in range(24)]
    assert set(leaks(busy).values()) == {0}, "work in hand is no leak"
    growing = [Sample(250 + 2 * look, 30 + look, 40 + look) for look in range(24)]
    assert leaks(growing) == {
        "memory grown over a tenth": 1,
        "tasks left": 18,
        "files left open": 4,
    }
