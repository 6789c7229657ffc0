"""The versions of what partners configure: each body whole, with who, when, why and from which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from bot.domain.versions import DIRECTORY, FROM_FILE, NO_VERSION, Version
from bot.store import facts, tables
from bot.store.directory import VERSION as DIRECTORY_VERSION
from bot.store.tables import config_versions
from bot.store.unit_of_work import Tx

_TURN = "config_turn"
_v = config_versions.c


_LATEST = select(func.coalesce(func.max(_v.id), 0))
_IN_FORCE = select(
    select(tables.facts.c.value)
    .where(tables.facts.c.name == DIRECTORY_VERSION)
    .scalar_subquery()
    .label("directory"),
    _LATEST.scalar_subquery().label("configuration"),
)


async def latest_id(tx: Tx) -> int:
    return int(await tx.scalar(_LATEST))


async def key_in_force(tx: Tx) -> tuple[str, int]:
    """Changes with every change of what is configured, and of a school, person, contact method,
    absence or closure."""
    row = (await tx.all(_IN_FORCE))[0]
    return row.directory or "0", row.configuration


async def in_force(tx: Tx) -> Sequence[Row[Any]]:
    """The newest version of each kind that is read as text; the directory has its own tables."""
    newest = select(func.max(_v.id)).where(_v.kind != DIRECTORY).group_by(_v.kind)
    return await tx.all(select(config_versions).where(_v.id.in_(newest)))


async def numbers(tx: Tx) -> dict[str, int]:
    """By kind, the number of the version in force."""
    rows = await tx.all(select(_v.kind, func.max(_v.id).label("id")).group_by(_v.kind))
    return {row.kind: row.id for row in rows}


async def take_turn(tx: Tx) -> None:
    """Until the commit nobody else changes a version or the directory: what is checked against the
    other stays as it was checked. On SQLite there is one writer anyway."""
    await tx.take_time()
    await facts.count_up(tx, _TURN)


async def add_version(
    tx: Tx,
    *,
    kind: str,
    sha256: str,
    body: str,
    version: str,
    author: str,
    at: datetime,
    who: str = FROM_FILE,
    agreed_by: str | None = None,
    reason: str = "",
    made_from: int = NO_VERSION,
    restored_from: int | None = None,
) -> int | None:
    """The new version's number; None if another has taken the place of `made_from` already."""
    statement = tx.insert(config_versions).values(
        kind=kind,
        sha256=sha256,
        body=body,
        version=version,
        author=author,
        in_force_from=at,
        who=who,
        agreed_by=agreed_by,
        reason=reason,
        made_from=made_from,
        restored_from=restored_from,
    )
    number = await tx.scalar(statement.on_conflict_do_nothing().returning(_v.id))
    return None if number is None else int(number)


async def newest(tx: Tx, kind: str) -> Version | None:
    row = await tx.first(
        select(config_versions).where(_v.kind == kind).order_by(_v.id.desc()).limit(1)
    )
    return None if row is None else _version(row)


async def by_id(tx: Tx, number: int) -> Version | None:
    row = await tx.first(select(config_versions).where(_v.id == number))
    return None if row is None else _version(row)


async def with_text(tx: Tx, kind: str, sha256: str) -> Version | None:
    """The newest version of this very text."""
    row = await tx.first(
        select(config_versions)
        .where(_v.kind == kind, _v.sha256 == sha256)
        .order_by(_v.id.desc())
        .limit(1)
    )
    return None if row is None else _version(row)


async def history(tx: Tx, kind: str | None, limit: int) -> list[Version]:
    """The newest first."""
    wanted = select(config_versions).order_by(_v.id.desc()).limit(limit)
    return [_version(row) for row in await tx.all(wanted if kind is None else wanted.where(
        _v.kind == kind
    ))]  # fmt: skip


def _version(row: Row[Any]) -> Version:
    return Version(
        id=row.id,
        kind=row.kind,
        body=row.body,
        sha256=row.sha256,
        name=row.version,
        author=row.author,
        in_force_from=row.in_force_from,
        who=row.who,
        agreed_by=row.agreed_by,
        reason=row.reason,
        made_from=row.made_from,
        restored_from=row.restored_from,
    )
