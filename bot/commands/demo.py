"""`demo`: everything on loopback, no token, no network, SQLite, a synthetic authority."""

import argparse
import asyncio
import os
import signal
import sys
import webbrowser

from bot.demo.page.server import open_page
from bot.demo.paper import Paper
from bot.demo.stage import Stage, stage
from bot.demo.story import Story
from bot.logs import configure_logs

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def run(given: argparse.Namespace) -> int:
    # On the page people make trouble on purpose; what it brings is shown there, not logged.
    configure_logs("ERROR" if given.once else "CRITICAL")
    return asyncio.run(_demo(given))


async def _demo(given: argparse.Namespace) -> int:
    async with stage(given.port) as scene:
        if given.once:
            await Story(scene, Paper()).tell()
        else:
            await _show_page(scene, browser=not given.no_browser)
    return 0


async def _show_page(scene: Stage, *, browser: bool) -> None:
    """The page, until somebody ends it."""
    print("The staff of Porth Awel enrol …", file=sys.stderr)
    async with open_page(scene) as page:
        print(page.url, flush=True)
        print(
            "Open this address in a browser; Ctrl-C ends the demonstration, and nothing of it "
            "stays behind. Synthetic data: nothing is really sent.",
            file=sys.stderr,
        )
        if browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, page.url)
        await _until_stopped(page.clock)


def _has_screen() -> bool:
    """A terminal without one would be taken over by a browser made of text."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in _SCREENS)


async def _until_stopped(clock: "asyncio.Task[None]") -> None:
    """Return on Ctrl-C or SIGTERM; raise what stopped the clock, if anything did."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait((waiting, clock), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if clock.done():
        clock.result()
