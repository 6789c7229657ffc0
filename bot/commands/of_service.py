"""The parsers of `demo`, `serve`, `migrate` and `watch`: a part of `bot.cli`, which hands in how it
makes one."""

import argparse
from collections.abc import Callable
from typing import Any


def add_service(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """`command` adds one; `commands` is where."""
    demo = command(
        commands, "demo", "demo:run", "everything on loopback with synthetic data, no token",
        "encompass demo --port 8800",
    )  # fmt: skip
    demo.add_argument(
        "--once", action="store_true", help="a morning told on the terminal, without a browser"
    )
    demo.add_argument("--port", type=_port, default=0, help="of the page; default: a free one")
    demo.add_argument("--no-browser", action="store_true", help="print the address, open nothing")

    command(
        commands, "serve", "service:serve", "the real service, from settings",
        "ENCOMPASS_TELEGRAM_TOKEN_FILE=token encompass serve",
    )  # fmt: skip
    command(
        commands, "migrate", "service:migrate", "bring the database to this version's schema",
        "encompass migrate",
    )  # fmt: skip

    watch = command(
        commands, "watch", "watch:run", "look from outside, and end with 1 once it is not well",
        "encompass watch https://encompass.example || ring-somebody",
    )  # fmt: skip
    watch.add_argument("url", metavar="URL", help="where the service answers")
    watch.add_argument("--every", type=_seconds, default=5, metavar="SECONDS", help="default: 5")
    watch.add_argument(
        "--patience", type=_seconds, default=30, metavar="SECONDS",
        help="how long nobody may answer, as in a restart; default: 30",
    )  # fmt: skip
    watch.add_argument("--heartbeat", default="", metavar="URL", help="asked whenever it is well")
    watch.add_argument("--once", action="store_true", help="one look")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 86_400:
        raise argparse.ArgumentTypeError(f"{text} must be a number of seconds above 0")
    return seconds


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)
