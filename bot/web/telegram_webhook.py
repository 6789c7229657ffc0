"""Telegram's webhook: the secret first, then the raw update is stored, then 200.

A webhook without a secret would let everything through (design: traps). Dies before the commit:
no 200 was said, Telegram sends it again.
"""

import hmac
import json

from fastapi import APIRouter, Request, Response

from bot.flow.context import Context
from bot.flow.hear import store_updates
from bot.web.limits import TooLargeError, limited_body
from bot.web.problems import problem

PATH = "/telegram/webhook"
_TOO_LARGE = 1 << 63
_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105  the header's name


def webhook_router(ctx: Context, secret: str) -> APIRouter:
    assert secret, "settings refuse to start without one"
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def take(request: Request) -> Response:
        try:
            body = await limited_body(request)
        except TooLargeError:
            return problem(413, "The body is larger than 1 MiB.")
        presented = request.headers.get(_SECRET, "")
        if not hmac.compare_digest(presented.encode(), secret.encode()):
            return problem(403, "This address is Telegram's.")
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return problem(400, "The body is not JSON.")
        if not isinstance(update, dict) or not _is_number(update.get("update_id")):
            return problem(400, "The body is not an update.")
        await store_updates(ctx, [update])
        return Response(status_code=200)

    return router


def _is_number(value: object) -> bool:
    """One that a row can hold: refused once is better than brought again for ever."""
    return type(value) is int and -_TOO_LARGE <= value < _TOO_LARGE
