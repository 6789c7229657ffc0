"""Drills: ask for one, start it, see what came of it, end it.

| address | does |
|---|---|
| `GET`, `POST /console/drills` | every drill; propose one |
| `GET /console/drills/N` | what it came to |
| `POST /console/drills/N/start`, `/decline`, `/end` | as the buttons in the chat |
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_drills import decline, drills_known, end, propose, report_on, start
from bot.flow.context import Context
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor
from bot.web.browser import Form, small_number
from bot.web.console import Console, absent

_SECTION = "drills"
_HERE = f"{CONSOLE_PATH}/drills"
_ACTS: dict[str, Callable[[Context, Visitor, int], Awaitable[Reply]]] = {
    "start": start,
    "decline": decline,
    "end": end,
}


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def _all(
        request: Request, someone: Visitor, form: Form | None = None, fault: str = ""
    ) -> Response:
        known = await drills_known(ctx)
        return console.form_page(
            request, someone, _SECTION, "drills.html", was=form, fault=fault, drills=known
        )

    @router.get(_HERE)
    async def show(request: Request) -> Response:
        return await _all(request, await console.reader(request, _SECTION))

    @router.post(_HERE)
    async def ask(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        someone, form = change.someone, change.form
        schools = "all" if form.get("which") == "all" else form.get("schools", "")
        asked = await propose(ctx, someone, schools, form.get("when", ""))
        if not isinstance(asked, Reply):
            return console.page(request, someone, _SECTION, "drill_proposed.html", asked=asked)
        if asked.sentence == nothing_here().sentence:
            raise absent()
        return await _all(request, someone, form, asked.text)

    @router.get(f"{_HERE}/{{number}}")
    async def report(request: Request, number: str) -> Response:
        someone = await console.reader(request, _SECTION)
        found = await report_on(ctx, someone, small_number(number) or 0)
        if found is None:
            raise absent()
        return console.page(request, someone, _SECTION, "drill.html", report=found)

    @router.post(f"{_HERE}/{{number}}/{{name}}")
    async def act(request: Request, number: str, name: str) -> Response:
        change = await console.change(request, _SECTION)
        if name not in _ACTS:
            raise absent()
        reply = await _ACTS[name](ctx, change.someone, small_number(number) or 0)
        return console.replied(request, change.someone, _SECTION, reply, _HERE)

    return router
