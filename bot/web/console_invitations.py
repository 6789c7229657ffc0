"""Invitations: who has not enrolled, codes as a sheet to print, an e-mail that one waits.

| address | does |
|---|---|
| `GET /console/directory/invitations` | who has not enrolled, by school |
| `POST /console/directory/invitations/sheet` | codes for those chosen, a slip each, shown once |
| `POST /console/directory/invitations/mail` | word by e-mail to those chosen |
"""

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.flow.console import step_up_of
from bot.flow.console_invitations import SECTION, Sheet, invitations, make_sheet, send_word
from bot.flow.reply import Reply
from bot.flow.session import Visitor
from bot.flow.unlock import Unlocking
from bot.rendering.catalogue import words
from bot.web.browser import Form
from bot.web.console import Change, Console

_HERE = f"{CONSOLE_PATH}/directory/invitations"
_MOST_BYTES, _MOST_FIELDS = 1024 * 1024, 10_000


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def page(
        request: Request, someone: Visitor, fault: str = "", form: Form | None = None
    ) -> Response:
        say = words(someone.person.language)
        return console.page(
            request, someone, SECTION, "invitations.html", status=422 if fault else 200,
            found=await invitations(ctx, someone), fault=say.say(fault) if fault else "",
            unlocked=await step_up_of(ctx, someone) is Unlocking.DONE, form_was=form or {},
        )  # fmt: skip

    async def change(request: Request) -> Change:
        return await console.change(
            request, SECTION, most_bytes=_MOST_BYTES, most_fields=_MOST_FIELDS
        )

    @router.get(_HERE)
    async def show(request: Request) -> Response:
        return await page(request, await console.reader(request, SECTION))

    @router.post(f"{_HERE}/sheet")
    async def sheet(request: Request) -> Response:
        came = await change(request)
        made = await make_sheet(ctx, came.someone, set(came.form))
        if isinstance(made, Sheet):
            return console.page(
                request, came.someone, SECTION, "invitations_sheet.html", sheet=made
            )
        return await _done(request, came, made)

    @router.post(f"{_HERE}/mail")
    async def mail(request: Request) -> Response:
        came = await change(request)
        return await _done(request, came, await send_word(ctx, came.someone, set(came.form)))

    async def _done(request: Request, came: Change, reply: Reply) -> Response:
        if reply.alert:
            return await page(request, came.someone, reply.sentence, came.form)
        return console.replied(request, came.someone, SECTION, reply, _HERE)

    return router
