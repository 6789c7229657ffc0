"""Both engines under every test that takes `world` or `database`.

A run of the whole suite has every test on SQLite, and on PostgreSQL those in which the engine
itself is at work, with every third of the others; `--both-engines` has them all. A run of a part
leaves nothing out.
"""

import asyncio
import gc
import shutil
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import Postgres, one_memory, postgres_server, sqlite_template
from tests.world import World

settings.register_profile("whole", deadline=None)  # how fast a machine is, is no test's question
settings.load_profile("whole")
ENGINES = ("sqlite", "postgres")
_OF_THE_ENGINE = ("store", "rigs", "machine", "situations", "test_two_workers.py")
_EVERY = 3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--both-engines", action="store_true", help="the whole suite on PostgreSQL as well"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.args_source is pytest.Config.ArgsSource.ARGS or config.getoption("both_engines"):
        return
    left = {item for item in items if _is_left_to_sqlite(item)}
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=list(left))


def _is_left_to_sqlite(item: pytest.Item) -> bool:
    called = getattr(item, "callspec", None)
    if called is None or called.params.get("engine") != "postgres":
        return False
    if not set(_OF_THE_ENGINE).isdisjoint(item.path.parts):
        return False
    return zlib.crc32(item.nodeid.encode()) % _EVERY != 0


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked through at each collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Every HTTP client makes one, at a tenth of a second each, and no test speaks TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", lru_cache(ssl.create_default_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_memory_of_statements() -> Iterator[None]:
    with one_memory():
        yield


@pytest.fixture(scope="session")
def sqlite_file() -> Iterator[Path]:
    with sqlite_template() as path:
        yield path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as url:
        server = Postgres(url)
        asyncio.run(server.make_template())
        yield server


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def template(engine: str, request: pytest.FixtureRequest) -> Path | Postgres:
    """What fresh databases are copied from; asked for by name, so that a test of one engine never
    starts the other."""
    found = request.getfixturevalue("sqlite_file" if engine == "sqlite" else "postgres")
    assert isinstance(found, Path | Postgres)
    return found


@asynccontextmanager
async def fresh_database(template: Path | Postgres, folder: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    if isinstance(template, Path):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "encompass.db"
        shutil.copy(template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    url = await template.make()
    try:
        yield url
    finally:
        await template.drop(url)


@pytest.fixture
async def database(template: Path | Postgres, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    async with fresh_database(template, tmp_path) as url:
        yield url


@pytest.fixture
async def world(
    database: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """The real service over the real sandbox, on a clock that moves when told to. Fails the test
    on a message nobody expected, an error in the log, or a broken promise."""
    # Seconds of the machine's own clock: one that stands still for a while is no slow Telegram.
    monkeypatch.setattr("bot.notifiers.telegram.REQUEST_SECONDS", 60)
    async with World(database, tmp_path) as world:
        yield world
        await world.ends_well(caplog)
