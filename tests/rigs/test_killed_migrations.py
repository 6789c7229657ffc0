"""The short form of the kills inside a migration, and that they would see one that is half done."""

from pathlib import Path

from tests.databases import Postgres
from tests.rigs.killed_migrations import MUST_BE_NONE, killed_migrations

_IN_THE_MIDDLE = 60
"""Statements: several versions are behind these, and several before."""


async def test_killed_in_a_migration_it_is_undone_and_the_next_one_finishes_it(
    template: Path | Postgres, tmp_path: Path
) -> None:
    did, broken = await killed_migrations(template, tmp_path, 1, 2, behind=_IN_THE_MIDDLE)
    assert (did["kills"], did["found undone"]) == (2, 2)
    assert broken == dict.fromkeys(MUST_BE_NONE, 0)


async def test_a_migration_that_is_committed_in_parts_is_seen(
    template: Path | Postgres, tmp_path: Path
) -> None:
    run = killed_migrations(template, tmp_path, 1, 1, behind=_IN_THE_MIDDLE, in_parts=True)
    assert (await run)[1]["half done"] == 1
