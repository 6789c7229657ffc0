"""The directory: `GET /console/directory?q=…` finds schools and people, `…/schools/{code}` is one
school with who covers it."""

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_directory import overview, school_page
from bot.web.console import Console, absent
from bot.web.console_first_day import shown_steps

_SECTION = "directory"
_MOST_TYPED = 100


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"{CONSOLE_PATH}/directory")
    async def show(request: Request, q: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        typed = q[:_MOST_TYPED]
        found = await overview(console.ctx, typed)
        return console.page(
            request, someone, _SECTION, "directory.html", found=found.found, typed=typed,
            **shown_steps(found.steps),
        )  # fmt: skip

    @router.get(f"{CONSOLE_PATH}/directory/schools/{{code}}")
    async def school(request: Request, code: str) -> Response:
        someone = await console.reader(request, _SECTION)
        found = await school_page(console.ctx, code)
        if found is None:
            raise absent()
        return console.page(request, someone, _SECTION, "school.html", found=found)

    return router
