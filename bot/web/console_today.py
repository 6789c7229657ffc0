"""Today: what is open, by its deadline; it moves by itself.

| address | does |
|---|---|
| `GET /console` | what is open now; with `?still=1` it does not move |
| `GET /console/today?seen=…` | the part that moves, or 204 if it says what is shown already |
"""

import hashlib

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_today import SHOWN, today
from bot.flow.session import Visitor
from bot.web.browser import answer
from bot.web.console import Console

_SECTION = "today"
_LENGTH = 16


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(CONSOLE_PATH)
    async def show(request: Request, still: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        moving = await _moving(request, someone)
        return console.page(
            request, someone, _SECTION, "today.html", moving=moving[0], seen=moving[1],
            still=bool(still),
        )  # fmt: skip

    @router.get(f"{CONSOLE_PATH}/today")
    async def look(request: Request, seen: str = "") -> Response:
        someone = await console.reader(request, _SECTION, touch=False)
        part, now_seen = await _moving(request, someone)
        if seen == now_seen:
            return answer("", status=204)
        return answer(
            console.part(
                request, someone, _SECTION, "moves.html", moving=part, seen=now_seen, still=False
            )
        )

    async def _moving(request: Request, someone: Visitor) -> tuple[str, str]:
        """What is open, and a word by which the same is known again."""
        found = await today(console.ctx, someone)
        part = console.part(request, someone, _SECTION, "today_list.html", today=found, shown=SHOWN)
        return part, hashlib.sha256(part.encode()).hexdigest()[:_LENGTH]

    return router
