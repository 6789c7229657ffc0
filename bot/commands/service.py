"""`serve` and `migrate`."""

import argparse
import asyncio
import gc
import signal
from typing import TYPE_CHECKING

from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.logs import configure_logs
from bot.settings import Settings, read_settings
from bot.store import schema

if TYPE_CHECKING:
    from bot.app import App


def migrate(given: argparse.Namespace) -> int:  # noqa: ARG001
    return asyncio.run(_migrate(read_settings()))


async def _migrate(settings: Settings) -> int:
    files = read_config(settings.config_dir)  # first: a broken file changes nothing
    before, after = await schema.migrate(settings.database_url)
    if before == after:
        print(f"The database has this version's schema ({after}).")
    else:
        print(f"The database was brought from {before or 'nothing'} to {after}.")
    ctx = Context.on(settings.database_url)
    try:
        for kind in await take_config(ctx, files):
            print(f"In force from now on: {kind}.")
    finally:
        await ctx.store.close()
    return 0


def serve(given: argparse.Namespace) -> int:  # noqa: ARG001
    settings = read_settings()
    configure_logs(settings.log_level)
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    from bot.app import App  # the whole service: seconds that `migrate` does not need

    await run_until_stopped(App(settings))
    return 0


async def run_until_stopped(app: "App") -> None:
    """Serve until a signal ends it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop.set)
    running = asyncio.create_task(app.run())
    announcing = asyncio.create_task(_announce(app))
    stopping = asyncio.create_task(_stop_while_starting(app, running))
    try:
        await running
    except asyncio.CancelledError:
        pass  # asked to stop while it was still starting: nothing was in hand
    finally:
        announcing.cancel()
        stopping.cancel()


async def _announce(app: "App") -> None:
    await app.started.wait()
    # What is there now stays: no collection of garbage need look through it again, which would
    # hold up whoever is waiting for an answer.
    gc.collect()
    gc.freeze()
    print(f"Serving on {app.url}. Stop with Ctrl-C or SIGTERM.", flush=True)


async def _stop_while_starting(app: "App", running: asyncio.Task[None]) -> None:
    await app.stop.wait()
    if not app.started.is_set():
        running.cancel()
