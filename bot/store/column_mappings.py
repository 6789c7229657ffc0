"""Which column of a file is which field, by the mark of the file's header."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from bot.store.tables import column_mappings
from bot.store.unit_of_work import Tx


async def all_of_them(tx: Tx) -> dict[str, Mapping[str, str]]:
    rows = await tx.all(select(column_mappings.c.header, column_mappings.c.columns))
    return {row.header: row.columns for row in rows}


async def put(tx: Tx, header: str, columns: Mapping[str, str], by: str, at: datetime) -> None:
    """What was said of this header before counts no more."""
    said = {"columns": dict(columns), "said_by": by, "said_at": at}
    statement = tx.insert(column_mappings).values(header=header, **said)
    await tx.execute(statement.on_conflict_do_update(index_elements=["header"], set_=said))
