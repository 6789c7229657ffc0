"""`disclosures`: who was shown which fields of a notification, when, and by which rule."""

import argparse
import json
from typing import Any

from bot.commands.surroundings import clock, with_context
from bot.flow.ledger import Disclosed, disclosed
from bot.rendering.catalogue import words

_NOT_KNOWN = "not known"
"""Of a line that was written before the ledger kept it."""


def run(given: argparse.Namespace) -> int:
    lines = with_context(lambda ctx: disclosed(ctx, given.reference))
    if given.json:
        print(json.dumps([_plain(line) for line in lines], indent=2, ensure_ascii=False))
        return 0
    for line in lines:
        _show(line)
    if not lines:
        print(f"Nobody has opened {given.reference}.")
    return 0


def _show(line: Disclosed) -> None:
    say = words("en")
    where = f"{line.school} {line.school_name}".strip() or "MASH desk"
    print(
        f"{clock(line.at, seconds=True)}  {line.person} ({line.person_id}), {line.role}: "
        f"{where}, {line.leg} leg, {_children(line.children)}"
    )
    print(
        f"    notice version {line.notification_version or _NOT_KNOWN}, "
        f"matrix {line.matrix_version} (number {line.config_version_id or _NOT_KNOWN}), "
        f"by {line.way}"
    )
    print(f"    {'; '.join(say.say(f'field.{name}') for name in line.fields) or 'no field'}")


def _children(numbers: tuple[int, ...]) -> str:
    if not numbers:
        return "no child"
    many = "child" if len(numbers) == 1 else "children"
    return f"{many} {', '.join(str(number) for number in numbers)}"


def _plain(line: Disclosed) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(),
        "person": {"id": line.person_id, "name": line.person, "role": line.role},
        "alert": {"school": line.school, "school_name": line.school_name, "leg": line.leg},
        "children": list(line.children),
        "fields": list(line.fields),
        "notification_version": line.notification_version,
        "matrix_version": line.matrix_version,
        "config_version_id": line.config_version_id,
        "way": line.way,
    }
