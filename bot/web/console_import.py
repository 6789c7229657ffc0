"""The directory's import: files are chosen, shown as what they would change, and imported so.

| address | does |
|---|---|
| `GET /console/directory/import` | choose files; what they would change; the last import |
| `POST /console/directory/import` | upload files, in the place of what was uploaded before |
| `POST /console/directory/import/N/list` | what a published list does not carry |
| `POST /console/directory/import/N/columns` | which column of a file is which field |
| `POST /console/directory/import/N/put`, `…/drop` | import what was shown; drop it |
| `POST /console/directory/import/undo/N` | take the newest import back |
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from bot.domain.console import CONSOLE_PATH
from bot.domain.errors import Fault, RefusedError
from bot.flow import console_import as use
from bot.flow.console import step_up_of
from bot.flow.import_columns import remember
from bot.flow.reply import Reply
from bot.flow.session import Visitor
from bot.flow.unlock import Unlocking
from bot.intake.directory_columns import FIELDS
from bot.rendering.catalogue import words
from bot.rendering.fault_words import fault_in_words
from bot.rendering.what_changed import in_words
from bot.web.browser import move_on, small_number
from bot.web.console import Console
from bot.web.limits import TooLargeError
from bot.web.uploads import MOST_BYTES, MOST_FILES

_HERE = f"{CONSOLE_PATH}/directory/import"
_MOST_TYPED = 100
_MOST_COLUMNS = 500
_NO_VALUES: Mapping[str, object] = MappingProxyType({})


def pages(console: Console) -> APIRouter:
    router, ctx = APIRouter(include_in_schema=False), console.ctx

    async def page(
        request: Request,
        someone: Visitor,
        fault: str = "",
        status: int = 200,
        refused: Sequence[Fault] = (),
        values: Mapping[str, object] = _NO_VALUES,
    ) -> Response:
        say = words(someone.person.language)
        return console.page(
            request, someone, use.SECTION, "import.html", status=status,
            found=await use.preview(ctx, someone), last=await use.last_import(ctx),
            unlocked=await step_up_of(ctx, someone) is Unlocking.DONE,
            said=lambda one: in_words(say, one), wrong=lambda one: fault_in_words(say, one),
            fault=say.say(fault, **values) if fault else "",
            calendars=await use.calendar_names(ctx), refused=refused,
            most_files=MOST_FILES, most=MOST_BYTES // 1024 // 1024, fields=FIELDS,
        )  # fmt: skip

    @router.get(_HERE)
    async def show(request: Request) -> Response:
        return await page(request, await console.reader(request, use.SECTION))

    @router.post(_HERE)
    async def take(request: Request) -> Response:
        try:
            came = await console.change_with_files(request, use.SECTION, _HERE)
        except TooLargeError:
            someone = await console.reader(request, use.SECTION)
            return await page(request, someone, "import.too_large", 413)
        change, files = came
        if not files:
            return await page(request, change.someone, "import.choose_a_file", 422)
        reply = await use.upload(ctx, change.someone, files)
        return await _next(request, change.someone, reply)

    @router.post(f"{_HERE}/{{number}}/list")
    async def complete(request: Request, number: str) -> Response:
        change = await console.change(request, use.SECTION)
        options = {name: change.form.get(name, "").strip()[:_MOST_TYPED] for name in use.OPTIONS}
        reply = await use.complete(ctx, change.someone, small_number(number) or 0, options)
        return await _next(request, change.someone, reply)

    @router.post(f"{_HERE}/{{number}}/columns")
    async def columns(request: Request, number: str) -> Response:
        change = await console.change(request, use.SECTION, most_fields=_MOST_COLUMNS)
        found = await use.preview(ctx, change.someone)
        headers = found.headers if found and str(found.number) == number else ()
        header = next((one for one in headers if one.mark == change.form.get("header")), None)
        if header is None:
            return await page(request, change.someone, "import.upload_over", 409)
        said = {name: change.form.get(f"c{at}", "") for at, name in enumerate(header.names)}
        reply = await remember(ctx, change.someone, header, said)
        return await _next(request, change.someone, reply)

    async def _next(request: Request, someone: Visitor, reply: Reply | None) -> Response:
        return move_on(_HERE) if reply is None else await _done(request, someone, reply)

    async def _done(request: Request, someone: Visitor, reply: Reply) -> Response:
        if reply.alert:
            return await page(request, someone, reply.sentence, 409, values=reply.values)
        return console.replied(request, someone, use.SECTION, reply, _HERE)

    @router.post(f"{_HERE}/{{number}}/put")
    async def put(request: Request, number: str) -> Response:
        change = await console.change(request, use.SECTION)
        mark = change.form.get("mark", "")
        try:
            reply = await use.put_in_force(ctx, change.someone, small_number(number) or 0, mark)
        except RefusedError:  # the page says what it would leave with nobody
            return await page(request, change.someone, "import.refused", 409)
        return await _done(request, change.someone, reply)

    @router.post(f"{_HERE}/{{number}}/drop")
    async def drop(request: Request, number: str) -> Response:
        change = await console.change(request, use.SECTION)
        reply = await use.drop(ctx, change.someone, small_number(number) or 0)
        return await _done(request, change.someone, reply)

    @router.post(f"{_HERE}/undo/{{number}}")
    async def undo(request: Request, number: str) -> Response:
        change = await console.change(request, use.SECTION)
        try:
            reply = await use.undo(ctx, change.someone, small_number(number) or 0)
        except RefusedError as error:
            someone = change.someone
            return await page(request, someone, "import.undo_refused", 409, error.faults)
        return await _done(request, change.someone, reply)

    return router
