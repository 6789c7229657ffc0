"""The page's door: static files, words, what is seen (server-sent events), what is done.

It is served by the sandbox, on loopback alone, and answers only to names of loopback: a web page
elsewhere that has its own name resolved to this machine gets nothing, and cannot post either.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files

from aiohttp import web

from bot.demo.page.conductor import Conductor
from bot.demo.page.deeds import Deeds
from bot.demo.page.police import PoliceDesk
from bot.demo.page.scene import Parts, Scene, Viewer, first_seen
from bot.demo.page.trouble import Trouble
from bot.demo.stage import Stage
from bot.domain.errors import EncompassError, StoreError
from bot.rendering.catalogue import DEFAULT, LANGUAGES, words
from bot.sandbox.loopback import names_loopback

_LOOK_SECONDS = 0.05
_SLOW_LOOKS = 6
"""So many looks at the telephones go by between two at the database."""
_STATIC = files("bot.demo.page") / "static"
_FILES = frozenset(path.name for path in _STATIC.iterdir())
_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS = {
    # No script but the page's own, nothing from or to anywhere else.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Page:
    """Answers everything at the sandbox's address that is neither Telegram's nor the control's."""

    clock: "asyncio.Task[None]"
    """Ends only when something went wrong that stops the demonstration."""

    def __init__(self, stage: Stage) -> None:
        self.conductor = Conductor(stage)
        trouble = Trouble(stage.sandbox)
        self._stage = stage
        self._police = PoliceDesk(stage, self.conductor)
        self._scene = Scene(stage, self.conductor, trouble)
        self._deeds = Deeds(stage, self.conductor, self._police, trouble)
        self._looking: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{self._stage.sandbox.url}/"

    @property
    def viewers(self) -> int:
        """How many are being told what changes."""
        return len(self._looking)

    async def close(self) -> None:
        for looking in self._looking:
            looking.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self._scene.close()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not names_loopback(request.headers.get("Host", "")):
            return web.json_response({"error": "this page answers to loopback only"}, status=403)
        match (request.method, request.path):
            case ("GET", "/"):
                return _file("index.html")
            case ("GET", "/demo/see"):
                return await self._see(request)
            case ("POST", "/demo/do"):
                return await self._do(request)
            case ("GET", path) if (name := path.removeprefix("/")) in _FILES:
                return _file(name)
            case ("GET", path) if path.startswith("/demo/words/"):
                return self._words(path.removeprefix("/demo/words/"))
        return web.json_response({"error": "there is nothing here"}, status=404)

    def _words(self, language: str) -> web.Response:
        """The page's own sentences, and what there is to choose from."""
        say = words(language)
        schools = self._stage.directory.schools.values()
        body = {
            "language": say.language,
            "languages": LANGUAGES,
            "words": say.family("demo."),
            "samples": self._police.samples(say),
            "schools": sorted(school.name_in(say.language) for school in schools),
            "phones": first_seen(self._stage.directory),
        }
        return web.json_response(body, headers=_HEADERS)

    async def _do(self, request: web.BaseRequest) -> web.Response:
        # A page elsewhere can post a form here, but not JSON without asking first.
        if request.content_type != "application/json":
            return web.json_response({"error": "this speaks application/json"}, status=415)
        try:
            given = json.loads(await request.read())
            return web.json_response(await self._deeds.do(given), headers=_HEADERS)
        except EncompassError as error:
            return web.json_response({"error": str(error)}, status=503)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            says = f"{type(error).__name__}: {error}"
            return web.json_response({"error": says}, status=400)

    async def _see(self, request: web.BaseRequest) -> web.StreamResponse:
        """Every part as it is now, then each part whenever it has changed."""
        query = request.query
        viewer = Viewer(
            query.get("language", DEFAULT),
            tuple(filter(None, query.get("phones", "").split(","))),
            query.get("alert", ""),
        )
        headers = _HEADERS | {"Content-Type": "text/event-stream"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        looking = asyncio.create_task(self._tell(request, response, viewer))
        self._looking.add(looking)
        looking.add_done_callback(self._looking.discard)
        with suppress(ConnectionResetError, asyncio.CancelledError):
            await looking
        return response

    async def _tell(
        self, request: web.BaseRequest, response: web.StreamResponse, viewer: Viewer
    ) -> None:
        """Until the viewer has gone, which shows at the connection alone while nothing changes."""
        told: dict[str, str] = {}
        directory = self._stage.directory
        for look in itertools.count():
            if request.transport is None or request.transport.is_closing():
                return
            parts: Parts = {}
            if look % _SLOW_LOOKS == 0:
                with suppress(StoreError):  # it comes with the next look
                    directory = await self._scene.directory()
                    parts = await self._scene.in_time(viewer)
                parts["sent"] = self._police.sent()
            parts |= self._scene.at_once(viewer, directory)
            for name, value in parts.items():
                said = json.dumps(value)
                if told.get(name) != said:
                    told[name] = said
                    await response.write(_event(name, said))
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def open_page(stage: Stage) -> AsyncIterator[Page]:
    """The page on this stage, at the sandbox's address, with its clock running."""
    await stage.open_monday()
    page = Page(stage)
    stage.sandbox.page = page.answer
    page.clock = asyncio.create_task(page.conductor.run())
    try:
        yield page
    finally:
        stage.sandbox.page = None
        page.clock.cancel()
        await asyncio.gather(page.clock, return_exceptions=True)
        await page.close()


def _event(name: str, value: str) -> bytes:
    return f'data: {{"part": {json.dumps(name)}, "value": {value}}}\n\n'.encode()


def _file(name: str) -> web.Response:
    kind = _KINDS[name.rpartition(".")[2]]
    return web.Response(
        body=(_STATIC / name).read_bytes(), content_type=kind, charset="utf-8", headers=_HEADERS
    )
