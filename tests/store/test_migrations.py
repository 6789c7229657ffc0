"""The schema's versions: up, down and up again, each whole or not at all."""

import asyncio
import math
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import SettingsError, StoreError
from bot.store import engine as engines
from bot.store import schema
from bot.store.tables import metadata
from tests.store.shape import everything, on

MIGRATIONS = Path(schema.__file__).parent / "migrations"


async def test_there_is_one_head_and_one_way_to_it() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert schema.head() == script.get_heads()[0]


async def test_up_down_and_up_again_ends_in_the_same_schema(empty: str) -> None:
    assert await schema.migrate(empty) == (None, schema.head())
    first = await on(empty, everything)
    assert set(first) == {*metadata.tables, "alembic_version"}
    assert await schema.migrate(empty, schema.FIRST) == (schema.head(), None)
    assert set(await on(empty, everything)) == {"alembic_version"}
    await schema.migrate(empty)
    assert await on(empty, everything) == first


async def test_migrating_what_is_migrated_changes_nothing(empty: str) -> None:
    await schema.migrate(empty)
    before = await on(empty, everything)
    assert await schema.migrate(empty) == (schema.head(), schema.head())
    assert await on(empty, everything) == before


async def test_the_migrated_schema_is_the_one_the_program_means(database: str) -> None:
    def differences(connection: Connection) -> Any:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    assert await on(database, differences) == []


async def test_partial_indexes_hold_the_rows_that_wait_and_no_others(database: str) -> None:
    """`compare_metadata` does not look at the conditions; a tick's cost depends on them."""

    def conditions(connection: Connection) -> dict[str, str]:
        if connection.dialect.name == "sqlite":
            rows = connection.execute(
                text("select name, sql from sqlite_master where type = 'index' and sql is not null")
            )
        else:
            rows = connection.execute(
                text("select indexname, indexdef from pg_indexes where schemaname = 'public'")
            )
        return {name: sql.lower() for name, sql in rows}

    found = await on(database, conditions)
    dialect = "sqlite" if "sqlite" in database else "postgresql"
    partial = {
        str(index.name)
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[dialect]["where"] is not None
    }
    assert len(partial) > 10
    assert {name for name, sql in found.items() if " where " in sql} == partial


class _InterruptedError(Exception):
    """The process ends here."""


