"""The secure page: thin. Who is it, may they, one use case, one template.

| address | does |
|---|---|
| `GET /open/LINK` | a page with one button, whatever the link is; it asks nothing of the database |
| `POST /open/LINK` | spends the link: a press, which no scanner of links makes |
| `GET /app` | where Telegram's Mini App begins; the only page that may be framed, by Telegram |
| `POST /app/enter` | takes Telegram's word for who it is |
| `GET /alert/N`, `/alert/N/why` | the role's view, and why this role sees it |
| `GET /alert/N/stands` | whether that view may still be shown |
| `POST /alert/N/ANSWER` | unlock, acknowledge, cannot-act, recuse, not-ours, decide, plan, undo, |
| | no-health-need, pass; ask, take, reply: a question to the MASH desk |
| `POST /sign-out` | ends the session |
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.domain.access import APP_PATH, LINK_PATH
from bot.domain.console import CONSOLE_PATH
from bot.flow.acknowledge import acknowledge, no_health_need
from bot.flow.answer_question import answer_question
from bot.flow.ask_desk import ask_desk
from bot.flow.cannot_act import cannot_act
from bot.flow.context import Context
from bot.flow.not_ours import not_ours
from bot.flow.open_page import open_on_page, still_stands
from bot.flow.pass_on import pass_on
from bot.flow.plan import plan
from bot.flow.recuse import recuse
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import (
    Visitor,
    enter_by_launch,
    enter_by_link,
    form_token,
    sign_out,
    visitor,
)
from bot.flow.take_question import take_question
from bot.flow.triage import decide_by_choice
from bot.flow.undo import undo
from bot.flow.why import Reason, Why, why
from bot.rendering.catalogue import words
from bot.rendering.page import AlertPage, render, render_for_anyone
from bot.web.browser import (
    COOKIE,
    Form,
    answer,
    clear_cookie,
    form_of,
    is_from_here,
    keep_cookie,
    move_on,
    page_for_anyone,
    posted,
    said,
    small_number,
    static,
)
from bot.web.locked import ask_for_code, try_code

Answering = Callable[[Context, Visitor, int, Form], Awaitable[Reply]]


def _plain(use_case: Callable[[Context, str, int], Awaitable[Reply]]) -> Answering:
    """An answer that needs nothing but who and which alert."""

    async def act(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:  # noqa: ARG001
        return await use_case(ctx, who.person.id, alert_id)

    return act


def _chosen(use_case: Callable[[Context, str, int, int], Awaitable[Reply]]) -> Answering:
    """An answer that is one of several; where none was chosen, there is nothing."""

    async def act(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:
        choice = small_number(form.get("choice", ""))
        if choice is None:
            return nothing_here(who.person.language)
        return await use_case(ctx, who.person.id, alert_id, choice)

    return act


async def _decide(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:
    choice = small_number(form.get("choice", ""))
    return await decide_by_choice(ctx, who.person.id, alert_id, -1 if choice is None else choice)


async def _not_ours(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:
    return await not_ours(ctx, who.person.id, alert_id, small_number(form.get("child", "")))


async def _ask(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:
    child, question = small_number(form.get("child", "")), small_number(form.get("choice", ""))
    if child is None or question is None:
        return nothing_here(who.person.language)
    return await ask_desk(ctx, who.person.id, alert_id, child, question, form.get("text", ""))


async def _reply(ctx: Context, who: Visitor, alert_id: int, form: Form) -> Reply:
    choice = small_number(form.get("choice", ""))
    return await answer_question(ctx, who.person.id, alert_id, choice, form.get("text", ""))


_ANSWERS: dict[str, Answering] = {
    "acknowledge": _plain(acknowledge),
    "cannot-act": _plain(cannot_act),
    "no-health-need": _plain(no_health_need),
    "undo": _plain(undo),
    "plan": _chosen(plan),
    "pass": _chosen(pass_on),
    "recuse": _plain(recuse),
    "not-ours": _not_ours,
    "decide": _decide,
    "ask": _ask,
    "take": _plain(take_question),
    "reply": _reply,
}
_CONSOLE = "console"
"""Where a Mini App's start leads that is not an alert's."""
_ENDING = ("recuse", "not-ours")
"""After these there may be nothing to go back to."""


def page_router(ctx: Context) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def who(request: Request) -> Visitor | None:
        return await visitor(ctx, request.cookies.get(COOKIE, ""))

    # --- in and out ------------------------------------------------------------------------------

    @router.get(LINK_PATH + "{link}")
    async def door(link: str) -> Response:  # noqa: ARG001
        return answer(render_for_anyone("door.html"))

    @router.post(LINK_PATH + "{link}")
    async def through(request: Request, link: str) -> Response:
        entered = await enter_by_link(ctx, link) if is_from_here(request) else None
        if entered is None:
            return _not_in("link_over")
        there = CONSOLE_PATH if entered.alert_id is None else f"/alert/{entered.alert_id}"
        return keep_cookie(move_on(there), entered)

    @router.get(APP_PATH)
    async def app(to: str = "") -> Response:
        page = render_for_anyone("app.html", console=to == _CONSOLE)
        return answer(page, framed_by_telegram=True)

    @router.post(APP_PATH + "/enter")
    async def enter(request: Request) -> Response:
        form = await form_of(request)
        if form is None or not is_from_here(request):
            return _not_in("app_refused")
        to_console, alert_id = form.get("to") == _CONSOLE, small_number(form.get("alert", ""))
        if alert_id is None and not to_console:  # asked before the launch is spent
            return _not_in("app_refused")
        entered = await enter_by_launch(ctx, form.get("init_data", ""))
        if entered is None:
            return _not_in("app_refused")
        there = CONSOLE_PATH if to_console else f"/alert/{alert_id}"
        return keep_cookie(move_on(there), entered)

    @router.post("/sign-out")
    async def out(request: Request) -> Response:
        if await posted(request) is None:
            return move_on("/ended")
        await sign_out(ctx, request.cookies.get(COOKIE, ""))
        return clear_cookie(move_on("/ended"))

    @router.get("/ended")
    async def ended() -> Response:
        return answer(page_for_anyone("ended"))

    # --- an alert --------------------------------------------------------------------------------

    @router.get("/alert/{alert}")
    async def show(request: Request, alert: str) -> Response:
        someone, alert_id = await who(request), small_number(alert)
        if someone is None:
            return _not_in("ended")
        token = form_token(request.cookies[COOKIE])
        if not someone.unlocked:
            return await ask_for_code(ctx, someone, f"/alert/{alert_id or 0}", token)
        opened = await open_on_page(ctx, someone, alert_id or 0)
        if isinstance(opened, AlertPage):
            return answer(
                render("alert.html", opened.language, page=opened, form=token), expires=True
            )
        return said(opened, token, status=404)

    @router.get("/alert/{alert}/stands")
    async def stands(request: Request, alert: str) -> Response:
        """Whether what is shown may still be: asked by the page itself, and no use of it."""
        someone = await visitor(ctx, request.cookies.get(COOKIE, ""), touch=False)
        if someone is None:
            return answer("", status=401)
        may = await still_stands(ctx, someone, small_number(alert) or 0)
        return answer("", status=204 if may else 404)

    @router.get("/alert/{alert}/why")
    async def explain(request: Request, alert: str) -> Response:
        someone, alert_id = await who(request), small_number(alert) or 0
        if someone is None:
            return _not_in("ended")
        if not someone.unlocked:
            return move_on(f"/alert/{alert_id}")
        told = (
            await why(ctx, someone.person.id, alert_id) if someone.may_ask_for(alert_id) else None
        )
        token = form_token(request.cookies[COOKIE])
        if told is None:
            return said(nothing_here(someone.person.language), token, status=404)
        return _why(told, alert_id, token)

    @router.post("/alert/{alert}/unlock")
    async def unlocked(request: Request, alert: str) -> Response:
        someone, form = await who(request), await posted(request)
        if someone is None or form is None:
            return _not_in("ended")
        return await try_code(ctx, someone, f"/alert/{small_number(alert) or 0}", form)

    @router.post("/alert/{alert}/{name}")
    async def answered(request: Request, alert: str, name: str) -> Response:
        someone, form = await who(request), await posted(request)
        if someone is None or form is None:
            return _not_in("ended")
        alert_id, act = small_number(alert) or 0, _ANSWERS.get(name)
        if not someone.unlocked:
            return move_on(f"/alert/{alert_id}")
        if act is None or not someone.may_ask_for(alert_id):
            return said(nothing_here(someone.person.language), form["form"], status=404)
        reply = await act(ctx, someone, alert_id, form)
        back = None if name in _ENDING else f"/alert/{alert_id}"
        return said(reply, form["form"], back=back)

    router.add_api_route("/static/{name}", static, methods=["GET"])
    return router


def _not_in(text: str) -> Response:
    """The one answer for everyone who is not in, or not any more."""
    return answer(page_for_anyone(text), status=401)


def _why(told: Why, alert_id: int, token: str) -> Response:
    say = words(told.language)

    def decided(reason: Reason) -> str:
        if reason.decided_on is None:
            return say.say("page.why_decided_by", author=reason.author)
        on = say.date(reason.decided_on)
        return say.say("page.why_decided", author=reason.author, on=on)

    page = render(
        "why.html",
        told.language,
        alert_id=alert_id,
        form=token,
        role=say.say(f"role.{told.role}"),
        version=told.matrix_version,
        reasons=[
            (say.say(f"field.{reason.field}"), reason.purpose, decided(reason))
            for reason in told.shown
        ],
        withheld=[say.say(f"field.{reason.field}") for reason in told.withheld],
    )
    return answer(page, expires=True)
