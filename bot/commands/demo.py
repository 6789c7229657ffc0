"""`demo`: everything on loopback, no token, no network, SQLite, a synthetic authority."""

import argparse
import asyncio
import signal
from datetime import timedelta

from bot.demo.paper import Paper
from bot.demo.stage import Stage, stage
from bot.demo.story import Story
from bot.logs import configure_logs

_BEAT_SECONDS = 0.5


def run(given: argparse.Namespace) -> int:
    configure_logs("ERROR")
    return asyncio.run(_demo(once=given.once))


async def _demo(*, once: bool) -> int:
    async with stage() as scene:
        paper = Paper()
        await Story(scene, paper).tell()
        if once:
            return 0
        paper.title("It stays up until you press Ctrl-C; the clock now runs as yours does")
        _invite_to_try(paper, scene)
        await _stay(scene)
    return 0


def _invite_to_try(paper: Paper, scene: Stage) -> None:
    phone = next(iter(scene.phones.values()))
    paper.line("")
    paper.line("Send a notice as the police would:")
    paper.line(f"  curl -s {scene.app.url}/api/v1/notifications \\")
    paper.line(f"    -H 'Authorization: Bearer {scene.key}' \\")
    paper.line(
        '    -d \'{"source_reference": "1", "occurred_at": "2026-11-16T08:00:00Z", "children": '
        '[{"given_name": "Synthetic", "school": {"name": "Pen-y-Waun Primary"}}]}\''
    )
    paper.line(f"Read {phone.person.first_name}'s telephone:")
    paper.line(f"  curl -s {scene.sandbox.url}/sandbox/chats/{phone.id}")
    paper.line(f"How is it? {scene.app.url}/health/ready and {scene.app.url}/metrics")


async def _stay(scene: Stage) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), _BEAT_SECONDS)
        except TimeoutError:
            await scene.hand.advance(timedelta(seconds=_BEAT_SECONDS))
