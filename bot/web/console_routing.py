"""Routing: ladders and the matrix as forms, drafts that are tried, history, who would be told.

| address | does |
|---|---|
| `GET /console/routing` | the ladders in words, drafts, history |
| `GET`, `POST /console/routing/ladder/LEG` | the ladder as a form; its draft |
| `GET`, `POST /console/routing/matrix` | who sees which field, as a table; its draft |
| `GET /console/routing/draft/N` | what it changes, what is found, what the scenarios say |
| `POST /console/routing/draft/N/put`, `…/drop` | put it in force; drop it |
| `POST /console/routing/restore/N` | a draft of what a version said, put in force |
| `GET /console/routing/told?school=…&at=…` | who would be told, and each one left out |
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from bot.domain.alert import Leg
from bot.domain.console import CONSOLE_PATH
from bot.domain.people import Role
from bot.domain.versions import DISCLOSURE, ESCALATION
from bot.flow import drafts
from bot.flow.console_routing import (
    MORE_STEPS,
    SECTION,
    draft_of_ladder,
    draft_of_matrix,
    names,
    overview,
    routing,
    shown_minutes,
    who_would_be_told,
)
from bot.flow.session import Visitor
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words, kind_name, made_by, step_time
from bot.web.browser import Form, move_on, small_number
from bot.web.console import REFUSALS, Console, absent

_HERE = f"{CONSOLE_PATH}/routing"


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    def page(
        request: Request, someone: Visitor, template: str, *, status: int = 200, **values: object
    ) -> Response:
        say = words(someone.person.language)
        return console.page(
            request, someone, SECTION, template, status=status,
            said=lambda one: in_words(say, one), step_time=lambda step: step_time(say, step),
            kind=lambda kind: kind_name(say, kind), roles=list(Role),
            by=lambda who, names: made_by(say, names, who), **values,
        )  # fmt: skip

    @router.get(_HERE)
    async def show(request: Request) -> Response:
        someone = await console.reader(request, SECTION)
        return await _overview(request, someone)

    async def _overview(
        request: Request, someone: Visitor, fault: str = "", status: int = 200
    ) -> Response:
        found, known = await overview(ctx), await names(ctx)
        return page(
            request, someone, "routing.html", found=found, names=known, fault=fault, status=status
        )

    # --- drafts ----------------------------------------------------------------------------------

    async def _ladder(
        request: Request, someone: Visitor, leg: str, fault: str = "", was: Form | None = None
    ) -> Response:
        if leg not in list(Leg):
            raise absent()
        held = await routing(ctx)
        found = next(one for one in held.ladders if one.leg == leg)
        return page(
            request, someone, "routing_ladder.html", ladder=found,
            made_from=held.numbers[ESCALATION], most=len(found.steps) + MORE_STEPS, fault=fault,
            form_was=was, minutes=shown_minutes, status=422 if fault else 200,
        )  # fmt: skip

    @router.get(f"{_HERE}/ladder/{{leg}}")
    async def ladder(request: Request, leg: str) -> Response:
        return await _ladder(request, await console.reader(request, SECTION), leg)

    @router.post(f"{_HERE}/ladder/{{leg}}")
    async def draft_ladder(request: Request, leg: str) -> Response:
        change = await console.change(request, SECTION)
        if leg not in list(Leg):
            raise absent()
        try:
            number = await draft_of_ladder(ctx, change.someone, Leg(leg), change.form)
        except REFUSALS as error:
            return await _ladder(request, change.someone, leg, str(error), change.form)
        return move_on(f"{_HERE}/draft/{number}")

    async def _matrix(
        request: Request, someone: Visitor, fault: str = "", was: Form | None = None
    ) -> Response:
        held = await routing(ctx)
        status = 422 if fault else 200
        return page(
            request,
            someone,
            "routing_matrix.html",
            matrix=held.matrix,
            made_from=held.numbers[DISCLOSURE],
            fault=fault,
            form_was=was,
            status=status,
        )

    @router.get(f"{_HERE}/matrix")
    async def matrix(request: Request) -> Response:
        return await _matrix(request, await console.reader(request, SECTION))

    @router.post(f"{_HERE}/matrix")
    async def draft_matrix(request: Request) -> Response:
        change = await console.change(request, SECTION)
        try:
            number = await draft_of_matrix(ctx, change.someone, change.form)
        except REFUSALS as error:
            return await _matrix(request, change.someone, str(error), change.form)
        return move_on(f"{_HERE}/draft/{number}")

    async def _draft(
        request: Request, someone: Visitor, number: str, *, fault: bool = False
    ) -> Response:
        try:
            trial = await drafts.tried(ctx, small_number(number) or 0)
        except REFUSALS:
            return console.said(
                request, someone, SECTION, "routing.draft_gone", back=_HERE, status=404
            )
        return page(
            request, someone, "routing_draft.html", trial=trial, names=await names(ctx),
            fault=fault, status=409 if fault else 200,
        )  # fmt: skip

    @router.get(f"{_HERE}/draft/{{number}}")
    async def draft(request: Request, number: str) -> Response:
        return await _draft(request, await console.reader(request, SECTION), number)

    @router.post(f"{_HERE}/draft/{{number}}/put")
    async def put(request: Request, number: str) -> Response:
        change = await console.change(request, SECTION)
        over = small_number(change.form.get("over", ""))
        try:
            draft_number = small_number(number) or 0
            version = await drafts.put_in_force(ctx, draft_number, change.someone, over=over)
        except REFUSALS:
            return await _draft(request, change.someone, number, fault=True)
        return _done(request, change.someone, "routing.in_force_now", version)

    @router.post(f"{_HERE}/draft/{{number}}/drop")
    async def drop(request: Request, number: str) -> Response:
        change = await console.change(request, SECTION)
        try:
            await drafts.drop(ctx, small_number(number) or 0, change.someone)
        except REFUSALS:
            return await _draft(request, change.someone, number, fault=True)
        return _done(request, change.someone, "routing.dropped", small_number(number))

    @router.post(f"{_HERE}/restore/{{number}}")
    async def restore(request: Request, number: str) -> Response:
        change = await console.change(request, SECTION)
        reason = change.form.get("reason", "")
        try:
            draft_number, version = await drafts.restore(
                ctx,
                small_number(number) or 0,
                reason=reason,
                by=change.someone,
                over=small_number(change.form.get("newest", "")),
            )
        except REFUSALS as error:
            return await _overview(request, change.someone, str(error), 409)
        if version is None:
            return move_on(f"{_HERE}/draft/{draft_number}")
        return _done(request, change.someone, "routing.in_force_now", version)

    def _done(request: Request, someone: Visitor, sentence: str, number: int | None) -> Response:
        return console.said(request, someone, SECTION, sentence, back=_HERE, number=number)

    # --- who would be told -----------------------------------------------------------------------

    @router.get(f"{_HERE}/told")
    async def told(
        request: Request, school: str = "", at: str = "", year: str = "", urgent: str = ""
    ) -> Response:
        someone = await console.reader(request, SECTION)
        known, found = await who_would_be_told(ctx, school, at, year, urgent=bool(urgent))
        asked: Mapping[str, str] = {"school": school, "at": at, "year": year, "urgent": urgent}
        schools = list(known.directory.schools.values())
        return page(
            request, someone, "routing_told.html", found=found, asked=asked, schools=schools
        )

    return router
