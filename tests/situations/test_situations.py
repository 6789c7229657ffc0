"""docs/situations.md, played: every situation on SQLite, and on PostgreSQL every third one, counted
in the order in which they stand."""

import logging
from pathlib import Path

import pytest

from tests.conftest import fresh_database
from tests.meta.tree import ROOT
from tests.situations.company import company
from tests.situations.play import compared, play, stage_for, understood
from tests.situations.reading import FILE, Situation, read

BOOK = read((ROOT / FILE).read_text(encoding="utf-8"))
CAST = company(BOOK)
THIRD = 3
PLAYED = [
    pytest.param(one, kind, id=f"{one.heading}-{kind}")
    for kind, each in (("sqlite", 1), ("postgres", THIRD))
    for one in BOOK.situations[::each]
]


@pytest.mark.parametrize(("situation", "kind"), PLAYED)
async def test_every_phone_receives_what_the_table_says_then_and_nothing_else(
    situation: Situation,
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    scenes = understood(situation, CAST)
    template = request.getfixturevalue("sqlite_file" if kind == "sqlite" else "postgres")
    async with (
        fresh_database(template, tmp_path) as database,
        stage_for(scenes, CAST, database, tmp_path) as stage,
    ):
        faults, told = await play(stage, scenes)
        faults = [*faults, *compared(scenes, told)]
        assert not faults, "\n".join([f"{FILE}: {situation.heading}", *faults])
        assert await stage.world.breaches() == []
        assert stage.world.sandbox.unsupported == []
        logged = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
        assert [record.getMessage() for record in logged] == []