def interrupted(monkeypatch: pytest.MonkeyPatch, after: float) -> Callable[[], int]:
    """Make every engine fail after this many statements that change something; how many ran."""
    made = engines.writing_engine
    count = 0

    def making(address: Any) -> AsyncEngine:
        engine = made(address)

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def counting(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            nonlocal count
            if statement.lstrip().upper().startswith(("CREATE", "INSERT", "DROP", "DELETE")):
                count += 1
                if count > after:
                    raise _InterruptedError

        return engine

    monkeypatch.setattr(schema, "writing_engine", making)
    return lambda: count


@pytest.mark.parametrize("done", [0, 0.1, 0.5, 0.9, 1])
async def test_interrupted_anywhere_nothing_of_it_happened_and_the_next_try_succeeds(
    two_empty: list[str], done: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, measured = two_empty
    with monkeypatch.context() as patch:
        statements = interrupted(patch, math.inf)
        await schema.migrate(measured)
        after = int((statements() - 1) * done)
    with monkeypatch.context() as patch:
        statements = interrupted(patch, after)
        with pytest.raises(_InterruptedError):
            await schema.migrate(empty)
        assert statements() > after  # a table that is being rebuilt is cleared away once more
    assert await on(empty, everything) == {}
    assert await schema.migrate(empty) == (None, schema.head())


async def test_going_down_is_whole_or_not_at_all_as_well(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await schema.migrate(empty)
    before = await on(empty, everything)
    with monkeypatch.context() as patch:
        interrupted(patch, 10)
        with pytest.raises(_InterruptedError):
            await schema.migrate(empty, schema.FIRST)
    assert await on(empty, everything) == before
    await schema.check(empty)


KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import event
from bot.store import schema
made, count = schema.writing_engine, 0
def making(address):
    engine = made(address)
    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def counting(conn, cursor, statement, *rest):
        global count
        count += statement.lstrip().startswith("CREATE")
        if count == 20:
            os.kill(os.getpid(), signal.SIGKILL)
    return engine
schema.writing_engine = making
asyncio.run(schema.migrate(sys.argv[1]))
"""


async def test_killed_in_the_middle_leaves_nothing_half_done(empty: str) -> None:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, empty], capture_output=True, check=False
    )
    assert done.returncode == -9, done.stderr
    assert await on(empty, everything) == {}
    await schema.migrate(empty)
    await schema.check(empty)


async def test_two_machines_that_migrate_at_once_both_succeed(empty: str) -> None:
    results = await asyncio.gather(*(schema.migrate(empty) for _ in range(3)))
    assert sorted(results, key=str) == sorted(
        [(None, schema.head()), *[(schema.head(), schema.head())] * 2], key=str
    )


async def test_a_database_that_a_newer_program_made_is_left_alone(empty: str) -> None:
    await schema.migrate(empty)
    before = await on(empty, everything)
    await on(empty, lambda c: c.execute(text("update alembic_version set version_num = '9999'")))
    for act in (schema.migrate(empty), schema.migrate(empty, schema.FIRST), schema.check(empty)):
        assert "newer version" in await refused(act)
    assert await on(empty, everything) == before


async def test_a_database_without_tables_is_sent_to_migrate(empty: str) -> None:
    assert "encompass migrate" in await refused(schema.check(empty))
    await schema.migrate(empty)
    await schema.migrate(empty, schema.FIRST)
    assert await refused(schema.check(empty)) == (
        "The database has no tables yet: run `encompass migrate`."
    )


async def test_an_older_database_is_sent_to_migrate(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "head", lambda: "9999")
    assert await refused(schema.check(database)) == (
        "The database is of an older version: run `encompass migrate`."
    )


BEFORE_DRILLS = (
    "insert into partners (name, created_at) values ('South Force', 1)",
    "insert into receipts (partner_id, door, sha256, outcome, received_at) "
    "values (1, 'api', 'x', 'accepted', 1)",
    "insert into notifications (reference, partner_id, source_reference, state, version, "
    "raised_version, content, excluded, received_at, raise_due_at, raise_attempts) "
    "values ('ENC-00000001', 1, '2600000001', 'received', 1, 0, '{}', '[]', 1, 1, 0)",
    "insert into notification_versions (notification_id, version, receipt_id, content, received_at)"
    " values (1, 1, 1, '{}', 1)",
    "insert into events (at, action, notification_id, detail) "
    "values (1, 'notification:received', 1, '{}')",
    "insert into people (id, name, role, scope, language, position, email, phone) "
    "values ('mair', 'Mair', 'dsp', '{}', 'en', 1, '', '')",
    "insert into alerts (notification_id, leg, school_code, task, state, raising, raised_at, "
    "bell_at, late, policy, next_step, next_step_at, hurry) "
    "values (1, 'school', '9992001', '', 'open', 1, 1, 1, false, '{}', 0, 1, false)",
    "insert into acknowledgements (alert_id, person_id, role, children, version, acknowledged_at) "
    "values (1, 'mair', 'dsp', '[1]', 1, 1)",
)
"""What a database of the first version holds of one notice."""
TABLES_BEFORE = (
    "receipts", "notifications", "notification_versions", "events", "alerts", "acknowledgements",
)  # fmt: skip


async def test_a_database_of_the_version_before_drills_keeps_every_row_of_its_notices(
    empty: str,
) -> None:
    await schema.migrate(empty, "0001")

    def fill(connection: Connection) -> None:
        for statement in BEFORE_DRILLS:
            connection.execute(text(statement.replace(":", "\\:")))

    def rows(connection: Connection) -> dict[str, list[Any]]:
        return {
            table: [
                dict(row) for row in connection.execute(text(f"select * from {table}")).mappings()
            ]
            for table in TABLES_BEFORE
        }

    await on(empty, fill)
    before = await on(empty, rows)
    assert await schema.migrate(empty) == ("0001", schema.head())
    after = await on(empty, rows)
    assert [row.pop("drill_id") for row in after["notifications"]] == [None]
    assert [(r.pop("recused"), r.pop("refused")) for r in after["notifications"]] == [("[]", "[]")]
    late = [(r.pop("notice_late_by"), r.pop("notice_was_due_at")) for r in after["alerts"]]
    assert late == [(None, None)]
    assert [row.pop("refusals") for row in after["acknowledgements"]] == [0]
    assert [(r.pop("meaning"), r.pop("turn")) for r in after["acknowledgements"]] == [("taken", 0)]
    assert [row.pop("passed") for row in after["alerts"]] == ["[]"]
    assert [row.pop("in_place_of") for row in after["acknowledgements"]] == ["[]"]
    assert [(row.pop("urgent"), row.pop("held_until")) for row in after["alerts"]] == [(0, None)]
    assert after == before
    await on(empty, lambda c: c.execute(text("update alembic_version set version_num = '0001'")))
    assert await refused(schema.check(empty)) == (
        "The database is of an older version: run `encompass migrate`."
    )


async def test_a_fresh_file_is_for_its_owners_eyes_only_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "Ysgol Tŷ Gwyn & co #1 50%.db"
    url = f"sqlite+aiosqlite:///{path}"
    await schema.migrate(url)
    await schema.check(url)
    assert {file.name for file in path.parent.iterdir()} == {path.name}
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "file", ["a folder", "no database", "folder that is a file/x.db", "a broken database"]
)
async def test_what_is_no_database_is_called_that_in_one_sentence(
    tmp_path: Path, file: str
) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "no database").write_text("CREATE TABLE of contents;" * 100)
    (tmp_path / "folder that is a file").write_text("x")
    sqlite3.connect(tmp_path / "a broken database").execute("create table t (a)").connection.close()
    (tmp_path / "a broken database").write_bytes(
        (tmp_path / "a broken database").read_bytes()[:50] + b"\xff" * 5000
    )
    said = await refused(schema.migrate(f"sqlite+aiosqlite:///{tmp_path}/{file}"))
    assert said.startswith("The database cannot be reached (")
    assert said.endswith("): check ENCOMPASS_DATABASE_URL.")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/x", "sqlite:///x.db", "postgresql://localhost/x", "x", "://",
        "postgresql+asyncpg://localhost:port/x", "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://localhost/x?sslmode=require",
    ],
)  # fmt: skip
async def test_an_address_that_is_none_is_a_slip_in_the_settings(url: str) -> None:
    for act in (schema.migrate, schema.check):
        with pytest.raises(SettingsError, match="ENCOMPASS_DATABASE_URL"):
            await act(url)


async def test_a_server_that_is_not_there_is_named(empty: str) -> None:
    wrong = {
        "postgresql+asyncpg://nobody@127.0.0.1:1/x": "ConnectionRefusedError",
        "postgresql+asyncpg://nobody@no-such-host.invalid/x": "gaierror",
    }
    if "postgresql" in empty:
        wrong[empty.rsplit("/", 1)[0] + "/no_such_database"] = "InvalidCatalogNameError"
        wrong[empty.replace("//", "//nobody_", 1)] = "InvalidAuthorizationSpecificationError"
    for url, name in wrong.items():
        for act in (schema.migrate, schema.check):
            assert f"({name})" in await refused(act(url))


async def refused(act: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(StoreError) as found:
        await act
    assert "\n" not in str(found.value)
    return str(found.value)
