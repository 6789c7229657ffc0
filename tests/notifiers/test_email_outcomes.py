"""Every row of the table in `bot/notifiers/email.py`, against a server that answers so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.clock import HandClock
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
from bot.notifiers.email import EmailNotifier, MailServer, Tls
from bot.sandbox.ledger import Ledger
from tests.post import SENDER, PostOffice

MAIR = "mair@bryn.example"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    office = PostOffice(HandClock(datetime(2026, 11, 16, 7, tzinfo=UTC)), Ledger())
    await office.start()
    yield office
    await office.stop()


def notifier(office: PostOffice, **given: str) -> EmailNotifier:
    server = MailServer("127.0.0.1", office.port, SENDER, tls=Tls.OFF, **given)
    return EmailNotifier(server, office.clock)


async def sent(office: PostOffice, address: str = MAIR, subject: str = "A word") -> Outcome:
    message = Outgoing(
        Operation.SEND, address, "Ysgol Tŷ Gwyn\nline two", subject=subject, reference="42"
    )
    return await notifier(office).deliver(message)


async def test_a_mail_that_is_taken_is_plain_and_known_again_by_its_id(office: PostOffice) -> None:
    assert isinstance(await sent(office), Sent)
    await sent(office)
    first, again = office.mails
    assert (first.to, first.subject) == (MAIR, "A word")
    assert first.text.split() == ["Ysgol", "Tŷ", "Gwyn", "line", "two"]
    assert first.headers.get_content_type() == "text/plain"
    assert (
        first.headers["Message-ID"]
        == again.headers["Message-ID"]
        == ("<encompass.42@county.example>")
    )
    assert first.headers["Auto-Submitted"] == "auto-generated"
    assert "Reply-To" not in first.headers


@pytest.mark.parametrize(
    ("command", "said", "outcome"),
    [
        ("MAIL", "421 closing", Reason.PACE),
        ("MAIL", "550 not from you", Reason.CREDENTIALS),
        ("MAIL", "530 authentication required", Reason.CREDENTIALS),
        ("RCPT", "450 greylisted", Reason.PACE),
        ("RCPT", "550 5.1.1 no such user", Rejected(Reason.BLOCKED, "550")),
        ("RCPT", "553 not an address", Rejected(Reason.BLOCKED, "553")),
        ("DATA", "451 try again", Reason.PACE),
        ("DATA", "554 no", Rejected(Reason.BAD_REQUEST, "554")),
    ],
)
async def test_what_the_server_says_becomes_one_of_four_outcomes(
    office: PostOffice, command: str, said: str, outcome: Rejected | Reason
) -> None:
    office.answers[command] = said
    came_to = await sent(office)
    if isinstance(outcome, Reason):
        assert isinstance(came_to, Deferred)
        assert came_to.until > office.clock.now()
        assert came_to.reason is outcome
    else:
        assert came_to == outcome
    assert office.mails == []


async def test_a_server_that_is_not_there_has_accepted_nothing(office: PostOffice) -> None:
    await office.stop()
    came_to = await sent(office)
    assert isinstance(came_to, Deferred)
    assert came_to.reason is Reason.UNREACHABLE


@pytest.mark.parametrize(("after", "outcome"), [("MAIL", Deferred), ("DATA", Unknown)])
async def test_a_goodbye_counts_by_what_was_handed_over(
    office: PostOffice, after: str, outcome: type[Outcome]
) -> None:
    office.hangs_up_after = after
    assert isinstance(await sent(office), outcome)


async def test_a_server_that_offers_no_login_is_the_channels_trouble(office: PostOffice) -> None:
    message = Outgoing(Operation.SEND, MAIR, "A word", reference="42")
    came_to = await notifier(office, username="us", password="word").deliver(message)
    assert isinstance(came_to, Deferred)
    assert office.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "mair@bryn.example, everybody@else.example",
        "mair@bryn.example\r\nBcc: everybody@else.example",
        "Mair <mair@bryn.example>",
        "mair@bryn.example> NOTIFY=NEVER",
        "mair",
        "@bryn.example",
        "",
    ],
)
async def test_what_is_not_one_plain_address_is_never_handed_on(
    office: PostOffice, address: str
) -> None:
    assert await sent(office, address) == Rejected(Reason.BLOCKED, "not an address")
    assert office.mails == []


async def test_no_subject_adds_a_header(office: PostOffice) -> None:
    assert isinstance(await sent(office, subject="A word\r\nBcc: else@where.example"), Sent)
    [mail] = office.mails
    assert "Bcc" not in mail.headers
    assert mail.subject == "A word Bcc: else@where.example"


async def test_an_e_mail_cannot_be_changed(office: PostOffice) -> None:
    edit = Outgoing(Operation.EDIT, MAIR, "another word")
    assert isinstance(await notifier(office).deliver(edit), Rejected)
