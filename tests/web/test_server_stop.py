"""The HTTP server ends at once, and whoever is being answered is answered."""

import asyncio
from email.utils import parsedate_to_datetime

import httpx
from fastapi import FastAPI

from bot.web.server import WebServer


def serving(answers: asyncio.Event, asked: asyncio.Event) -> WebServer:
    app = FastAPI()

    @app.get("/slow")
    async def slow() -> str:
        asked.set()
        await answers.wait()
        return "answered"

    @app.get("/")
    async def quick() -> str:
        return "here"

    return WebServer(app, "127.0.0.1", 0)


async def test_a_request_in_work_is_answered_and_none_is_taken_any_more() -> None:
    answers, asked = asyncio.Event(), asyncio.Event()
    server = serving(answers, asked)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        asking = asyncio.create_task(http.get("/slow"))
        await asked.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done(), "somebody waits for an answer"
        answers.set()
        assert (await asking).json() == "answered"
        await stopping
        try:
            await http.get("/")
        except httpx.TransportError:
            return
    raise AssertionError("it answers behind its end")


async def test_a_connection_that_is_kept_open_holds_nobody_up() -> None:
    server = serving(asyncio.Event(), asyncio.Event())
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        answer = await http.get("/")
        assert parsedate_to_datetime(answer.headers["date"])
        await asyncio.wait_for(server.stop(), 5)


async def test_what_was_sent_right_before_the_stop_is_answered_or_refused_never_left_open() -> None:
    server = serving(asyncio.Event(), asyncio.Event())
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        asking = [asyncio.create_task(http.get("/")) for _ in range(20)]
        for _ in range(4):
            await asyncio.sleep(0)
        await server.stop()
        assert not server._server.server_state.connections
        done = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(one, httpx.Response | httpx.TransportError) for one in done)
