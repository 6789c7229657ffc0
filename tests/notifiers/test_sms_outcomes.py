"""Every row of the table at the top of `bot/notifiers/sms.py`, against Notify as the sandbox plays
it, through Notify's own client."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

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
from bot.notifiers.sms import Notify, SmsNotifier
from bot.sandbox.ledger import Ledger
from bot.sandbox.notify import KEY, TEMPLATE, SandboxNotify

AT = datetime(2026, 11, 16, 7, tzinfo=UTC)
MAIR = "07700 900101"


@pytest.fixture
async def notify() -> AsyncIterator[SandboxNotify]:
    async with SandboxNotify(HandClock(AT), Ledger()) as notify:
        yield notify


async def sent(
    notify: SandboxNotify, number: str = MAIR, key: str = KEY, template: str = TEMPLATE
) -> Outcome:
    notifier = SmsNotifier(Notify(notify.url, key, template), notify.clock)
    message = Outgoing(Operation.SEND, number, "Tŷ Gwyn: a word", reference="42")
    return await notifier.deliver(message)


async def test_a_text_that_is_taken_is_known_by_our_reference(notify: SandboxNotify) -> None:
    outcome = await sent(notify)
    [text] = notify.texts
    assert outcome == Sent(text.id)
    assert (text.number, text.text, text.reference) == ("07700900101", "Tŷ Gwyn: a word", "42")


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (400, "ValidationError: phone_number", Rejected(Reason.BLOCKED, "not a telephone for SMS")),
        (400, "BadRequestError: team-only key", Rejected(Reason.BAD_REQUEST, "other")),
        (401, "AuthError", Deferred(AT + timedelta(seconds=30), Reason.CREDENTIALS)),
        (403, "AuthError", Deferred(AT + timedelta(seconds=30), Reason.CREDENTIALS)),
        (404, "NoResultFound", Deferred(AT + timedelta(seconds=30), Reason.CREDENTIALS)),
        (429, "RateLimitError", Deferred(AT + timedelta(seconds=10), Reason.PACE)),
        (429, "TooManyRequestsError", Deferred(AT + timedelta(minutes=10), Reason.PACE)),
        (500, "Exception", Unknown("500")),
        (503, "Exception", Unknown("503")),
    ],
)
async def test_what_notify_says_becomes_one_of_four_outcomes(
    notify: SandboxNotify, status: int, error: str, outcome: Outcome
) -> None:
    kind, _, message = error.partition(": ")
    notify.refuses(status, kind, message)
    assert await sent(notify) == outcome
    assert notify.texts == []


@pytest.mark.parametrize("number", ["029 2018 0000", "none", "07700 9001\r\n01 07700900102"])
async def test_what_is_no_mobile_number_is_a_dead_address(
    notify: SandboxNotify, number: str
) -> None:
    assert await sent(notify, number) == Rejected(Reason.BLOCKED, "not a telephone for SMS")


async def test_a_wrong_key_is_the_channels_trouble(notify: SandboxNotify) -> None:
    outcome = await sent(notify, key=KEY[:-1] + "1")
    assert isinstance(outcome, Deferred)
    assert outcome.reason is Reason.CREDENTIALS


async def test_a_template_that_is_not_there_is_no_fault_of_the_number(
    notify: SandboxNotify,
) -> None:
    assert await sent(notify, template="another") == Rejected(Reason.BAD_REQUEST, "other")


async def test_a_notify_that_is_not_there_has_accepted_nothing(notify: SandboxNotify) -> None:
    await notify.stop()
    outcome = await sent(notify)
    assert isinstance(outcome, Deferred)
    assert outcome.reason is Reason.UNREACHABLE


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_connection_that_is_cut_leaves_nobody_knowing(
    notify: SandboxNotify, accepted: bool
) -> None:
    notify.cuts_off(accepted=accepted)
    assert isinstance(await sent(notify), Unknown)
    assert len(notify.texts) == accepted
