"""Signing in with an account of the authority's own: thin.

| address | does |
|---|---|
| `GET /sign-in` | a page with one link |
| `GET /sign-in/go` | sends the browser to the provider, with a cookie that says who began it |
| `GET /sign-in/back` | where the provider sends it back: in, or the one answer for everyone else |

What brings somebody back comes from another site, where a strict cookie never arrives: so the way
in is a page that moves on by itself, and not a redirect.
"""

from fastapi import APIRouter, Request, Response

from bot.domain.accounts import ATTEMPT_LIVES, BACK_PATH, SIGN_IN_PATH
from bot.flow.context import Context
from bot.flow.sign_in import begin_sign_in, enter_by_account
from bot.rendering.page import render_for_anyone
from bot.web.browser import answer, keep_cookie, move_on, page_for_anyone

ATTEMPT = "__Host-encompass-sign-in"
_MOST_CHARACTERS = 4096


def sign_in_router(ctx: Context) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN_PATH)
    async def door() -> Response:
        return answer(render_for_anyone("sign_in.html", to=f"{SIGN_IN_PATH}/go"))

    @router.get(f"{SIGN_IN_PATH}/go")
    async def go() -> Response:
        begun = await begin_sign_in(ctx)
        if begun is None:
            return answer(page_for_anyone("sign_in_down"), status=503)
        address, cookie = begun
        return _keep(move_on(address), cookie, int(ATTEMPT_LIVES.total_seconds()))

    @router.get(BACK_PATH)
    async def back(request: Request, state: str = "", code: str = "") -> Response:
        cookie = request.cookies.get(ATTEMPT, "")
        entered = None
        if len(code) <= _MOST_CHARACTERS and len(state) <= _MOST_CHARACTERS:
            entered = await enter_by_account(ctx, cookie, state, code)
        if entered is None:
            return _keep(answer(page_for_anyone("sign_in_refused"), status=401), "", 0)
        page = answer(render_for_anyone("signed_in.html", to=entered.leads_to))
        page.headers["Refresh"] = f"0; url={entered.leads_to}"
        return _keep(keep_cookie(page, entered), "", 0)

    return router


def _keep(response: Response, cookie: str, seconds: int) -> Response:
    """Lax: it has to come along when the provider sends its reader back."""
    response.headers.append(
        "Set-Cookie",
        f"{ATTEMPT}={cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}",
    )
    return response
