"""What browsers are told and what they bring: headers, the cookie, forms, where they come from.

Everything is refused that is not said here: no script but ours, no frame but Telegram's around the
Mini App's first page, nothing kept, nothing printed, no address told to others.
"""

import hmac
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response
from starlette.responses import FileResponse

from bot.domain.access import IDLE, Way
from bot.flow.reply import Reply
from bot.flow.session import Entered, form_token
from bot.rendering.page import render, render_for_anyone
from bot.web.limits import TooLargeError, limited_body

Form = Mapping[str, str]
COOKIE = "__Host-encompass"
_MOST_BYTES = 32 * 1024  # two thousand characters of any script, as a form writes them
_STATIC = Path(__file__).parent / "static"
_FILES = {
    "details.css": "text/css",
    "details.js": "text/javascript",
    "app.js": "text/javascript",
    "console.css": "text/css",
    "console.js": "text/javascript",
    "htmx.min.js": "text/javascript",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
_TELEGRAM = "https://web.telegram.org https://*.telegram.org"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # forms say where they come from, to nobody but us
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
}


def page_for_anyone(text: str) -> str:
    """A heading and a sentence, in both languages, for somebody who is not in."""
    return render_for_anyone("both.html", heading=f"page.{text}_heading", text=f"page.{text}_text")


def answer(
    html: str, *, status: int = 200, expires: bool = False, framed_by_telegram: bool = False
) -> Response:
    """A page. One that `expires` gives way by itself when its session is over, without script."""
    headers = dict(_HEADERS)
    headers["Content-Security-Policy"] = _POLICY + (_TELEGRAM if framed_by_telegram else "'none'")
    if not framed_by_telegram:
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if expires:
        headers["Refresh"] = f"{int(IDLE.total_seconds())}; url=/ended"
    return Response(html, status, headers, media_type="text/html; charset=utf-8")


def move_on(path: str) -> Response:
    """Go there; as a page of its own, so that going back repeats no answer."""
    return Response(status_code=303, headers={**_HEADERS, "Location": path})


def keep_cookie(response: Response, entered: Entered) -> Response:
    """The session's cookie. In Telegram's own web client the page stands in a frame of another
    site, where a strict cookie never arrives; what stands there is bound to that frame."""
    mini_app = entered.way is Way.MINI_APP
    site = "SameSite=None; Partitioned" if mini_app else "SameSite=Strict"
    response.headers["Set-Cookie"] = f"{COOKIE}={entered.cookie}; Path=/; Secure; HttpOnly; {site}"
    return response


def said(reply: Reply, token: str, *, back: str | None = None, status: int = 200) -> Response:
    """A page of one sentence, and the way back."""
    page = render("said.html", reply.language, text=reply.text, form=token, back=back)
    return answer(page, status=status, expires=True)


def clear_cookie(response: Response) -> Response:
    response.headers.append(
        "Set-Cookie", f"{COOKIE}=; Path=/; Secure; HttpOnly; Max-Age=0; SameSite=Strict"
    )
    response.headers.append(
        "Set-Cookie", f"{COOKIE}=; Path=/; Secure; HttpOnly; Max-Age=0; SameSite=None; Partitioned"
    )
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def is_from_here(request: Request) -> bool:
    """Whether a page of ours made this request: the browser says so itself."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", "")).netloc
    host = request.headers.get("host", "")
    return bool(origin) and hmac.compare_digest(origin.encode(), host.encode())


async def form_of(
    request: Request, *, most_bytes: int = _MOST_BYTES, most_fields: int = 10
) -> Form | None:
    """What a form brings, each name once; None for what no form of ours would bring. NUL, which no
    key writes and no database of ours takes, is left out."""
    try:
        body = (await limited_body(request, most_bytes)).decode()
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=most_fields)
        return {name: value.replace("\0", "") for name, value in fields}
    except (TooLargeError, ValueError):
        return None


async def posted(
    request: Request, *, most_bytes: int = _MOST_BYTES, most_fields: int = 10
) -> Form | None:
    """The form, if this very session's page made it; None for one that somebody else made."""
    form = await form_of(request, most_bytes=most_bytes, most_fields=most_fields)
    return form if form is not None and is_of_this_session(request, form) else None


def is_of_this_session(request: Request, form: Form) -> bool:
    """Whether this very session's page made the form."""
    token = form_token(request.cookies.get(COOKIE, ""))
    return is_from_here(request) and form.get("form") == token


def small_number(text: str) -> int | None:
    """The number of a row; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


async def static(name: str) -> Response:
    """One of the page's own files."""
    if name not in _FILES:
        return Response(status_code=404)
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return FileResponse(_STATIC / name, media_type=_FILES[name], headers=headers)
