"""The kept scenarios and any two versions side by side, in the section Routing.

| address | does |
|---|---|
| `GET /console/routing/scenarios` | each, whether it holds now, and what it says in words |
| `POST /console/routing/scenarios` | one more, as a draft |
| `POST /console/routing/scenarios/remove` | one less, as a draft |
| `GET /console/routing/compare?before=A&now=B` | what version B says otherwise than A |
"""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.domain.people import Role
from bot.flow import versions
from bot.flow.console_scenarios import TOLD_ROWS, draft_with, draft_without, kept
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.rendering.scenarios import notice_in_words, wanted_in_words
from bot.rendering.what_changed import in_words
from bot.web.browser import move_on, small_number
from bot.web.console import REFUSALS, Console, faults_of

_SECTION = "routing"
_BACK = f"{CONSOLE_PATH}/routing"
_HERE = f"{_BACK}/scenarios"
_MOST_FIELDS = 60


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def _page(
        request: Request,
        someone: Visitor,
        faults: Sequence[str] = (),
        form: Mapping[str, str] | None = None,
    ) -> Response:
        found, say = await kept(ctx), words(someone.person.language)
        return console.page(
            request, someone, _SECTION, "routing_scenarios.html", kept=found, faults=faults,
            filled=dict(form or {}), roles=list(Role), rows=TOLD_ROWS,
            said=lambda one: in_words(say, one),
            notice=lambda one: notice_in_words(say, found.known, one),
            wanted=lambda one: wanted_in_words(say, found.known, one),
            status=422 if faults else 200,
        )  # fmt: skip

    @router.get(_HERE)
    async def show(request: Request) -> Response:
        return await _page(request, await console.reader(request, _SECTION))

    @router.post(_HERE)
    async def add(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        try:
            number = await draft_with(ctx, change.someone, change.form)
        except REFUSALS as error:
            return await _page(request, change.someone, faults_of(error), change.form)
        return move_on(f"{_BACK}/draft/{number}")

    @router.post(f"{_HERE}/remove")
    async def remove(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        try:
            number = await draft_without(ctx, change.someone, change.form)
        except REFUSALS as error:
            return await _page(request, change.someone, faults_of(error))
        return move_on(f"{_BACK}/draft/{number}")

    @router.get(f"{_BACK}/compare")
    async def compare(request: Request, before: str = "", now: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        say = words(someone.person.language)
        numbers = small_number(before) or 0, small_number(now) or 0
        try:
            one, other = [await versions.version(ctx, number) for number in numbers]
            said = await versions.compared(ctx, *numbers)
        except REFUSALS:
            return console.said(
                request, someone, _SECTION, "routing.not_compared", back=_BACK, status=404
            )
        return console.page(
            request, someone, _SECTION, "routing_compare.html", one=one, other=other, changes=said,
            versions=await versions.history(ctx, one.kind), said=lambda s: in_words(say, s),
        )  # fmt: skip

    return router
