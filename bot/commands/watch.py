"""`watch`: the dead man's switch. Stands outside the service, on another machine, and ends with 1
as soon as the service is not well: what starts it (systemd, cron, a monitor) rings somebody then.

A promise that is broken or a loop that stands still is said at once; that nobody answers, after a
while, since a restart takes a moment.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot.clock import MachineClock
from bot.domain.errors import UsageError

_READY = "/health/ready"
_SECONDS = 5
"""A service that takes longer to say that it is well is not."""
WELL = ""


@dataclass(frozen=True, slots=True)
class Look:
    """`wrong` in words, nothing for well; a service that did not answer has a while for it."""

    wrong: str = WELL
    answered: bool = True


def run(given: argparse.Namespace) -> int:
    for address in (given.url, given.heartbeat):
        if address and urlsplit(address).scheme not in ("http", "https"):
            raise UsageError(f"{address} must be an address that begins with http:// or https://.")
    try:
        return asyncio.run(_watch(given))
    except KeyboardInterrupt:
        return 0


async def _watch(given: argparse.Namespace) -> int:
    """Look until it is not well; `--once` looks once."""
    clock, before, well_at = MachineClock(), None, None
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_SECONDS)) as http:
        while True:
            look = await _look(http, given.url.rstrip("/") + _READY)
            now = clock.steady()
            if look.wrong != before:
                at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
                print(f"{at} {look.wrong or 'well'}", flush=True)
                before = look.wrong
            if not look.wrong:
                well_at = now
                if given.heartbeat:
                    await _beat(http, given.heartbeat)
            elif look.answered or given.once or now - (well_at or now) >= given.patience:
                print(f"encompass watch: {given.url} {look.wrong}.", file=sys.stderr)
                return 1
            if given.once:
                return 0
            well_at = now if well_at is None else well_at
            await clock.sleep(given.every)


async def _look(http: aiohttp.ClientSession, url: str) -> Look:
    try:
        async with http.get(url) as answer:
            if answer.status == 200:
                return Look()
            said = await answer.json(content_type=None)
            red = ", ".join(map(str, said["red"])) if isinstance(said, dict) else ""
            return Look(f"is not well: {red}" if red else f"answers with {answer.status}")
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        return Look(f"does not answer ({type(error).__name__})", answered=False)


async def _beat(http: aiohttp.ClientSession, url: str) -> None:
    """That whoever listens there does not hear it, is theirs to notice."""
    try:
        async with http.get(url):
            return
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"the heartbeat was not heard ({type(error).__name__})", file=sys.stderr)
