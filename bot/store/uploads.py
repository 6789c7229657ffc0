"""What somebody at the console has uploaded and not imported yet: one a person, for an hour."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Row

from bot.store.tables import uploads
from bot.store.unit_of_work import Tx

File = tuple[str, bytes]
"""Its name and what it holds."""


@dataclass(frozen=True, slots=True)
class Upload:
    id: int
    uploaded_at: datetime
    files: tuple[File, ...]
    options: Mapping[str, str]


async def put(tx: Tx, person_id: str, files: Sequence[File], at: datetime) -> None:
    """These files, in the place of whatever this person had uploaded before."""
    await end(tx, person_id)
    await tx.add(
        uploads,
        person_id=person_id,
        uploaded_at=at,
        files=[[name, len(data)] for name, data in files],
        body=zlib.compress(b"".join(data for _, data in files)),
        options={},
    )


async def of(tx: Tx, person_id: str, since: datetime) -> Upload | None:
    """What this person has uploaded since then."""
    row = await tx.first(
        select(uploads).where(uploads.c.person_id == person_id, uploads.c.uploaded_at > since)
    )
    return None if row is None else _upload(row)


def _upload(row: Row[Any]) -> Upload:
    body, names = zlib.decompress(row.body), [name for name, _ in row.files]
    ends = accumulate((length for _, length in row.files), initial=0)
    parts = (body[first:last] for first, last in pairwise(ends))
    return Upload(row.id, row.uploaded_at, tuple(zip(names, parts, strict=True)), row.options)


async def stands(tx: Tx, person_id: str, number: int, since: datetime) -> bool:
    """Whether this very upload is still open; locked until the commit."""
    row = await tx.first(
        select(uploads.c.id)
        .where(
            uploads.c.person_id == person_id,
            uploads.c.id == number,
            uploads.c.uploaded_at > since,
        )
        .with_for_update()
    )
    return row is not None


async def say(tx: Tx, person_id: str, options: Mapping[str, str]) -> None:
    """What else belongs to this person's files."""
    await tx.execute(
        update(uploads).where(uploads.c.person_id == person_id).values(options=dict(options))
    )


async def end(tx: Tx, person_id: str) -> None:
    """Nothing of it is kept."""
    await tx.execute(delete(uploads).where(uploads.c.person_id == person_id))


async def forget(tx: Tx, before: datetime) -> None:
    await tx.execute(delete(uploads).where(uploads.c.uploaded_at <= before))
