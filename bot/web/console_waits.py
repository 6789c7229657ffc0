"""What is set beside the ladders' steps, in the console.

| address | does |
|---|---|
| `GET`, `POST /console/routing/waits` | quiet hours, holidays and their like as a form; its draft |
"""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from bot.domain.alert import Leg
from bot.domain.console import CONSOLE_PATH
from bot.domain.errors import Fault, RefusedError
from bot.domain.waits import MAY_BE_OFF
from bot.flow.console_waits import draft_of_waits, waits_form
from bot.flow.session import Visitor
from bot.rendering.what_changed import IN_THE_HOLIDAYS
from bot.web.browser import move_on
from bot.web.console import REFUSALS, Console

_SECTION = "routing"
_BACK = f"{CONSOLE_PATH}/routing"


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def page(
        request: Request,
        someone: Visitor,
        faults: Sequence[Fault] = (),
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        found = await waits_form(ctx)
        return console.page(
            request, someone, _SECTION, "routing_waits.html", faults=faults, legs=list(Leg),
            sends=IN_THE_HOLIDAYS, may_be_off=MAY_BE_OFF,
            fields=found.fields if typed is None else typed, known=found.fields,
            made_from=found.made_from if typed is None else typed.get("made_from", ""),
            status=422 if faults else 200,
        )  # fmt: skip

    @router.get(f"{_BACK}/waits")
    async def show(request: Request) -> Response:
        return await page(request, await console.reader(request, _SECTION))

    @router.post(f"{_BACK}/waits")
    async def draft(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        try:
            number = await draft_of_waits(ctx, change.someone, change.form)
        except RefusedError as error:
            return await page(request, change.someone, error.faults, change.form)
        except REFUSALS as error:
            return await page(request, change.someone, [Fault("", str(error))], change.form)
        return move_on(f"{_BACK}/draft/{number}")

    return router
