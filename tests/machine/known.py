"""How everything stands in the database, read once a look."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Row

from bot.store import tables
from bot.store.unit_of_work import Tx

_APPENDED = (tables.events, tables.disclosures, tables.acknowledgements, tables.plans)


@dataclass(frozen=True)
class Known:
    """The database, read once."""

    notices: dict[str, Row[Any]]
    alerts: dict[int, Row[Any]]
    children: dict[int, frozenset[int]]
    tasks: Sequence[Row[Any]]
    questions: Sequence[Row[Any]]
    tellings: Sequence[Row[Any]]
    messages: Sequence[Row[Any]]
    disclosures: Sequence[Row[Any]]
    appended: dict[str, tuple[int, ...]]
    stood_again: Counter[int]
    """How often each alert has stood again without being owed, as the trail has it."""

    def of(self, reference: str) -> list[Row[Any]]:
        row = self.notices.get(reference)
        return [a for a in self.alerts.values() if row is not None and a.notification_id == row.id]


async def read(tx: Tx) -> Known:
    async def all_of(table: Table) -> Sequence[Row[Any]]:
        return await tx.all(select(table).order_by(*table.primary_key.columns))

    children: dict[int, set[int]] = defaultdict(set)
    for row in await all_of(tables.alert_children):
        children[row.alert_id].add(row.number)
    return Known(
        notices={row.reference: row for row in await all_of(tables.notifications)},
        alerts={row.id: row for row in await all_of(tables.alerts)},
        children={alert: frozenset(numbers) for alert, numbers in children.items()},
        tasks=await all_of(tables.triage_tasks),
        questions=await all_of(tables.questions),
        tellings=await all_of(tables.tellings),
        messages=await all_of(tables.messages),
        disclosures=await all_of(tables.disclosures),
        appended={
            table.name: tuple(
                hash(tuple(map(str, row)))
                for row in await tx.all(select(table).order_by(table.c.id))
            )
            for table in _APPENDED
        },
        stood_again=Counter(
            row.alert_id
            for row in await all_of(tables.events)
            if row.action == "alert:stands_again"
        ),
    )
