"""E-mail by SMTP: every way a server can answer, mapped to our four outcomes.

| what comes back | outcome |
|---|---|
| 2xx to the message itself | Sent: the server has it; nobody knows whether it is read |
| no connection, a failed handshake, a goodbye before the message was handed over | Deferred: nothing can have been accepted |
| 530, 534, 535, 538; a refused login; our own address refused for good | Deferred, the channel's own trouble |
| 4xx at any step, 421 | Deferred, a minute (greylisting asks for just that) |
| 5xx to the recipient; an address that is none | Rejected, address dead |
| 5xx to the message itself | Rejected, this message |
| silence or a goodbye while the message is handed over, anything else | Unknown: repeated, marked |

An address comes from a file that people write: one that is not exactly one plain address is never
handed on, so that it can neither name a second reader nor add a header. The Message-ID is the same
at each repeat, so that a mailbox can tell one.
"""  # noqa: E501

import asyncio
import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

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
"""Of a whole attempt; shorter than a claim's time, as Telegram's is."""
_AGAIN = timedelta(seconds=60)
_SOON = timedelta(seconds=10)
_LOGIN_REFUSED = (530, 534, 535, 538)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
log = logging.getLogger(__name__)


class Tls(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    """From the first byte."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    sender: str
    username: str = ""
    password: str = ""
    tls: Tls = Tls.STARTTLS


class EmailNotifier:
    """Sends plain text through one SMTP server, a connection an e-mail."""

    channel = Channel.EMAIL

    def __init__(self, server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def deliver(self, message: Outgoing) -> Outcome:
        if message.operation is not Operation.SEND:
            return Rejected(Reason.BAD_REQUEST, "an e-mail cannot be changed")
        if not _ADDRESS.fullmatch(message.address):
            return Rejected(Reason.BLOCKED, "not an address")
        handed_over = asyncio.Event()
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self._send(message, handed_over)
        except Exception as error:
            return self._classify(error, in_doubt=handed_over.is_set())

    async def _send(self, message: Outgoing, handed_over: asyncio.Event) -> Outcome:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            local_hostname=server.sender.rpartition("@")[2],
            use_tls=server.tls is Tls.TLS,
            start_tls=server.tls is Tls.STARTTLS,
            timeout=REQUEST_SECONDS,
        )
        text = self._as_mail(message).as_bytes(policy=WIRE)
        try:
            await client.connect()
            await client.mail(server.sender)
            await client.rcpt(message.address)
            handed_over.set()
            await client.data(text)
            return Sent(self._message_id(message))
        finally:
            client.close()

    def _as_mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = Address(addr_spec=self._server.sender)
        mail["To"] = Address(addr_spec=message.address)
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = self._message_id(message)
        mail["Auto-Submitted"] = "auto-generated"  # so that no absence note answers it
        mail.set_content(message.text)
        return mail

    def _message_id(self, message: Outgoing) -> str:
        return f"<encompass.{message.reference}@{self._server.sender.rpartition('@')[2]}>"

    def _classify(self, error: Exception, *, in_doubt: bool) -> Outcome:
        now = self._clock.now()
        match error:
            case SMTPResponseException(code=code) if code in _LOGIN_REFUSED:
                return Deferred(now + _SOON, Reason.CREDENTIALS)
            case SMTPResponseException(code=code) if 400 <= code < 500:
                return Deferred(now + _AGAIN, Reason.PACE)
            case SMTPSenderRefused():
                return Deferred(now + _SOON, Reason.CREDENTIALS)
            case SMTPRecipientRefused(code=code) if code >= 500:
                return Rejected(Reason.BLOCKED, str(code))
            case SMTPResponseException(code=code) if in_doubt and code >= 500:
                return Rejected(Reason.BAD_REQUEST, str(code))
            case SMTPException() | OSError() if not in_doubt:
                return Deferred(now + _SOON, Reason.UNREACHABLE)
            case _:
                return Unknown(type(error).__name__)

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        """An e-mail has no buttons."""
