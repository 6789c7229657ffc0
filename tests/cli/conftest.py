import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.flow import enrol
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.intake.directory_csv import read_directory_file
from tests.cli.desk import CONFIG, SAMPLES, Desk


async def _prepared(path: Path, *, enrolled: bool) -> None:
    ctx = Context.on(f"sqlite+aiosqlite:///{path}")
    await take_config(ctx, read_config(CONFIG))
    files = [
        read_directory_file(name, (SAMPLES / name).read_bytes())
        for name in ("schools.csv", "people.csv")
    ]
    await apply(ctx, files)
    if enrolled:
        for number, person in enumerate(files[1].people or ()):
            await enrol.start(ctx, str(7000 + number), await enrol.invite(ctx, person.id))
    await ctx.store.close()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with sqlite3.connect(source) as database:  # what its log still holds is put in place first
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copy(source, target)


@pytest.fixture(scope="session")
def imported(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample directory in it."""
    path = tmp_path_factory.mktemp("cli") / "imported.db"
    shutil.copy(sqlite_file, path)
    asyncio.run(_prepared(path, enrolled=False))
    return path


@pytest.fixture(scope="session")
def enrolled(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with everybody enrolled."""
    path = tmp_path_factory.mktemp("cli") / "enrolled.db"
    shutil.copy(sqlite_file, path)
    asyncio.run(_prepared(path, enrolled=True))
    return path


@pytest.fixture
def bare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk with the configuration and no database yet."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return Desk(tmp_path, capsys, monkeypatch)


@pytest.fixture
def desk(bare: Desk, imported: Path) -> Desk:
    """A desk with the sample directory."""
    _copy(imported, bare.database)
    return bare


@pytest.fixture
def staffed(bare: Desk, enrolled: Path) -> Desk:
    """A desk on which everybody can be reached."""
    _copy(enrolled, bare.database)
    return bare
