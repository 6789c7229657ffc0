"""The HTTP server: the application with its routers, on an address of our own choosing."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from bot import __version__
from bot.domain.errors import EncompassError, SettingsError
from bot.flow.context import Context
from bot.flow.reception import Reception
from bot.intake.openapi import openapi_schemas
from bot.web.console import InsteadError, answered_instead, console_router
from bot.web.console_pages import CONSOLE_PAGES
from bot.web.health import health_router
from bot.web.intake_api import intake_router
from bot.web.limits import PartnerRates
from bot.web.me import me_router
from bot.web.notify_receipts import receipts_router
from bot.web.openapi import ANSWERS
from bot.web.pages import page_router
from bot.web.problems import expected_error, http_error, hung_up, unexpected_error
from bot.web.sign_in import sign_in_router
from bot.web.telegram_webhook import webhook_router

_KEPT_SECONDS = 75
"""An idle connection. Longer than senders keep theirs: else one is ended here at the very moment
its sender puts the next notice on it, who then cannot know whether it arrived."""
_DRAIN_SECONDS = 10
_ON_THE_WAY = 0.01
"""What was accepted right before a stop has that long to be seen, and is answered."""
log = logging.getLogger(__name__)


def web_app(
    ctx: Context, partner_rate: float, webhook_secret: str = "", receipts_token: str = ""
) -> FastAPI:
    """Every route. `webhook_secret` empty: Telegram's webhook is not there at all; nor is the
    address for Notify's receipts without its token."""
    app = FastAPI(
        title="Encompass Bot",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # what is not there says so, to machines in the same form
    )
    app.include_router(intake_router(ctx, Reception(ctx), PartnerRates(partner_rate)))
    app.include_router(health_router(ctx))
    if ctx.page is not None:
        app.include_router(page_router(ctx))
        app.include_router(console_router(ctx, CONSOLE_PAGES))
        app.include_router(me_router(ctx))
        if ctx.accounts is not None:
            app.include_router(sign_in_router(ctx))
    if webhook_secret:
        app.include_router(webhook_router(ctx, webhook_secret))
    if receipts_token:
        app.include_router(receipts_router(ctx, receipts_token))
    app.add_exception_handler(EncompassError, expected_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(ClientDisconnect, hung_up)
    app.add_exception_handler(InsteadError, answered_instead)
    app.add_exception_handler(Exception, unexpected_error)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The document, with the bodies' schemas that the routes point to."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {}).update(openapi_schemas() | ANSWERS)
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = schema
    return app.openapi_schema


class _Server(uvicorn.Server):
    """uvicorn's, ended at once: its own looks ten times a second, and then waits a tenth longer."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.end = asyncio.Event()

    async def main_loop(self) -> None:
        """A look each second, for the date that answers carry."""
        while not self.end.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.end.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no connection any more, and waits for those that are being answered."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        state, told = self.server_state, set[object]()
        await asyncio.sleep(_ON_THE_WAY)
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while state.connections or state.tasks:
                    for connection in state.connections - told:
                        told.add(connection)
                        connection.shutdown()
                    await asyncio.sleep(0.005)
        for task in state.tasks:
            log.error("a request was not answered in time, and was ended")
            task.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The application owns the signals: one stop event for everything."""
        yield


class WebServer:
    """Serves from `start` until `stop`, which lets requests in work end."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._host = host
        self._socket = _listen(host, port)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_keep_alive=_KEPT_SECONDS,
            lifespan="off",
            server_header=False,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        self._server.end.set()
        if self._task is not None:
            await self._task
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's delay of 40 ms on every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"The address {host}:{port} cannot be used ({error.strerror}): "
            "set ENCOMPASS_HTTP_HOST and ENCOMPASS_HTTP_PORT."
        ) from error
    listener.listen(1024)
    return listener
