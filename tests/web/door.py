"""The partners' door alone: real HTTP over a real database, with nobody behind it who raises."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Row, Table, func, select

from bot.flow.context import Context
from bot.store.tables import notifications, receipts

NOTIFICATIONS = "/api/v1/notifications"


@dataclass
class Door:
    """A partner with a key before the door, and the database behind it."""

    ctx: Context
    http: httpx.AsyncClient
    key: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    async def post(
        self, body: Any, path: str = NOTIFICATIONS, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(path, content=content, headers=headers or self.bearer)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.http.get(path, headers=headers or self.bearer)

    async def rows(self, table: Table) -> Sequence[Row[Any]]:
        async with self.ctx.store.reading() as tx:
            return await tx.all(select(table))

    async def holds(self) -> tuple[int, int]:
        """How many notifications there are, and how many receipts."""
        async with self.ctx.store.reading() as tx:
            return (
                await tx.scalar(select(func.count()).select_from(notifications)),
                await tx.scalar(select(func.count()).select_from(receipts)),
            )


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """A refusal in the one form there is for them."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    return dict(body)
