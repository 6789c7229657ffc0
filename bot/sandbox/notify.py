"""GOV.UK Notify's API on loopback: takes text messages, refuses as Notify does, brings receipts.

    async with SandboxNotify(clock, ledger) as notify:
        notify.refuses(429, "RateLimitError", "Exceeded rate limit", times=2)
        await notify.receipt(notify.texts[-1], "permanent-failure")

Strict where Notify is: a signed token of this service, a template that it knows, a number that can
be one, the gap filled. What it accepts stands in the sandbox's ledger beside Telegram's.
"""

import base64
import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, web

from bot.clock import Clock
from bot.sandbox.ledger import Ledger
from bot.sandbox.loopback import is_loopback

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"  # noqa: S105 - opens this sandbox only
KEY = f"sandbox-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
_NUMBER = re.compile(r"(\+44|0)7\d{9}")
_SMS = "/v2/notifications/sms"


@dataclass(frozen=True, slots=True)
class Text:
    """A text message that was accepted."""

    id: str
    reference: str
    number: str
    text: str
    at: datetime


@dataclass(slots=True)
class _Refusal:
    status: int
    error: str
    message: str
    left: int | None
    cuts: bool = False
    accepts: bool = False


class SandboxNotify:
    """One service's Notify, with its texts and its troubles. Start it once."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self.clock = clock
        self.url = ""
        self.callback: tuple[str, str] | None = None
        """Where receipts are brought, and the token that comes with them."""
        self.texts: list[Text] = []
        self._ledger = ledger
        self._refusals: list[_Refusal] = []
        self._runner: web.ServerRunner | None = None

    def to(self, number: str) -> list[str]:
        """What this telephone was sent."""
        return [text.text for text in self.texts if text.number == number]

    # --- what can go wrong -----------------------------------------------------------------------

    def refuses(self, status: int, error: str, message: str = "", times: int | None = None) -> None:
        """Answer so from now on, `times` times or until `recovers`."""
        self._refusals.append(_Refusal(status, error, message, times))

    def cuts_off(self, times: int | None = None, *, accepted: bool = False) -> None:
        """Close the connection without a word; having taken the message, if `accepted`."""
        self._refusals.append(_Refusal(0, "", "", times, cuts=True, accepts=accepted))

    def recovers(self) -> None:
        self._refusals.clear()

    # --- the server ------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        if not is_loopback(host):
            raise ValueError(f"the sandbox listens on loopback only, not on {host}")
        server = web.Server(self._serve, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        number, taken = self._runner.addresses[0][:2]
        self.url = f"http://{number}:{taken}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if (request.method, request.path) != ("POST", _SMS):
            return _error(404, "NoResultFound", "No result found")
        body = await request.json()
        if not _signed(request.headers.get("authorization", "")):
            return _error(403, "AuthError", "Invalid token: signature, api token not found")
        refusal = self._next_refusal()
        if refusal is not None and not refusal.accepts:
            if refusal.cuts:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return _error(refusal.status, refusal.error, refusal.message)
        if fault := _fault(body):
            return fault
        text = self._accept(body)
        if refusal is not None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        said = {
            "id": text.id,
            "reference": text.reference,
            "content": {"body": text.text, "from_number": "ENCOMPASS"},
            "template": {"id": TEMPLATE, "version": 1},
        }
        return web.json_response(said, status=201)

    def _next_refusal(self) -> _Refusal | None:
        for refusal in self._refusals:
            if refusal.left is None or refusal.left > 0:
                refusal.left = None if refusal.left is None else refusal.left - 1
                return refusal
        return None

    def _accept(self, body: dict[str, Any]) -> Text:
        text = Text(
            id=str(uuid.uuid4()),
            reference=body.get("reference", ""),
            number=body["phone_number"].replace(" ", ""),
            text=body["personalisation"]["text"],
            at=self.clock.now(),
        )
        self.texts.append(text)
        said = f"{text.number} {text.text}"
        self._ledger.accept("notify:sms", None, None, said, text.at)
        return text

    # --- receipts --------------------------------------------------------------------------------

    async def receipt(self, text: Text, status: str) -> int:
        """Bring the receipt of this text, as Notify does; the answer's status."""
        assert self.callback is not None, "nobody asked for receipts"
        url, token = self.callback
        body = {
            "id": text.id,
            "reference": text.reference,
            "to": text.number,
            "status": status,
            "created_at": text.at.isoformat(),
            "completed_at": self.clock.now().isoformat(),
            "sent_at": text.at.isoformat(),
            "notification_type": "sms",
            "template_id": TEMPLATE,
            "template_version": 1,
        }
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            ClientSession() as session,
            session.post(url, json=body, headers=headers) as answer,
        ):
            return answer.status


def _error(status: int, error: str, message: str) -> web.Response:
    said = {"status_code": status, "errors": [{"error": error, "message": message}]}
    return web.json_response(said, status=status)


def _fault(body: dict[str, Any]) -> web.Response | None:
    if not _NUMBER.fullmatch(str(body.get("phone_number", "")).replace(" ", "")):
        return _error(400, "ValidationError", "phone_number Not a UK mobile number")
    if body.get("template_id") != TEMPLATE:
        return _error(400, "BadRequestError", "Template not found")
    if not body.get("personalisation", {}).get("text"):
        return _error(400, "BadRequestError", "Missing personalisation: text")
    return None


def _signed(authorization: str) -> bool:
    """Whether the token is this service's, by its secret (a JSON Web Token, HS256)."""
    scheme, _, token = authorization.partition(" ")
    head, _, signature = token.rpartition(".")
    expected = hmac.digest(SECRET.encode(), head.encode(), hashlib.sha256)
    if scheme != "Bearer" or not hmac.compare_digest(_base64(expected), signature):
        return False
    claims = head.partition(".")[2]
    padded = claims + "=" * (-len(claims) % 4)
    return bool(json.loads(base64.urlsafe_b64decode(padded)).get("iss") == SERVICE)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
