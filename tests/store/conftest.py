"""Databases without any tables, for what makes them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import Postgres


@pytest.fixture
async def two_empty(template: Path | Postgres, tmp_path: Path) -> AsyncIterator[list[str]]:
    """The addresses of databases without any tables; on SQLite there is not even a file."""
    if isinstance(template, Path):
        yield [f"sqlite+aiosqlite:///{tmp_path}/{name}/encompass.db" for name in ("var", "other")]
        return
    urls = [await template.make_empty() for _ in range(2)]
    yield urls
    for url in urls:
        await template.drop(url)


@pytest.fixture
def empty(two_empty: list[str]) -> str:
    return two_empty[0]
