"""A post office and GOV.UK Notify on loopback, beside the sandbox: what comes into each mailbox and
telephone, and what a server may answer instead.
"""

import asyncio
import email
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.clock import Clock
from bot.sandbox.ledger import Ledger
from bot.sandbox.notify import KEY, TEMPLATE, SandboxNotify

SENDER = "encompass@county.example"
TOKEN = "token-of-the-receipts"


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str
    headers: EmailMessage


class PostOffice:
    """An SMTP server in this loop. `answers` has what it says instead of 250, by the command."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self.clock = clock
        self.mails: list[Mail] = []
        self.answers: dict[str, str] = {}
        self.hangs_up_after: str = ""
        self.port = 0
        self._ledger = ledger
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="post.example", enable_SMTPUTF8=False, loop=loop),
            "127.0.0.1",
            port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def to(self, address: str) -> list[str]:
        """What came into this mailbox."""
        return [mail.text for mail in self.mails if mail.to == address]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._said(server, "MAIL") or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._said(server, "RCPT") or self.answers.get(address, ""):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if said := self._said(server, "DATA"):
            return said
        assert isinstance(envelope.content, bytes)
        headers = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(headers, EmailMessage)
        text = headers.get_content().strip()
        for to in envelope.rcpt_tos:
            self.mails.append(Mail(to, str(headers["Subject"]), text, headers))
        said = envelope.content.decode() + text
        self._ledger.accept("smtp", None, None, said, self.clock.now())
        return "250 OK"

    def _said(self, server: SMTP, command: str) -> str:
        if self.hangs_up_after == command:
            assert server.transport is not None
            server.transport.close()
        return self.answers.get(command, "")


class Post:
    """Both, with the settings that a service needs to use them."""

    def __init__(self, clock: Clock, ledger: Ledger) -> None:
        self.office = PostOffice(clock, ledger)
        self.notify = SandboxNotify(clock, ledger)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.office.start()
        self._stack.push_async_callback(self.office.stop)
        await self._stack.enter_async_context(self.notify)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    def settings(self, *, email: bool = True, sms: bool = True) -> dict[str, Any]:
        by_email = {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.office.port,
            "smtp_from": SENDER,
            "smtp_tls": "off",
        }
        by_sms = {
            "notify_api": self.notify.url,
            "notify_key": KEY,
            "notify_template": TEMPLATE,
            "notify_callback_token": TOKEN,
        }
        return {**(by_email if email else {}), **(by_sms if sms else {})}
