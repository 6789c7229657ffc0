"""Changes: `GET /console/changes?before=N`, who changed what and when, a page at a time."""

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_changes import changes
from bot.web.browser import small_number
from bot.web.console import Console

_SECTION = "changes"


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"{CONSOLE_PATH}/changes")
    async def show(request: Request, before: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        found, older = await changes(console.ctx, someone, small_number(before) or 0)
        return console.page(
            request, someone, _SECTION, "changes.html", changes=found, older=older,
            newest=not before,
        )  # fmt: skip

    return router
