"""The simulated term's first five school days, at a few schools; `make simulate` runs it whole."""

from pathlib import Path

from sqlalchemy import delete, update

from bot.domain.alert import AlertState
from bot.store.tables import alerts, disclosures, tellings, views
from tests.rigs.term.force import Sent
from tests.rigs.term.promises import Promises
from tests.rigs.term.run import Term, begun, simulate

SEED = 20260907


async def test_in_five_school_days_with_faults_no_promise_is_broken(
    engine: str, database: str, tmp_path: Path
) -> None:
    days = 5 if engine == "sqlite" else 2  # what a day brings does not depend on the engine
    figures = await simulate(database, tmp_path, SEED, days=days, schools=5)
    assert not figures.broken, f"{figures}: {figures.broken}"
    assert figures.days == days
    assert min(figures.notices, figures.acknowledgements, figures.faults) > days
    assert figures.escalations > 0


async def _seen_as_broken(term: Term) -> set[str]:
    """The promises that somebody who reads everything anew finds broken, by their first words."""
    found = await Promises(term.world, term.force, term.staff).check()
    return {" ".join(str(broken).split()[:1]) for broken in found}


async def test_a_run_sees_what_is_broken(database: str, tmp_path: Path) -> None:
    async with begun(database, tmp_path, SEED, schools=3, faults=False) as term:
        figures = await term.live(1)
        assert not figures.broken
        assert await _seen_as_broken(term) == set()

        first = next(iter(term.force.by_reference.values()))
        words, first.words = first.words, set()
        excluded, first.excluded = first.excluded, frozenset(term.staff.people)
        assert await _seen_as_broken(term) == {"I3"}
        first.words, first.excluded = words, excluded

        term.force.by_reference["ENC-0000"] = Sent(0, {}, "ENC-0000")
        assert await _seen_as_broken(term) == {"I2"}
        del term.force.by_reference["ENC-0000"]

        ledger, now = term.world.sandbox.ledger, term.world.clock.now()
        ledger.accept("sendMessage", 1, 1, f"{next(iter(words))} is unwell", now)
        assert await _seen_as_broken(term) == {"I12"}
        ledger.accepted.pop()

        async with term.world.ctx.store.unit() as tx:
            await tx.execute(delete(views))
            await tx.execute(delete(disclosures))
        assert await _seen_as_broken(term) == {"I6"}
        async with term.world.ctx.store.unit() as tx:
            await tx.execute(delete(tellings))
            await tx.execute(
                update(alerts).values(state=AlertState.OPEN, ended_at=None, next_step_at=now)
            )
        assert "I11" in await _seen_as_broken(term)
