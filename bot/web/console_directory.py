"""The directory: `POST /console/directory` finds schools and people, since no name may stand in an
address; `GET …/schools/{code}` is one school with who covers it."""

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_directory import overview, school_page
from bot.flow.session import Visitor
from bot.web.console import Console, absent
from bot.web.console_first_day import shown_steps

_SECTION = "directory"
_MOST_TYPED = 100


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(f"{CONSOLE_PATH}/directory")
    async def show(request: Request) -> Response:
        return await page(request, await console.reader(request, _SECTION), "")

    @router.post(f"{CONSOLE_PATH}/directory")
    async def find(request: Request) -> Response:
        asked = await console.asked(request, _SECTION)
        return await page(request, asked.someone, asked.form.get("q", "")[:_MOST_TYPED])

    async def page(request: Request, someone: Visitor, typed: str) -> Response:
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
