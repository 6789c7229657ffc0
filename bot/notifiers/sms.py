"""SMS through GOV.UK Notify: every way its API can answer, mapped to our four outcomes.

| what comes back | outcome |
|---|---|
| 201 | Sent: Notify has it; a receipt tells whether the telephone has |
| 400 *ValidationError* of the number | Rejected, address dead |
| any other 400 (the template, a trial key) | Rejected, this message |
| 401, 403, 404 (the key, its clock, the template's service) | Deferred, the channel's own trouble |
| 429 *RateLimitError*: too many in this minute | Deferred, ten seconds |
| 429 *TooManyRequestsError*: today's allowance is spent | Deferred, ten minutes, so the next way |
| the connection was never made | Deferred: nothing can have been accepted |
| 5xx, a reset, a time-out, an answer that is none | Unknown: repeated, marked |

The client is Notify's own. It blocks and is not safe for threads: each send has one, in a thread.
The reference is our message's number, the same at each repeat: a receipt names it.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import NewConnectionError

from bot.clock import Clock
from bot.domain.delivery import (
    Deferred,
    Operation,
    Outcome,
    Outgoing,
    Reason,
    Rejected,
    Sent,
    Unknown,
)
from bot.domain.people import Channel

REQUEST_SECONDS = 9
_MINUTE_IS_FULL = timedelta(seconds=10)
_DAY_IS_FULL = timedelta(minutes=10)
_REFUSED = timedelta(seconds=30)
_UNREACHABLE = timedelta(seconds=10)
_OF_THE_NUMBER = ("phone_number", "phone number", "mobile")


@dataclass(frozen=True, slots=True)
class Notify:
    """A service at GOV.UK Notify. Its template has one gap, `((text))`, and nothing else."""

    api: str
    key: str
    template: str


class SmsNotifier:
    channel = Channel.SMS

    def __init__(self, notify: Notify, clock: Clock) -> None:
        self._notify = notify
        self._clock = clock

    async def deliver(self, message: Outgoing) -> Outcome:
        if message.operation is not Operation.SEND:
            return Rejected(Reason.BAD_REQUEST, "an SMS cannot be changed")
        try:
            return Sent(str((await asyncio.to_thread(self._send, message))["id"]))
        except Exception as error:
            return self._classify(error)

    def _send(self, message: Outgoing) -> Any:
        notify = self._notify
        client = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            notify.key, base_url=notify.api, timeout=REQUEST_SECONDS
        )
        with client.request_session:
            return client.send_sms_notification(  # type: ignore[no-untyped-call]
                phone_number=message.address,
                template_id=notify.template,
                personalisation={"text": message.text},
                reference=message.reference,
            )

    def _classify(self, error: Exception) -> Outcome:
        now = self._clock.now()
        if not isinstance(error, HTTPError):
            return Unknown(type(error).__name__)
        if error.response is None:
            if _never_connected(error.__cause__):
                return Deferred(now + _UNREACHABLE, Reason.UNREACHABLE)
            return Unknown(type(error.__cause__).__name__)
        said = str(error.message).casefold()
        match error.status_code:
            case 400 if any(words in said for words in _OF_THE_NUMBER):
                return Rejected(Reason.BLOCKED, "not a telephone for SMS")
            case 400:
                return Rejected(Reason.BAD_REQUEST, "other")
            case 401 | 403 | 404:
                return Deferred(now + _REFUSED, Reason.CREDENTIALS)
            case 429 if "toomanyrequestserror" in said:
                return Deferred(now + _DAY_IS_FULL, Reason.PACE)
            case 429:
                return Deferred(now + _MINUTE_IS_FULL, Reason.PACE)
            case code:
                return Unknown(str(code))

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        """An SMS has no buttons."""


def _never_connected(cause: BaseException | None) -> bool:
    """A name that is not found, a port that nobody listens on: no byte of the request has left."""
    inner = cause.args[0] if cause is not None and cause.args else None
    refused = isinstance(getattr(inner, "reason", None), NewConnectionError)
    return refused or isinstance(cause, ConnectTimeout)
