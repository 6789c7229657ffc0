"""A body has a limit before anyone is asked who they are."""

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.web.limits import MOST_BYTES
from tests.builders import child, notice
from tests.web.door import NOTIFICATIONS, Door, problem

PATHS = [NOTIFICATIONS, f"{NOTIFICATIONS}/ENC-00000000/updates"]


async def _chunks(size: int) -> AsyncIterator[bytes]:
    while size > 0:
        yield b" " * min(size, 65_536)
        size -= 65_536


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("known", [True, False], ids=["with a key", "without"])
async def test_a_larger_body_is_refused_before_authentication(
    door: Door, path: str, known: bool
) -> None:
    headers = door.bearer if known else {}
    declared = await door.http.post(path, content=b" " * (MOST_BYTES + 1), headers=headers)
    problem(declared, 413)
    chunked = await door.http.post(path, content=_chunks(MOST_BYTES + 1), headers=headers)
    problem(chunked, 413)
    assert declared.headers["connection"] == "close"
    assert await door.holds() == (0, 0), "nothing of it is kept, not even a receipt"


async def test_a_body_of_just_the_limit_is_read(door: Door) -> None:
    problem(await door.post(b" " * MOST_BYTES), 400)
    chunked = await door.http.post(NOTIFICATIONS, content=_chunks(MOST_BYTES), headers=door.bearer)
    problem(chunked, 400)


async def test_who_hangs_up_in_the_middle_leaves_nothing_and_no_error(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    head = (
        f"POST {NOTIFICATIONS} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        f"Authorization: Bearer {door.key}\r\n\r\n"
    )
    await _raw(door, head.encode() + b'{"half', hang_up=True)
    assert (await door.post(notice(child()))).status_code == 202, "the door is still open"
    assert await door.holds() == (1, 1)
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def _raw(door: Door, sent: bytes, *, hang_up: bool = False) -> bytes:
    address = urlsplit(str(door.http.base_url))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(sent)
    try:
        await asyncio.wait_for(writer.drain(), 2)
        if hang_up:
            await asyncio.sleep(0.05)
            return b""
        return await asyncio.wait_for(reader.read(100), 5)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
