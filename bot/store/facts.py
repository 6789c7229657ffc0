"""Small facts by name: the directory's version, the bot's own name."""

from sqlalchemy import Integer, Text, bindparam, cast, select

from bot.store.tables import facts
from bot.store.unit_of_work import Tx

_READ = select(facts.c.value).where(facts.c.name == bindparam("name"))


async def read(tx: Tx, name: str) -> str | None:
    value = await tx.scalar(_READ, {"name": name})
    return None if value is None else str(value)


async def write(tx: Tx, name: str, value: str) -> None:
    statement = tx.insert(facts).values(name=name, value=value)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


async def write_once(tx: Tx, name: str, value: str) -> None:
    """Unless it is written already: of two that write at once the first is right."""
    statement = tx.insert(facts).values(name=name, value=value)
    await tx.execute(statement.on_conflict_do_nothing(index_elements=["name"]))


async def count_up(tx: Tx, name: str) -> None:
    """One more: whoever keeps a copy of what this counts then reads it anew.

    Counted in the database: of two that count at once neither's change may look like the other's.
    """
    one_more = cast(cast(facts.c.value, Integer) + 1, Text)
    statement = tx.insert(facts).values(name=name, value="1")
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": one_more})
    )
