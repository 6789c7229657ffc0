"""GOV.UK Notify's receipts: the token first, then what became of a text message is recorded.

Whatever the receipt names, the answer is the same: who guesses numbers learns nothing. Dies before
the commit: no 204 was said, and Notify brings the receipt again.
"""

import hmac
import json

from fastapi import APIRouter, Request, Response

from bot.flow.context import Context
from bot.flow.receipt import take_receipt
from bot.web.limits import TooLargeError, limited_body
from bot.web.problems import problem

PATH = "/receipts/notify"


def receipts_router(ctx: Context, token: str) -> APIRouter:
    assert token, "without one anybody could send receipts"
    router = APIRouter(include_in_schema=False)
    expected = f"Bearer {token}".encode()

    @router.post(PATH)
    async def take(request: Request) -> Response:
        try:
            body = await limited_body(request)
        except TooLargeError:
            return problem(413, "The body is larger than 1 MiB.")
        presented = request.headers.get("authorization", "")
        if not hmac.compare_digest(presented.encode(), expected):
            return problem(403, "This address is GOV.UK Notify's.")
        try:
            receipt = json.loads(body)
        except (ValueError, RecursionError):
            return problem(400, "The body is not JSON.")
        if not isinstance(receipt, dict):
            return problem(400, "The body is not a receipt.")
        named, status = receipt.get("reference"), receipt.get("status")
        if isinstance(named, str) and isinstance(status, str):
            await take_receipt(ctx, named, str(receipt.get("id")), status)
        return Response(status_code=204)

    return router
