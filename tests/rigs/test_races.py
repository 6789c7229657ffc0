"""The short form of the races, and that they would see a step behind an acknowledgement."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.alert import AlertState
from bot.store import alerts
from bot.store.tables import alerts as table
from bot.store.unit_of_work import Tx
from tests.databases import Postgres
from tests.rigs.races import MUST_BE_NONE, races

SEED = 20261123


async def test_whoever_is_first_no_step_is_told_behind_the_end(
    template: Path | Postgres, tmp_path: Path
) -> None:
    did, broken = await races(template, tmp_path, SEED, 20)
    assert did["races"] == 20
    assert min(did["acknowledged first"], did["climbed first"], did["withdrawn first"]) > 0
    assert broken == dict.fromkeys(MUST_BE_NONE, 0)


async def test_a_ladder_that_climbs_by_what_it_saw_before_is_seen(
    template: Path | Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due is not asked anew behind the lock: in between somebody has acknowledged."""
    seen: dict[int, Any] = {}

    async def any_due(tx: Tx, now: datetime) -> bool:
        due = (table.c.state == AlertState.OPEN, table.c.next_step_at <= now)
        found = await tx.all(vars(alerts)["_WITH_NOTIFICATION"].where(*due))
        seen.update({row.id: row for row in found})
        return bool(found)

    async def as_seen(tx: Tx, now: datetime, limit: int) -> Sequence[Any]:
        rows = list(seen.values())
        seen.clear()
        return rows

    monkeypatch.setattr(alerts, "any_due", any_due)
    monkeypatch.setattr(alerts, "due", as_seen)
    _, broken = await races(template, tmp_path, SEED, 40)
    assert broken["steps after an acknowledgement"] > 0
    assert broken["broken promises"] > 0
