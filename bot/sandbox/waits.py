"""Waiting for whichever comes first, and knowing whether anything is still being worked on."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


async def first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Return when the first of these has ended; the others are cancelled and gone by then."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Work:
    """Counts the requests in work. One that waits for the clock or for a hand is parked: nothing
    more comes of it until somebody moves."""

    def __init__(self) -> None:
        self.busy = 0

    @contextmanager
    def parked(self) -> Iterator[None]:
        self.busy -= 1
        try:
            yield
        finally:
            self.busy += 1
