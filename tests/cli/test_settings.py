"""Half a configuration refuses to start, with one sentence that names what is missing or wrong."""

import asyncio
import sqlite3
from typing import Any

import pytest

from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.notify import KEY
from tests.cli.desk import TOKEN, Desk, Said

WEBHOOK = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_MODE": "webhook"}
SECRET = {"TELEGRAM_WEBHOOK_SECRET": "synthetic-secret"}
OIDC = {
    "OIDC_ISSUER": "https://login.example",
    "OIDC_CLIENT_ID": "encompass",
    "OIDC_CLIENT_SECRET": "a secret",
}
MAIL = {"TELEGRAM_TOKEN": TOKEN, "SMTP_HOST": "mail.example"}
TEXTS = {"TELEGRAM_TOKEN": TOKEN, "NOTIFY_TEMPLATE": "f33517ff-2a88-4f6e-b855-c550268ce08a"}
HALF: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({}, "ENCOMPASS_TELEGRAM_TOKEN is missing"),
    "an empty token": ({"TELEGRAM_TOKEN": ""}, "ENCOMPASS_TELEGRAM_TOKEN is missing"),
    "a token that is none": ({"TELEGRAM_TOKEN": "secret"}, "ENCOMPASS_TELEGRAM_TOKEN does not"),
    "a token with a space": ({"TELEGRAM_TOKEN": "12:a b"}, "ENCOMPASS_TELEGRAM_TOKEN does not"),
    "an address that is none": (
        {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": "telegram"},
        "ENCOMPASS_TELEGRAM_API must be an http or https address.",
    ),
    "a webhook without a secret": (WEBHOOK, "ENCOMPASS_TELEGRAM_WEBHOOK_SECRET is missing"),
    "a webhook without an address": (WEBHOOK | SECRET, "ENCOMPASS_PUBLIC_URL is missing"),
    "a webhook in plain http": (
        WEBHOOK | SECRET | {"PUBLIC_URL": "http://encompass.example"},
        "ENCOMPASS_PUBLIC_URL must begin with https://",
    ),
    "a webhook at no address": (
        WEBHOOK | SECRET | {"PUBLIC_URL": "encompass.example"},
        "ENCOMPASS_PUBLIC_URL must begin with https://",
    ),
    "an unknown mode": ({"TELEGRAM_MODE": "pigeon"}, "ENCOMPASS_TELEGRAM_MODE must be polling or"),
    "a file that is not there": (
        {"TELEGRAM_TOKEN_FILE": "nowhere"},
        "ENCOMPASS_TELEGRAM_TOKEN_FILE: the file cannot be read.",
    ),
    "a folder for a file": (
        {"TELEGRAM_TOKEN_FILE": "config"},
        "ENCOMPASS_TELEGRAM_TOKEN_FILE: the file cannot be read.",
    ),
    "both a value and a file": (
        {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_TOKEN_FILE": "token"},
        "ENCOMPASS_TELEGRAM_TOKEN and ENCOMPASS_TELEGRAM_TOKEN_FILE are both set",
    ),
    "an unknown database": (
        {"TELEGRAM_TOKEN": TOKEN, "DATABASE_URL": "mysql://localhost/x"},
        "ENCOMPASS_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://",
    ),
    "a database without a file": (
        {"TELEGRAM_TOKEN": TOKEN, "DATABASE_URL": "sqlite+aiosqlite://"},
        "ENCOMPASS_DATABASE_URL names no file",
    ),
    "a database that does not answer": (
        {"TELEGRAM_TOKEN": TOKEN, "DATABASE_URL": "postgresql+asyncpg://a:pw@127.0.0.1:1/x"},
        "The database cannot be reached (",
    ),
    "a port that is no number": ({"HTTP_PORT": "http"}, "ENCOMPASS_HTTP_PORT must be a port"),
    "a port beyond the last": ({"HTTP_PORT": "65536"}, "ENCOMPASS_HTTP_PORT must be a port"),
    "an unknown place for details": ({"DETAILS_IN": "email"}, "ENCOMPASS_DETAILS_IN must be chat"),
    "half a provider of accounts": (
        {"TELEGRAM_TOKEN": TOKEN, "OIDC_ISSUER": "https://login.example"},
        "ENCOMPASS_OIDC_CLIENT_ID and ENCOMPASS_OIDC_CLIENT_SECRET missing",
    ),
    "a provider of accounts in the clear": (
        {"TELEGRAM_TOKEN": TOKEN} | OIDC | {"OIDC_ISSUER": "http://login.example"},
        "ENCOMPASS_OIDC_ISSUER must begin with https://",
    ),
    "a provider of accounts without a page": (
        {"TELEGRAM_TOKEN": TOKEN} | OIDC,
        "ENCOMPASS_OIDC_ISSUER: to sign in takes a page",
    ),
    "a mailbox without a server": (
        {"TELEGRAM_TOKEN": TOKEN, "SMTP_FROM": "a@b.example"},
        "ENCOMPASS_SMTP_HOST is missing",
    ),
    "a server without a mailbox": (MAIL, "ENCOMPASS_SMTP_FROM must be the address"),
    "a mail user without a password": (
        MAIL | {"SMTP_FROM": "a@b.example", "SMTP_USERNAME": "us"},
        "ENCOMPASS_SMTP_USERNAME and ENCOMPASS_SMTP_PASSWORD go together",
    ),
    "mail in the clear": (
        MAIL | {"SMTP_FROM": "a@b.example", "SMTP_TLS": "off"},
        "ENCOMPASS_SMTP_TLS=off is for a server on this machine",
    ),
    "an unknown kind of TLS": ({"SMTP_TLS": "maybe"}, "ENCOMPASS_SMTP_TLS must be starttls, tls"),
    "a template without a key": (TEXTS, "ENCOMPASS_NOTIFY_KEY is missing"),
    "a key that is none": (TEXTS | {"NOTIFY_KEY": "secret"}, "ENCOMPASS_NOTIFY_KEY does not look"),
    "a key without a template": (
        {"TELEGRAM_TOKEN": TOKEN, "NOTIFY_KEY": KEY},
        "ENCOMPASS_NOTIFY_TEMPLATE is missing",
    ),
    "texts in the clear": (
        TEXTS | {"NOTIFY_KEY": KEY, "NOTIFY_API": "http://notify.example"},
        "ENCOMPASS_NOTIFY_API must begin with https://",
    ),
    "a token for receipts that can be guessed": (
        TEXTS | {"NOTIFY_KEY": KEY, "NOTIFY_CALLBACK_TOKEN": "short"},
        "ENCOMPASS_NOTIFY_CALLBACK_TOKEN must have at least 16",
    ),
    "an unknown way": (
        {"TELEGRAM_TOKEN": TOKEN, "SECOND_WAYS": "pigeon"},
        "ENCOMPASS_SECOND_WAYS must be email, sms,",
    ),
    "no rate": ({"PARTNER_RATE": "0"}, "ENCOMPASS_PARTNER_RATE must be a number"),
    "an unknown level": ({"LOG_LEVEL": "loud"}, "ENCOMPASS_LOG_LEVEL must be one of DEBUG, "),
}


@pytest.mark.parametrize(("given", "says"), HALF.values(), ids=HALF)
def test_serve_refuses_half_a_configuration_in_one_sentence(
    desk: Desk, given: dict[str, str], says: str
) -> None:
    desk.write("token", TOKEN)
    said = desk.run("serve", **given)
    assert said.code == 2
    assert said.sentence.startswith(says)
    for secret in (*SECRET.values(), "pw@"):
        assert secret not in said.err


def test_two_wrong_settings_are_said_together(desk: Desk) -> None:
    said = desk.run("status", HTTP_PORT="x", DETAILS_IN="y")
    assert said.code == 2
    assert "ENCOMPASS_HTTP_PORT" in said.sentence
    assert "ENCOMPASS_DETAILS_IN" in said.sentence


def test_what_reads_no_chat_needs_no_token(desk: Desk) -> None:
    assert desk.run("status").code == 0
    assert desk.run("migrate").code == 0


def test_a_secret_may_be_read_from_a_file(desk: Desk) -> None:
    desk.write("token", f"{TOKEN}\n")
    said = desk.run("check", TELEGRAM_TOKEN_FILE="token")
    assert not any(line.startswith("settings:") for line in said.lines)


def test_settings_may_stand_in_a_file_beside_the_program(desk: Desk) -> None:
    desk.write(".env", "ENCOMPASS_HTTP_PORT=nonsense\n")
    said = desk.run("status")
    assert said.code == 2
    assert said.sentence.startswith("ENCOMPASS_HTTP_PORT must be a port")
    assert desk.run("status", HTTP_PORT="8080").code == 0, "the environment has the last word"


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        ("9999", "The database was made by a newer version of this program: install that one."),
        (None, "The database has no tables yet: run `encompass migrate`."),
    ],
)
def test_serve_refuses_a_database_that_is_not_its_own_and_leaves_it_alone(
    desk: Desk, revision: str | None, says: str
) -> None:
    database = sqlite3.connect(desk.database)
    with database:
        database.execute("delete from alembic_version")
        if revision:
            database.execute("insert into alembic_version values (?)", (revision,))
    said = desk.run("serve", TELEGRAM_TOKEN=TOKEN)
    assert (said.code, said.sentence) == (2, says)
    kept = [row[0] for row in database.execute("select version_num from alembic_version")]
    assert kept == ([revision] if revision else [])
    database.close()


def test_serve_refuses_without_a_database_and_makes_none(bare: Desk) -> None:
    said = bare.run("serve", TELEGRAM_TOKEN=TOKEN)
    assert said.code == 2
    assert said.sentence.endswith("run `encompass migrate`.")
    assert not bare.database.exists()


def test_a_token_that_telegram_does_not_know_ends_serve(desk: Desk) -> None:
    async def beside_a_sandbox() -> Said:
        async with Sandbox(MachineClock(), token=TOKEN) as sandbox:
            given: Any = {"TELEGRAM_API": sandbox.url, "HTTP_PORT": "0", "LOG_LEVEL": "CRITICAL"}
            return await asyncio.to_thread(
                lambda: desk.process("serve", TELEGRAM_TOKEN="1:wrong", **given)
            )

    said = asyncio.run(beside_a_sandbox())
    assert said.code == 2
    assert said.sentence == "Telegram does not know this token: check ENCOMPASS_TELEGRAM_TOKEN."
