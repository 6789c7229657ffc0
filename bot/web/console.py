"""The console's door: who is it, may they read this section, may they change something in it.

| address | does |
|---|---|
| `GET /console…` | a section's pages, by the routers in `CONSOLE_PAGES` |
| `POST /console/language` | the reader's own language |
| `GET`, `POST /console/unlock` | the unlock code, before anything may be changed |

For everyone whose role has no console, for whoever is not in and for a method that nothing takes,
every address here is exactly what an address is that is not there.

To add pages: a line in `bot/domain/console.py` for the section, a file of your own with a function
`pages(console) -> APIRouter`, and a line in `bot/web/console_pages.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from bot.domain.console import CONSOLE_PATH, SECTIONS, is_console_path, sections_of
from bot.domain.errors import ConflictError, EncompassError, NotFoundError, RefusedError
from bot.flow.console import console_visitor, step_up_of
from bot.flow.context import Context
from bot.flow.own_page import speak
from bot.flow.reply import Reply, nothing_here
from bot.flow.session import Visitor, form_token
from bot.flow.unlock import Unlocking, choose_or_unlock
from bot.rendering.console import render_console
from bot.web.browser import COOKIE, Form, answer, move_on, posted
from bot.web.uploads import File, posted_files

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
MOST_FIELDS = 500
"""A field for each tick of the matrix; what waits for the unlock code is as long."""
_OURS = ("form", "code", "again", "to", "back")
"""Fields of the frame's own forms: a page's form uses other names."""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody who is in, stepped up if it changes anything, with a form that this very session's
    page made."""

    someone: Visitor
    form: Form


REFUSALS = (RefusedError, ConflictError, NotFoundError)
"""What a page answers in words; that the database cannot serve is said as everywhere."""


def faults_of(error: EncompassError) -> Sequence[str]:
    """Each fault as a line of its own, for a page."""
    if isinstance(error, RefusedError) and error.faults:
        return [str(fault) for fault in error.faults]
    return [str(error)]


