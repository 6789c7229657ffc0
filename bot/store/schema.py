"""The schema's version: brought to this program's by `encompass migrate`, checked by everyone else.

A migration runs in one transaction on both engines: killed in the middle, nothing of it happened.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import SettingsError, StoreError
from bot.store.engine import create_file, parse_url, sqlite_file, writing_engine

FIRST = "base"
_TAKES_ITS_TIME = (
    text("set local lock_timeout = 0"),
    text("set local idle_in_transaction_session_timeout = 0"),
)
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(20261122)")
"""On SQLite the write transaction itself keeps a second migration waiting."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def _scripts() -> ScriptDirectory:
    """Read once: they are the program's, and each is a file to run."""
    return ScriptDirectory.from_config(_config())


def head() -> str:
    """This program's schema."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known(revision: str) -> bool:
    return any(found.revision == revision for found in _scripts().walk_revisions())


def _refuse_newer(current: str | None) -> None:
    if current is not None and not _known(current):
        raise StoreError(
            "The database was made by a newer version of this program: install that one."
        )


async def migrate(url: str, to: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to this schema, making it if it is not there; the versions before and
    after. StoreError for one that a newer program made; nothing is changed then."""
    address = parse_url(url)
    try:
        create_file(address)
    except OSError as error:
        raise _unreachable(error) from error
    engine = writing_engine(address)
    try:
        await _version(engine)
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                for statement in (*_TAKES_ITS_TIME, _ONE_AT_A_TIME):
                    await connection.execute(statement)
            before = await connection.run_sync(_current)
            _refuse_newer(before)
            await connection.run_sync(_run, to)
            return before, await connection.run_sync(_current)
    except (DBAPIError, OSError) as error:
        raise _unreachable(error) from error
    finally:
        await engine.dispose()


def _run(connection: Connection, to: str) -> None:
    if to == FIRST:
        command.downgrade(_config(connection), to)
    else:
        command.upgrade(_config(connection), to)


async def check(url: str) -> None:
    """StoreError, with what to do, unless the database has exactly this schema."""
    address = parse_url(url)
    path = sqlite_file(address)
    if path is not None and not path.exists():
        raise StoreError(f"There is no database at {path} yet: run `encompass migrate`.")
    engine = writing_engine(address)
    try:
        current = await _version(engine)
    finally:
        await engine.dispose()
    _refuse_newer(current)
    if current is None:
        raise StoreError("The database has no tables yet: run `encompass migrate`.")
    if current != head():
        raise StoreError("The database is of an older version: run `encompass migrate`.")


async def _version(engine: AsyncEngine) -> str | None:
    """The schema's version now; StoreError or SettingsError if the database cannot be reached."""
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_current)
    except (DBAPIError, OSError) as error:
        raise _unreachable(error) from error
    except (TypeError, ValueError) as error:
        raise SettingsError(
            "ENCOMPASS_DATABASE_URL holds an option that the driver does not know; for an "
            "encrypted connection to PostgreSQL write ?ssl=require."
        ) from error


def _unreachable(error: Exception) -> StoreError:
    cause = getattr(error, "orig", None) or error
    cause = cause.__cause__ or cause  # PostgreSQL's own word for it
    return StoreError(
        f"The database cannot be reached ({type(cause).__name__}): check ENCOMPASS_DATABASE_URL."
    )
