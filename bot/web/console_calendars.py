"""Calendars, in the section Routing: each as a form, filled in by hand or from a list of dates.

| address | does |
|---|---|
| `GET /console/routing/calendars` | which there are, who goes by each, until when its terms reach |
| `GET …/calendars?name=NAME` | on to that calendar's form, also where there is none yet |
| `GET …/calendars/NAME` | its form |
| `POST …/calendars/NAME` | a draft; with `take`, the list of dates read into the form |
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from bot.domain.calendar_days import is_calendar_name
from bot.domain.console import CONSOLE_PATH
from bot.flow.console_calendars import (
    CalendarForm,
    calendar_form,
    calendars,
    draft_of_calendar,
    with_list_taken,
)
from bot.flow.session import Visitor
from bot.web.browser import move_on
from bot.web.console import REFUSALS, Console, absent, faults_of

_SECTION = "routing"
_HERE = f"{CONSOLE_PATH}/routing/calendars"
_MOST_FIELDS = 900
_MOST_BYTES = 256 * 1024


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    @router.get(_HERE)
    async def show(request: Request, name: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        wanted = name.strip().casefold()
        if is_calendar_name(wanted):
            return move_on(f"{_HERE}/{wanted}")
        found, missing = await calendars(ctx)
        return console.page(
            request, someone, _SECTION, "routing_calendars.html", calendars=found,
            missing=missing, name=name, status=422 if name else 200,
        )  # fmt: skip

    def _form(
        request: Request,
        someone: Visitor,
        found: CalendarForm,
        faults: Sequence[str] = (),
        *,
        at: str = "reason",
        taken: bool = False,
        dates: str = "",
    ) -> Response:
        return console.page(
            request, someone, _SECTION, "routing_calendar.html", calendar=found, faults=faults,
            at=at, taken=taken, dates=dates, status=422 if faults else 200,
        )  # fmt: skip

    @router.get(f"{_HERE}/{{name}}")
    async def one(request: Request, name: str) -> Response:
        someone = await console.reader(request, _SECTION)
        try:
            return _form(request, someone, await calendar_form(ctx, name))
        except REFUSALS:
            raise absent() from None

    @router.post(f"{_HERE}/{{name}}")
    async def draft(request: Request, name: str) -> Response:
        change = await console.change(
            request, _SECTION, most_bytes=_MOST_BYTES, most_fields=_MOST_FIELDS
        )
        if not is_calendar_name(name):
            raise absent()
        someone, form = change.someone, change.form
        try:
            if "take" in form:
                found = await with_list_taken(ctx, someone, name, form)
                return _form(request, someone, found, taken=True)
            number = await draft_of_calendar(ctx, someone, name, form)
        except REFUSALS as error:
            found = await calendar_form(ctx, name, form)
            at, dates = "dates" if "take" in form else "reason", form.get("dates", "")
            return _form(request, someone, found, faults_of(error), at=at, dates=dates)
        return move_on(f"{CONSOLE_PATH}/routing/draft/{number}")

    return router
