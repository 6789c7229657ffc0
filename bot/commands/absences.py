"""`absence`: who is away, and who stands in."""

import argparse
import json

from bot.commands.surroundings import day, with_context
from bot.flow.absent import add as write
from bot.flow.absent import listed, take_back

_BY = "command line"


def add(given: argparse.Namespace) -> int:
    first_on = day(given.first, "--from")
    last_on = day(given.last, "--to") if given.last else first_on
    number = with_context(lambda ctx: write(ctx, given.person, first_on, last_on, given.cover, _BY))
    asked = f" {given.cover} has been asked to stand in." if given.cover else ""
    print(f"Absence {number}: {given.person} from {first_on} to {last_on}.{asked}")
    return 0


def show(given: argparse.Namespace) -> int:
    found = with_context(listed)
    if given.json:
        print(
            json.dumps(
                [
                    {
                        "absence": one.id,
                        "person": one.person.id,
                        "from": one.first_on.isoformat(),
                        "to": one.last_on.isoformat(),
                        "cover": one.cover,
                        "cover_state": one.state.value if one.state else None,
                    }
                    for one in found
                ],
                indent=2,
            )
        )
        return 0
    for one in found:
        cover = f"; {one.cover} {one.state.value}" if one.cover and one.state else "; nobody asked"
        days = f"{one.first_on} to {one.last_on}"
        print(f"{one.id}  {one.person.id} {one.person.name}, {days}{cover}")
    if not found:
        print("Nobody is away.")
    return 0


def end(given: argparse.Namespace) -> int:
    person = with_context(lambda ctx: take_back(ctx, given.id, _BY))
    print(f"Absence {given.id} is over: {person.id} is there again.")
    return 0
