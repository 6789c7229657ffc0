"""The schema's version: brought to this program's by `encompass migrate`, checked by everyone else.

A migration runs in one transaction on both engines: killed in the middle, nothing of it happened.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import StoreError
from bot.store.engine import create_file, parse_url, sqlite_file, writing_engine

FIRST = "base"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """This program's schema."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known(revision: str) -> bool:
    script = ScriptDirectory.from_config(_config())
    return any(found.revision == revision for found in script.walk_revisions())


def _refuse_newer(current: str | None) -> None:
    if current is not None and not _known(current):
        raise StoreError(
            "The database was made by a newer version of this program: install that one."
        )


async def migrate(url: str, to: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to this schema, making it if it is not there; the versions before and
    after. StoreError for one that a newer program made; nothing is changed then."""
    address = parse_url(url)
    create_file(address)
    engine = writing_engine(address)
    try:
        async with engine.begin() as connection:
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
        async with engine.connect() as connection:
            current = await connection.run_sync(_current)
    except (DBAPIError, OSError) as error:
        raise _unreachable(error) from error
    finally:
        await engine.dispose()
    _refuse_newer(current)
    if current is None:
        raise StoreError("The database has no tables yet: run `encompass migrate`.")
    if current != head():
        raise StoreError("The database is of an older version: run `encompass migrate`.")


def _unreachable(error: Exception) -> StoreError:
    cause = getattr(error, "orig", None) or error
    return StoreError(
        f"The database cannot be reached ({type(cause).__name__}): check ENCOMPASS_DATABASE_URL."
    )
