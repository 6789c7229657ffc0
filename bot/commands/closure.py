"""`closure`: a school is closed on days when pupils were to be in, or open after all."""

import argparse
import json
import sys

from bot.commands.surroundings import day, with_context
from bot.domain.errors import UsageError
from bot.flow.closures import Closed, close_school, open_again, standing_closures

_BY = "command line"


def add(given: argparse.Namespace) -> int:
    first = day(given.on, "--on")
    last = day(given.to, "--to") if given.to else first
    if not given.why.strip():
        raise UsageError("--why must not be empty.")
    done = with_context(
        lambda ctx: close_school(ctx, given.school, first, last, given.why.strip(), _BY)
    )
    _say(done, f"{given.school} is closed.", f"{given.school} was closed for these days already.")
    return 0


def end(given: argparse.Namespace) -> int:
    done = with_context(lambda ctx: open_again(ctx, given.id, _BY))
    _say(done, f"Closure {given.id} has ended.", f"Closure {given.id} had ended already.")
    return 0


def _say(done: Closed, changed: str, unchanged: str) -> None:
    moved = f" {done.moved} open alerts have another deadline now." if done.moved else ""
    print((changed if done.changed else unchanged) + moved, file=sys.stderr)


def listed(given: argparse.Namespace) -> int:
    found = with_context(standing_closures)
    if given.json:
        plain = [
            {
                "id": one.number,
                "school": one.school,
                "from": one.first_on.isoformat(),
                "to": one.last_on.isoformat(),
                "why": one.why,
                "by": one.added_by,
            }
            for one in found
        ]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    for one in found:
        days = f"{one.first_on} to {one.last_on}" if one.last_on > one.first_on else one.first_on
        print(
            f"{one.number}  {days}  {one.school} {one.school_name}: {one.why} (by {one.added_by})"
        )
    print(f"{len(found)} standing.")
    return 0
