"""Today: what is open, by its deadline; it moves by itself.

| address | does |
|---|---|
| `GET /console` | what is open now, and what the first day lacks; `?still=1`: it does not move |
| `GET /console/today?seen=…` | the part that moves, or 204 if it says what is shown already |
| `GET /console/alerts/N` | how one stands, and its line of time |
| `POST /console/alerts/N/close` | a coordinator ends it, with a reason |
| `POST /console/alerts/N/ladder` | a coordinator has it take the ladder in force now |
| `GET /console/calls` | whom to ring, for paper |
"""

import hashlib
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.domain.alert import CLOSINGS
from bot.domain.console import CONSOLE_PATH, LADDER_REASONS
from bot.domain.people import Role
from bot.flow.console_alert import account_of, calls, close_alert
from bot.flow.console_today import SHOWN, today
from bot.flow.context import Context
from bot.flow.first_day import steps_until_set_up
from bot.flow.reply import Reply
from bot.flow.session import Visitor
from bot.flow.take_ladder import take_ladder_of
from bot.web.browser import answer, small_number
from bot.web.console import Console, absent
from bot.web.console_first_day import shown_steps

_SECTION = "today"
_LENGTH = 16
_Deed = Callable[[Context, Visitor, int, str], Awaitable[Reply]]


def pages(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(CONSOLE_PATH)
    async def show(request: Request, still: str = "") -> Response:
        someone = await console.reader(request, _SECTION)
        moving = await _moving(request, someone)
        runs_it = someone.person.role is Role.COORDINATOR
        steps = await steps_until_set_up(console.ctx) if runs_it else ()
        return console.page(
            request, someone, _SECTION, "today.html", moving=moving[0], seen=moving[1],
            still=bool(still), **shown_steps(steps),
        )  # fmt: skip

    @router.get(f"{CONSOLE_PATH}/today")
    async def look(request: Request, seen: str = "") -> Response:
        someone = await console.reader(request, _SECTION, touch=False)
        part, now_seen = await _moving(request, someone)
        if seen == now_seen:
            return answer("", status=204)
        return answer(
            console.part(
                request, someone, _SECTION, "moves.html", moving=part, seen=now_seen, still=False
            )
        )

    @router.get(f"{CONSOLE_PATH}/alerts/{{alert}}")
    async def one(request: Request, alert: str) -> Response:
        someone = await console.reader(request, _SECTION)
        return await _account(request, someone, small_number(alert) or 0)

    def takes(name: str, deed: _Deed) -> None:
        """A coordinator's deed about one alert, with a reason."""

        @router.post(f"{CONSOLE_PATH}/alerts/{{alert}}/{name}")
        async def done(request: Request, alert: str) -> Response:
            change = await console.change(request, _SECTION)
            number, reason = small_number(alert) or 0, change.form.get("reason", "")
            reply = await deed(console.ctx, change.someone, number, reason)
            if reply.alert:
                return await _account(request, change.someone, number, reply.text)
            back = f"{CONSOLE_PATH}/alerts/{number}"
            return console.replied(request, change.someone, _SECTION, reply, back)

    takes("close", close_alert)
    takes("ladder", take_ladder_of)

    @router.get(f"{CONSOLE_PATH}/calls")
    async def ring(request: Request) -> Response:
        someone = await console.reader(request, _SECTION)
        found = await calls(console.ctx, someone)
        if found is None:
            raise absent()
        at = console.ctx.now()
        return console.page(request, someone, _SECTION, "calls.html", calls=found, at=at)

    async def _account(
        request: Request, someone: Visitor, number: int, fault: str = ""
    ) -> Response:
        found = await account_of(console.ctx, someone, number)
        if found is None:
            raise absent()
        return console.page(
            request, someone, _SECTION, "alert.html", account=found, fault=fault,
            reasons=CLOSINGS, ladder_reasons=LADDER_REASONS, status=422 if fault else 200,
        )  # fmt: skip

    async def _moving(request: Request, someone: Visitor) -> tuple[str, str]:
        """What is open, and a word by which the same is known again."""
        found = await today(console.ctx, someone)
        part = console.part(request, someone, _SECTION, "today_list.html", today=found, shown=SHOWN)
        return part, hashlib.sha256(part.encode()).hexdigest()[:_LENGTH]

    return router