class InsteadError(Exception):
    """What a page's first line raises to answer in the page's place."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def answered_instead(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, InsteadError)
    return error.response


class Console:
    """What every page of the console is handed: who asks, and the frame around an answer."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    async def reader(self, request: Request, section: str, *, touch: bool = True) -> Visitor:
        """Who asks, if they may read this section; for all others the address is not there. Where
        reading needs the unlock code, that comes first. What a page asks by itself does not
        `touch`: nobody is there because a page moves."""
        someone = await self._visitor(request, section, touch=touch)
        if not someone.unlocked:
            came, back = await step_up_of(self.ctx, someone), request.url.path
            raise InsteadError(self.locked(request, someone, section, came, back=back))
        return someone

    async def _visitor(self, request: Request, section: str, *, touch: bool = True) -> Visitor:
        cookie = request.cookies.get(COOKIE, "")
        someone = await console_visitor(self.ctx, cookie, section, touch=touch)
        if someone is None:
            raise absent()
        return someone

    async def asked(self, request: Request, section: str) -> Change:
        """What somebody who may read this section asks for by a form that changes nothing: so that
        what they typed stands in no address."""
        someone, form = await self.reader(request, section), await posted(request)
        if form is None:
            raise InsteadError(self.not_from_here(request, someone, section))
        return Change(someone, form)

    async def change(
        self,
        request: Request,
        section: str,
        *,
        most_bytes: int = 32 * 1024,
        most_fields: int = MOST_FIELDS,
    ) -> Change:
        """The form of somebody who may change something in this section. InsteadError with the
        answer where another site sent it, or the unlock code comes first. The use case asks
        `may_change` once more, within its commit."""
        someone = await self._visitor(request, section)
        form = await posted(request, most_bytes=most_bytes, most_fields=most_fields)
        if form is None:
            raise InsteadError(self.not_from_here(request, someone, section))
        came = await step_up_of(self.ctx, someone)
        if came is Unlocking.DONE:
            return Change(someone, form)
        kept = {name: value for name, value in form.items() if name not in _OURS}
        back, to = form.get("back", ""), request.url.path
        raise InsteadError(
            self.locked(request, someone, section, came, to=to, back=back, kept=kept)
        )

    async def change_with_files(
        self, request: Request, section: str, back: str
    ) -> tuple[Change, list[File]]:
        """The same for a form that brings files, which cannot wait on the page while the unlock
        code is given: `back` is where they are chosen again. TooLargeError for too much."""
        someone = await self._visitor(request, section)
        brought = await posted_files(request)
        if brought is None:
            raise InsteadError(self.not_from_here(request, someone, section))
        came = await step_up_of(self.ctx, someone)
        if came is not Unlocking.DONE:
            raise InsteadError(self.locked(request, someone, section, came, back=back))
        return Change(someone, brought[0]), brought[1]

    # --- answers ---------------------------------------------------------------------------------

    def not_from_here(self, request: Request, someone: Visitor, section: str) -> Response:
        """Another site, or another session, made this form."""
        return self.said(request, someone, section, "console.not_from_here", status=403)

    def page(
        self,
        request: Request,
        someone: Visitor,
        section: str,
        template: str,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """A page in the frame."""
        html = self.part(request, someone, section, template, **values)
        return answer(html, status=status, expires=True)

    def form_page(
        self,
        request: Request,
        someone: Visitor,
        section: str,
        template: str,
        *,
        was: Form | None = None,
        fault: str = "",
        **values: Any,
    ) -> Response:
        """A page with a form: empty, or as it was filled in with what is wrong with it."""
        status = 422 if fault else 200
        return self.page(
            request, someone, section, template, status=status, form_was=was or {}, fault=fault,
            **values,
        )  # fmt: skip

    def part(
        self, request: Request, someone: Visitor, section: str, template: str, **values: Any
    ) -> str:
        """The HTML alone: also of what is put into a page that is shown already."""
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        here = next(one for one in SECTIONS if one.id == section)
        return render_console(
            template,
            someone.person.language,
            section=here,
            sections=sections_of(someone.person.role),
            person=someone.person,
            form=form_token(request.cookies.get(COOKIE, "")),
            path=path if request.method == "GET" and is_console_path(path) else here.path,
            **values,
        )

    def replied(
        self, request: Request, someone: Visitor, section: str, reply: Reply, back: str
    ) -> Response:
        """What a use case came to; nothing for this reader looks as what is not there."""
        if reply.sentence == nothing_here().sentence:
            raise absent()
        status = 422 if reply.alert else 200
        return self.said(
            request, someone, section, reply.sentence, back=back, status=status, **reply.values
        )

    def said(
        self,
        request: Request,
        someone: Visitor,
        section: str,
        sentence: str,
        *,
        back: str = "",
        status: int = 200,
        **values: object,
    ) -> Response:
        """A page of one sentence of the catalogue, and the way back."""
        return self.page(
            request,
            someone,
            section,
            "said.html",
            status=status,
            sentence=sentence,
            values=values,
            back=back,
        )

    def locked(
        self,
        request: Request,
        someone: Visitor,
        section: str,
        came: Unlocking,
        *,
        to: str = "",
        back: str = "",
        kept: Form | None = None,
    ) -> Response:
        """Ask for the unlock code; what somebody had filled in waits on the page."""
        wrong = came in (Unlocking.WRONG, Unlocking.NOT_ACCEPTABLE, Unlocking.NOT_THE_SAME)
        return self.page(
            request,
            someone,
            section,
            "unlock.html",
            status=403 if wrong or came is Unlocking.LOCKED else 200,
            came=came.value,
            choosing=came in (Unlocking.CHOOSE, Unlocking.NOT_ACCEPTABLE, Unlocking.NOT_THE_SAME),
            to=to if is_console_path(to) else "",
            back=back if is_console_path(back) else CONSOLE_PATH,
            kept=dict(kept or {}),
        )


def absent() -> HTTPException:
    """What everybody gets for an address that is not there."""
    return HTTPException(404)


def frame_pages(console: Console) -> APIRouter:
    """What belongs to no section: the language and the unlock code."""
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def whoever(request: Request) -> tuple[Visitor, str]:
        """Somebody who may read any section, and the first that they may."""
        for section in SECTIONS:
            cookie = request.cookies.get(COOKIE, "")
            if someone := await console_visitor(ctx, cookie, section.id):
                return someone, section.id
        raise absent()

    @router.post(f"{CONSOLE_PATH}/language")
    async def language(request: Request) -> Response:
        someone, section = await whoever(request)
        form = await posted(request)
        if form is None:
            return console.not_from_here(request, someone, section)
        await speak(ctx, someone, form.get("language", ""))
        back = form.get("back", "")
        return move_on(back if is_console_path(back) else CONSOLE_PATH)

    @router.get(f"{CONSOLE_PATH}/unlock")
    async def ask(request: Request, back: str = "") -> Response:
        someone, section = await whoever(request)
        came = await step_up_of(ctx, someone)
        if came is Unlocking.DONE:
            return move_on(back if is_console_path(back) else CONSOLE_PATH)
        return console.locked(request, someone, section, came, back=back)

    @router.post(f"{CONSOLE_PATH}/unlock")
    async def try_code(request: Request) -> Response:
        someone, section = await whoever(request)
        form = await posted(request, most_bytes=1024 * 1024, most_fields=MOST_FIELDS + 10)
        if form is None:
            return console.not_from_here(request, someone, section)
        standing, code, again = (
            await step_up_of(ctx, someone),
            form.get("code", ""),
            form.get("again", ""),
        )
        came = await choose_or_unlock(ctx, someone, standing, code, again)
        if came is Unlocking.DONE:  # by what stands now: reading may need no code at all
            someone, section = await whoever(request)
            came = await step_up_of(ctx, someone)
        to, back = form.get("to", ""), form.get("back", "")
        back = back if is_console_path(back) else CONSOLE_PATH
        kept = {name: value for name, value in form.items() if name not in _OURS}
        if came is not Unlocking.DONE:
            return console.locked(request, someone, section, came, to=to, back=back, kept=kept)
        if not is_console_path(to):
            return move_on(back)
        # What was filled in goes out by a press of its own, from this session's page.
        return console.page(request, someone, section, "go_on.html", to=to, back=back, kept=kept)

    return router


def console_router(ctx: Context, pages: Sequence[Callable[[Console], APIRouter]]) -> APIRouter:
    router, console = APIRouter(include_in_schema=False), Console(ctx)
    for of_one in (frame_pages, *pages):
        router.include_router(of_one(console))

    async def nothing() -> Response:
        raise absent()

    # Last: a method that no page takes says no more than an address that is not there.
    router.add_api_route(CONSOLE_PATH, nothing, methods=list(_METHODS))
    router.add_api_route(f"{CONSOLE_PATH}/{{rest:path}}", nothing, methods=list(_METHODS))
    return router
