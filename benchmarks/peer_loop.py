"""What is written in an afternoon: a plain loop of python-telegram-bot, without a database, that
sends each message as it comes. Started by `benchmarks.peers` in an environment of its own.

`python peer_loop.py TOKEN API`; a line of standard input is `{"text": …, "chats": […]}`, and is
answered with a line as soon as it is taken in.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

from telegram import Bot  # type: ignore[import-not-found, unused-ignore]
from telegram.error import TelegramError  # type: ignore[import-not-found, unused-ignore]


async def main() -> None:
    token, api = sys.argv[1:]
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]]()

    async def read() -> None:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            queue.put_nowait(json.loads(line))
            print("taken", flush=True)

    async with Bot(token, base_url=f"{api}/bot") as bot:
        print("ready", flush=True)
        reading = asyncio.create_task(read())
        while not reading.done() or not queue.empty():
            message = await queue.get()
            for chat in message["chats"]:
                with contextlib.suppress(TelegramError):
                    await bot.send_message(chat, message["text"])


if __name__ == "__main__":
    asyncio.run(main())
