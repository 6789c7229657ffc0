"""Triage: `GET /console/triage`, what waits for the MASH desk, each with the way to settle it for
whoever may."""

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_triage import standing_tasks
from bot.web.console import Console

_SECTION = "triage"


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"{CONSOLE_PATH}/triage")
    async def show(request: Request) -> Response:
        someone = await console.reader(request, _SECTION)
        tasks, more = await standing_tasks(console.ctx, someone)
        return console.page(
            request, someone, _SECTION, "triage.html", tasks=tasks, more=more, at=console.ctx.now()
        )

    return router
