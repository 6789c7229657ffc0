"""`serve`: the real process, from a folder of its own, from its first answer to its last."""

import asyncio
import re
import signal
import sqlite3
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.clock import MachineClock
from bot.sandbox.bot_api import Sandbox
from tests.cli.desk import ENCOMPASS, TOKEN, Desk, a_notice

SECONDS = 60
FIRST_ACCOUNT, PEOPLE = 7000, 58
"""How the desk's people are enrolled, in the order of people.csv; p001 is the first."""


@asynccontextmanager
async def serving(desk: Desk, sandbox: Sandbox) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """The process, once it is ready, and a client at its door."""
    environment = desk.environment(
        TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=sandbox.url, HTTP_PORT="0", LOG_LEVEL="WARNING"
    )
    process = await create_subprocess_exec(
        ENCOMPASS, "serve", cwd=desk.folder, env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
        found = re.match(r"Serving on (\S+)\. Stop with", line.decode())
        assert found, (line, process.stderr and await process.stderr.read())
        async with httpx.AsyncClient(base_url=found[1], timeout=SECONDS) as http:
            yield process, http
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stopped(process: Process, by: signal.Signals) -> str:
    """Its exit is 0 and it says nothing more; what it logged."""
    process.send_signal(by)
    out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0
    assert out == b""
    assert b"Traceback" not in err
    return err.decode()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_takes_a_notice_tells_who_must_know_and_ends_in_good_order(
    staffed: Desk, by: signal.Signals
) -> None:
    """In a folder that holds a configuration and nothing of the repository."""
    [key] = staffed.run("key", "create", "--partner", "South Force").lines

    async def one_life() -> str:
        async with Sandbox(MachineClock(), token=TOKEN) as sandbox:
            phones = [sandbox.person(FIRST_ACCOUNT + number) for number in range(PEOPLE)]
            for phone in phones:
                phone.start()
            async with serving(staffed, sandbox) as (process, http):
                assert (await http.get("/health/ready")).status_code == 200
                answer = await http.post(
                    "/api/v1/notifications",
                    headers={"Authorization": f"Bearer {key}"},
                    json=a_notice(),
                )
                assert answer.status_code == 202
                reference = str(answer.json()["reference"])
                async with asyncio.timeout(SECONDS):
                    while not any(reference in m.text for m in phones[0].received):
                        await asyncio.sleep(0.05)
                await stopped(process, by)
        return reference

    reference = asyncio.run(one_life())
    account = staffed.run("status", reference, "--json").json
    assert account["state"] == "raised"
    assert {alert["state"] for alert in account["alerts"]} == {"open"}
    assert claimed(staffed) == 0, "all in flight was finished and recorded"


def test_a_notice_that_was_accepted_right_before_the_end_is_there(staffed: Desk) -> None:
    [key] = staffed.run("key", "create", "--partner", "South Force").lines
    headers = {"Authorization": f"Bearer {key}"}

    async def one_life() -> list[str]:
        async with Sandbox(MachineClock(), token=TOKEN) as sandbox:
            async with serving(staffed, sandbox) as (process, http):
                posts = [
                    asyncio.create_task(
                        http.post("/api/v1/notifications", headers=headers, json=a_notice(f"26{n}"))
                    )
                    for n in range(20)
                ]
                await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
                await stopped(process, signal.SIGTERM)
                answers = await asyncio.gather(*posts, return_exceptions=True)
            return [
                str(answer.json()["reference"])
                for answer in answers
                if isinstance(answer, httpx.Response) and answer.status_code == 202
            ]

    accepted = asyncio.run(one_life())
    assert accepted
    for reference in accepted:
        assert staffed.run("status", reference).code == 0
    assert claimed(staffed) == 0


def claimed(desk: Desk) -> int:
    database = sqlite3.connect(desk.database)
    try:
        query = "select count(*) from messages where state = 'claimed'"
        return int(database.execute(query).fetchone()[0])
    finally:
        database.close()
