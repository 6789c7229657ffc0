"""Everyone's own page on the web: thin. Who is it, one use case, one template.

| address | does |
|---|---|
| `GET /me` | what I am told of, my ways, my absence, who stands in |
| `POST /me/DEED` | unlock; language, test, away, back, lost: for oneself alone |
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.domain.accounts import OWN_PATH
from bot.domain.console import CONSOLE_PATH, may_enter
from bot.flow.answer import NAMES
from bot.flow.context import Context
from bot.flow.own_page import away, back_early, my_page, speak, telephone_lost, try_my_ways
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor, form_token, visitor
from bot.rendering.catalogue import words
from bot.rendering.own_page import own_parts
from bot.rendering.page import render
from bot.web.browser import (
    COOKIE,
    Form,
    answer,
    move_on,
    page_for_anyone,
    posted,
    said,
    small_number,
)
from bot.web.locked import ask_for_code, try_code

Deed = Callable[[Context, Visitor, Form], Awaitable[Reply]]


async def _language(ctx: Context, who: Visitor, form: Form) -> Reply:
    return await speak(ctx, who, form.get("language", ""))


async def _test(ctx: Context, who: Visitor, form: Form) -> Reply:  # noqa: ARG001
    return await try_my_ways(ctx, who)


async def _away(ctx: Context, who: Visitor, form: Form) -> Reply:
    return await away(ctx, who, form.get("first", ""), form.get("last", ""))


async def _back(ctx: Context, who: Visitor, form: Form) -> Reply:
    return await back_early(ctx, who, small_number(form.get("absence", "")) or 0)


async def _lost(ctx: Context, who: Visitor, form: Form) -> Reply:
    if form.get("sure") != "yes":
        return Reply("me.tick_first", who.person.language)
    return await telephone_lost(ctx, who)


_DEEDS: dict[str, Deed] = {
    "language": _language,
    "test": _test,
    "away": _away,
    "back": _back,
    "lost": _lost,
}


def me_router(ctx: Context) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def who(request: Request) -> Visitor | None:
        return await visitor(ctx, request.cookies.get(COOKIE, ""))

    @router.get(OWN_PATH)
    async def show(request: Request) -> Response:
        someone = await who(request)
        mine = await my_page(ctx, someone) if someone else None
        if someone is None or mine is None:
            return answer(page_for_anyone("ended"), status=401)
        token = form_token(request.cookies[COOKIE])
        if not someone.unlocked:
            return await ask_for_code(ctx, someone, OWN_PATH, token)
        language = someone.person.language
        page = render(
            "me.html",
            language,
            parts=own_parts(words(language), mine.page, mine.schools),
            absences=mine.absences,
            today=mine.today.isoformat(),
            languages=[(code, name) for code, name in NAMES.items() if code != language],
            console=CONSOLE_PATH if _has_console(someone) else "",
            form=token,
        )
        return answer(page, expires=True)

    @router.post(OWN_PATH + "/{name}")
    async def act(request: Request, name: str) -> Response:
        someone, form = await who(request), await posted(request)
        if someone is None or form is None:
            return answer(page_for_anyone("ended"), status=401)
        if name == "unlock":
            return await try_code(ctx, someone, OWN_PATH, form)
        if not someone.unlocked:
            return move_on(OWN_PATH)
        deed, status = _DEEDS.get(name), 200
        if deed is None:
            reply, status = nothing_here(someone.person.language), 404
        else:
            reply = await deed(ctx, someone, form)
        return said(reply, form["form"], back=OWN_PATH, status=status)

    return router


def _has_console(someone: Visitor) -> bool:
    """A link that was given for one alert opens that one and no console."""
    return someone.alert_id is None and may_enter(someone.person.role)
