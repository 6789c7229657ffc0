"""The simulated term's first five school days, at a few schools; `make simulate` runs it whole."""

from pathlib import Path

from tests.rigs.term.run import simulate

SEED = 20260907


async def test_in_five_school_days_with_faults_no_promise_is_broken(
    database: str, tmp_path: Path
) -> None:
    figures = await simulate(database, tmp_path, SEED, days=5, schools=5)
    assert not figures.broken, f"{figures}: {figures.broken}"
    assert figures.days == 5
    assert min(figures.notices, figures.acknowledgements, figures.faults) > 5
    assert figures.escalations > 0
