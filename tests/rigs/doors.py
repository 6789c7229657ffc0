"""The doors that others than partners write to, as readers of bytes: the whole application, without
a network, over a database. It never answers that something went wrong in it, and never raises."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from bot.clock import HandClock
from bot.flow.context import Context
from bot.web import notify_receipts, telegram_webhook
from bot.web.server import web_app
from tests.rigs.readers import NOW, UPDATES, Reader

_SECRET = "a-secret-that-they-were-told"
_RECEIPT = (
    b'{"id":"740e5834-3a29-46b4-9a6f-16142fde533a","reference":"42","to":"07700900101",'
    b'"status":"delivered","notification_type":"sms"}'
)


@contextmanager
def doors(runner: asyncio.Runner, database: str) -> Iterator[tuple[Reader, ...]]:
    """Readers that post to the application; `runner` is the loop that the database lives on."""
    ctx = Context.on(database, HandClock(NOW))
    app = web_app(ctx, 100, webhook_secret=_SECRET, receipts_token=_SECRET)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door.example")

    def posts(path: str, headers: dict[str, str]) -> Callable[[bytes], object]:
        def post(body: bytes) -> int:
            answer = runner.run(client.post(path, content=body, headers=headers))
            assert answer.status_code < 500, f"{answer.status_code}: {answer.text[:200]}"
            return answer.status_code

        return post

    try:
        yield (
            Reader(
                "Telegram's webhook",
                posts(telegram_webhook.PATH, {"X-Telegram-Bot-Api-Secret-Token": _SECRET}),
                UPDATES,
                (),
            ),
            Reader(
                "Notify's receipts",
                posts(notify_receipts.PATH, {"Authorization": f"Bearer {_SECRET}"}),
                (_RECEIPT,),
                (),
            ),
        )
    finally:
        runner.run(client.aclose())
        runner.run(ctx.store.close())
