"""The yardstick: what the same stack does with none of the product in it. FastAPI takes a notice
in, one durable write that may be shared holds it with its messages, aiogram sends them at once,
another shared write notes that they went. No ladder, no scope, no disclosure, no pace, no check.

`python -m benchmarks.floor DATABASE PORT TOKEN API RECIPIENTS FIRST_ACCOUNT`
"""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import uvicorn
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from fastapi import FastAPI, Request

_SENDERS = 64


class Writer:
    """Writes that wait for each other share a commit."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE notices (id INTEGER PRIMARY KEY, body TEXT)",
            "CREATE TABLE messages (id INTEGER PRIMARY KEY, notice INT, chat INT, sent INT)",
        ):
            self._connection.execute(statement)
        self._waiting: list[tuple[str, list[tuple[Any, ...]], asyncio.Future[None]]] = []
        self._woken = asyncio.Event()

    async def write(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """Return once it is durable."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((statement, rows, done))
        self._woken.set()
        await done

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                group, self._waiting = self._waiting, []
                await asyncio.to_thread(self._commit, group)
                for _, _, done in group:
                    if not done.done():
                        done.set_result(None)

    def _commit(self, group: list[tuple[str, list[tuple[Any, ...]], Any]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, rows, _ in group:
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")


async def main() -> None:
    path, port, token, api, recipients, account = sys.argv[1:]
    writer, outbox = Writer(Path(path)), asyncio.Queue[tuple[int, int, str]]()
    session = AiohttpSession(api=TelegramAPIServer.from_base(api), limit=_SENDERS)
    bot, many, first = Bot(token, session=session), int(recipients), int(account)
    app, numbers = FastAPI(), iter(range(1, 10_000_000))

    @app.post("/api/v1/notifications", status_code=202)
    async def take(request: Request) -> dict[str, str]:
        body = await request.json()
        number = next(numbers)
        school = int(body["children"][0]["school"]["code"]) - 9_000_000
        chats = [first + school * many + one for one in range(many)]
        await writer.write("INSERT INTO notices VALUES (?, ?)", [(number, json.dumps(body))])
        ids = [number * many + one for one in range(many)]
        messages = [(i, number, chat, 0) for i, chat in zip(ids, chats, strict=True)]
        await writer.write("INSERT INTO messages VALUES (?, ?, ?, ?)", messages)
        for i, chat in zip(ids, chats, strict=True):
            outbox.put_nowait((i, chat, f"FLOOR-{number}: please look."))
        return {"reference": f"FLOOR-{number}"}

    async def send() -> None:
        while True:
            number, chat, text = await outbox.get()
            await bot.send_message(chat, text)
            await writer.write("UPDATE messages SET sent = 1 WHERE id = ?", [(number,)])

    config = uvicorn.Config(
        app, host="127.0.0.1", port=int(port), log_config=None, access_log=False,
        timeout_keep_alive=75,  # as the service: who sends finds no connection closed meanwhile
    )  # fmt: skip
    async with asyncio.TaskGroup() as group:
        group.create_task(writer.run())
        for _ in range(_SENDERS):
            group.create_task(send())
        group.create_task(uvicorn.Server(config).serve())


if __name__ == "__main__":
    asyncio.run(main())
