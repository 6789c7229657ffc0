"""What a database is, by its own account."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, inspect

from bot.store.engine import parse_url, writing_engine
from bot.store.unit_of_work import Tx


async def on(url: str, look: Callable[[Connection], Any]) -> Any:
    engine = writing_engine(parse_url(url))
    try:
        async with engine.begin() as connection:
            await Tx(connection).take_time()
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def everything(connection: Connection) -> dict[str, Any]:
    """Every table with its columns, indexes and constraints, as the database tells it."""
    inspector = inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            sorted((i["name"] or "", i["unique"]) for i in inspector.get_indexes(table)),
            sorted(u["name"] or "" for u in inspector.get_unique_constraints(table)),
            sorted(f["name"] or "" for f in inspector.get_foreign_keys(table)),
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
        for table in inspector.get_table_names()
    }
