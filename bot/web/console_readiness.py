"""Readiness: every school by day, those that nobody covers first; absences and closures.

| address | does |
|---|---|
| `GET /console/readiness?day=…` | who is missing on the next pupil day, or on this one |
| `GET`, `POST /console/readiness/away` | who is away; write one down |
| `POST /console/readiness/away/N/end` | back early |
| `GET`, `POST /console/readiness/closed` | which schools are closed; write one down |
| `POST /console/readiness/closed/N/end` | open after all |
"""

from datetime import date

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console_readiness import (
    away,
    closed,
    end_absence,
    end_closure,
    readiness,
    write_absence,
    write_closure,
)
from bot.flow.reply import Reply
from bot.flow.session import Visitor
from bot.web.browser import Form, small_number
from bot.web.console import Console

_SECTION = "readiness"
_HERE = f"{CONSOLE_PATH}/readiness"
_AWAY, _CLOSED = f"{_HERE}/away", f"{_HERE}/closed"


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    @router.get(_HERE)
    async def show(request: Request, day: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        asked = _day(day)
        found = await readiness(ctx, someone, asked)
        fault = bool(day) and asked is None
        return console.page(request, someone, _SECTION, "readiness.html", found=found, fault=fault)

    # --- who is away -----------------------------------------------------------------------------

    async def _away(
        request: Request, someone: Visitor, form: Form | None = None, fault: str = ""
    ) -> Response:
        found = await away(ctx)
        return console.form_page(
            request, someone, _SECTION, "away.html", was=form, fault=fault, found=found
        )

    @router.get(_AWAY)
    async def who_is_away(request: Request) -> Response:
        return await _away(request, await console.reader(request, _SECTION))

    @router.post(_AWAY)
    async def is_away(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        someone, form = change.someone, change.form
        person, cover = form.get("person", ""), form.get("cover", "")
        reply = await write_absence(ctx, someone, person, _days(form), cover)
        if reply.alert:
            return await _away(request, someone, form, reply.text)
        return _done(request, someone, reply, _AWAY)

    @router.post(f"{_AWAY}/{{number}}/end")
    async def is_back(request: Request, number: str) -> Response:
        change = await console.change(request, _SECTION)
        reply = await end_absence(ctx, change.someone, small_number(number) or 0)
        return _done(request, change.someone, reply, _AWAY)

    # --- what is closed --------------------------------------------------------------------------

    async def _closed(
        request: Request, someone: Visitor, form: Form | None = None, fault: str = ""
    ) -> Response:
        found = await closed(ctx, someone)
        return console.form_page(
            request, someone, _SECTION, "closed.html", was=form, fault=fault, found=found
        )

    @router.get(_CLOSED)
    async def what_is_closed(request: Request) -> Response:
        return await _closed(request, await console.reader(request, _SECTION))

    @router.post(_CLOSED)
    async def close(request: Request) -> Response:
        change = await console.change(request, _SECTION)
        someone, form = change.someone, change.form
        reply = await write_closure(ctx, someone, form.get("school", ""), _days(form))
        if reply.alert:
            return await _closed(request, someone, form, reply.text)
        return _done(request, someone, reply, _CLOSED)

    @router.post(f"{_CLOSED}/{{number}}/end")
    async def open_again(request: Request, number: str) -> Response:
        change = await console.change(request, _SECTION)
        reply = await end_closure(ctx, change.someone, small_number(number) or 0)
        return _done(request, change.someone, reply, _CLOSED)

    def _done(request: Request, someone: Visitor, reply: Reply, back: str) -> Response:
        return console.replied(request, someone, _SECTION, reply, back)

    return router


def _day(written: str) -> date | None:
    """A day as a browser's own field writes it."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _days(form: Form) -> tuple[date, date] | None:
    """The first and the last day of a form; the last may be left out where it is the first."""
    first = _day(form.get("first", ""))
    last = _day(form.get("last", "")) if form.get("last", "").strip() else first
    return None if first is None or last is None else (first, last)
