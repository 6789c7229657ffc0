"""`key create`, `key revoke` and `invite`: what is secret stands alone on stdout, once."""

import asyncio
import re
import sqlite3
from typing import Any

import pytest

from bot.clock import MachineClock
from bot.flow.context import Context
from bot.flow.identity import remember_bot
from bot.flow.partners import recognise
from bot.sandbox.bot_api import Sandbox
from tests.cli.desk import TOKEN, Desk

LINK = re.compile(r"https://t\.me/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]{22})")


def query(desk: Desk, sql: str) -> list[Any]:
    database = sqlite3.connect(desk.database)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def with_context(desk: Desk, act: Any) -> Any:
    async def work() -> Any:
        ctx = Context.on(f"sqlite+aiosqlite:///{desk.database}")
        try:
            return await act(ctx)
        finally:
            await ctx.store.close()

    return asyncio.run(work())


def test_a_key_is_alone_on_stdout_and_kept_as_its_hash(desk: Desk) -> None:
    said = desk.run("key", "create", "--partner", "South Force")
    assert said.code == 0
    [key] = said.lines
    assert re.fullmatch(r"enc_[A-Za-z0-9_-]{43}", key)
    assert said.err == "Key 1 of South Force; it is not shown again.\n"
    assert key not in str(query(desk, "select * from partner_keys"))
    known = with_context(desk, lambda ctx: recognise(ctx, key))
    assert (known.partner.name, known.revoked) == ("South Force", False)


def test_a_revoked_key_opens_nothing_and_its_sister_does(desk: Desk) -> None:
    keys = [desk.run("key", "create", "--partner", " South   Force ").lines[0] for _ in range(2)]
    for _ in range(2):  # revoked twice is revoked once
        said = desk.run("key", "revoke", "1")
        assert (said.code, said.out, said.err) == (0, "", "Key 1 is revoked.\n")
    revoked = [with_context(desk, lambda ctx, k=key: recognise(ctx, k)).revoked for key in keys]
    assert revoked == [True, False]
    assert query(desk, "select name from partners where name <> 'desk'") == [("South Force",)]


@pytest.mark.parametrize("number", ["2", "0", "-1", "9" * 30])
def test_there_is_no_such_key_is_said(desk: Desk, number: str) -> None:
    said = desk.run("key", "revoke", "--", number)
    assert (said.code, said.sentence) == (1, f"There is no key {number}.")


def test_a_key_is_somebodys(desk: Desk) -> None:
    said = desk.run("key", "create", "--partner", "  ")
    assert (said.code, said.sentence) == (2, "--partner must not be empty.")


def test_an_invitation_is_a_link_alone_on_stdout(desk: Desk) -> None:
    with_context(desk, lambda ctx: remember_bot(ctx, "porth_awel_bot"))
    links = [desk.run("invite", "p001") for _ in range(2)]
    codes = set()
    for said in links:
        assert (said.code, said.err) == (0, "")
        [line] = said.lines
        found = LINK.fullmatch(line)
        assert found
        assert found[1] == "porth_awel_bot"
        codes.add(found[2])
    assert len(codes) == 2
    kept = str(query(desk, "select * from enrolment_codes"))
    assert not any(code in kept for code in codes), "codes are kept as hashes"


def test_nobody_is_invited_by_a_wrong_id(desk: Desk) -> None:
    """Nor is Telegram asked for anything first."""
    said = desk.run("invite", "nobody")
    assert (said.code, said.sentence) == (1, "Nobody in the directory has the id nobody.")


def test_before_the_service_has_ever_run_the_bots_name_is_asked_for(desk: Desk) -> None:
    said = desk.run("invite", "p001")
    assert said.code == 2
    assert "ENCOMPASS_TELEGRAM_TOKEN is missing" in said.sentence

    async def beside_a_sandbox() -> tuple[Any, Any, Any]:
        async with Sandbox(MachineClock(), token=TOKEN) as sandbox:
            api: Any = {"TELEGRAM_API": sandbox.url}
            ask = asyncio.to_thread
            wrong = await ask(desk.process, "invite", "p001", TELEGRAM_TOKEN="1:wrong", **api)
            right = await ask(desk.process, "invite", "p001", TELEGRAM_TOKEN=TOKEN, **api)
        gone = await ask(
            desk.process, "invite", "p002", TELEGRAM_TOKEN=TOKEN, TELEGRAM_API="http://127.0.0.1:1"
        )
        return wrong, right, gone

    wrong, right, gone = asyncio.run(beside_a_sandbox())
    assert wrong.code == 2
    assert wrong.sentence == "Telegram does not know this token: check ENCOMPASS_TELEGRAM_TOKEN."
    assert right.code == 0
    found = LINK.fullmatch(right.out.strip())
    assert found
    assert found[1] == Sandbox.username
    assert gone.code == 0, "the name is remembered from now on"
