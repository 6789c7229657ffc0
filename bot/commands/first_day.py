"""`init`: what a new authority still lacks, step by step, why it matters, and the command for it.

It changes nothing but the database's schema, which it brings up to date, and what is in force of
config/: run it as often as you like. 0 when every step is done, 1 while something is lacking. With
`--coordinator` it makes the first person of the directory and prints their enrolment link.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.commands.people import bots_name, link_to
from bot.commands.surroundings import opened
from bot.domain.errors import EncompassError, SettingsError, UsageError
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.first_coordinator import first_coordinator
from bot.flow.first_day import COMMANDS, LACKING, NAMES, WHY, Standing, first_steps
from bot.rendering.catalogue import words
from bot.settings import Settings, check_for_serving, read_settings
from bot.store import schema


def run(given: argparse.Namespace) -> int:
    if given.coordinator is not None:
        return _begin(" ".join(given.coordinator.split()), given.language)
    steps = asyncio.run(_steps())
    if given.json:
        print(json.dumps({"steps": steps}, indent=2, ensure_ascii=False))
    else:
        for number, step in enumerate(steps, 1):
            print(f"{number}. [{'x' if step['done'] else ' '}] {step['name']}")
            if not step["done"]:
                print(f"       {step['lacking']}\n       {step['why']}\n       {step['do']}")
        left = sum(not step["done"] for step in steps)
        print("Everything is set up and proved." if not left else f"{left} of {len(steps)} to go.")
    return 0 if all(step["done"] for step in steps) else 1


def _begin(name: str, language: str) -> int:
    """The link alone on stdout, as `invite` prints it."""
    if not name.isprintable() or not name:
        raise UsageError("--coordinator must be somebody's name.")
    person, link = asyncio.run(_first(name, language))
    print(link)
    print(f"{name} has the id {person}: a people.csv must name them by it.", file=sys.stderr)
    return 0


async def _first(name: str, language: str) -> tuple[str, str]:
    settings = read_settings()
    async with _up_to_date(settings) as ctx:
        bot = await bots_name(ctx, settings)  # first: without it there is no link to print
        person, code = await first_coordinator(ctx, name, language)
        return person, link_to(bot, code)


@asynccontextmanager
async def _up_to_date(settings: Settings) -> AsyncIterator[Context]:
    """The database with this program's schema, and with what is in force of config/."""
    await schema.migrate(settings.database_url)
    async with opened(settings) as ctx:
        await take_config(ctx, read_config(settings.config_dir))
        yield ctx


async def _steps() -> list[dict[str, Any]]:
    settings = read_settings()
    say = words("en")
    async with _up_to_date(settings) as ctx:
        found = await first_steps(ctx)
    return [
        _of_settings(settings),
        *(
            {
                "step": one.step.value,
                "name": say.say(NAMES[one.step]),
                "done": one.done,
                "lacking": _lacking(one),
                "why": say.say(WHY[one.step]),
                "do": COMMANDS[one.step],
            }
            for one in found
        ),
    ]


def _lacking(one: Standing) -> str:
    say = words("en")
    if one.done:
        return ""
    return say.say("first_day.waits") if one.waits else say.count(LACKING[one.step], one.lacking)


def _of_settings(settings: Settings) -> dict[str, Any]:
    try:
        check_for_serving(settings)
        lacking = ""
    except (SettingsError, EncompassError) as error:
        lacking = str(error)
    say = words("en")
    return {
        "step": "settings",
        "name": say.say("first_day.settings"),
        "done": not lacking,
        "lacking": lacking,
        "why": say.say("first_day.why_settings"),
        "do": "echo 'ENCOMPASS_TELEGRAM_TOKEN=…' >> .env",
    }
