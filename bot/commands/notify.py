"""`notify`: files of notifications, one line of outcome a row, all or nothing a file."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bot.commands.surroundings import opened, read_bytes
from bot.domain.errors import RefusedError
from bot.domain.incident import Submission
from bot.flow.context import Context
from bot.flow.partners import Partner, desk
from bot.flow.receive import Received
from bot.flow.take_file import take_file
from bot.intake.entry import Entry


def run(given: argparse.Namespace) -> int:
    return asyncio.run(_run(given))


async def _run(given: argparse.Namespace) -> int:
    code = 0
    async with opened() as ctx:
        partner = await desk(ctx, given.partner)
        for name in given.files:
            lines, refused = await _take(ctx, partner, name, given.accept_good)
            code = 1 if refused else code
            for line in lines:
                print(json.dumps(line) if given.json else _said(line))
            if refused:
                print(f"encompass: {refused}", file=sys.stderr)
    return code


Line = dict[str, str | int | None]


async def _take(
    ctx: Context, partner: Partner, name: str, accept_good: bool
) -> tuple[list[Line], str | None]:
    """The file's lines of outcome, and the sentence if anything of it was refused."""
    try:
        data = read_bytes(name)
    except RefusedError as refused:
        return [], str(refused)
    short = Path(name).name
    taken = await take_file(ctx, partner, short, data, accept_good=accept_good)
    lines = [line for entry, received in taken.entries for line in _lines(short, entry, received)]
    return lines, taken.refused


def _lines(name: str, entry: Entry, received: Received | None) -> list[Line]:
    """One line a row; rows of one incident share its reference."""
    match entry.outcome:
        case RefusedError() as refused:
            outcome, reference = f"refused: {refused}", None
        case Submission() if received is None:
            outcome, reference = "not taken: the file holds refused rows", None
        case Submission(ignored=ignored):
            assert received is not None
            reference = received.reference
            if received.duplicate:
                outcome = "already known"
            elif received.version > 1:
                outcome = f"taken as version {received.version}"
            else:
                outcome = "taken"
            if ignored:
                outcome += f"; not understood and kept as it came: {', '.join(ignored)}"
    places: list[Line] = [{"line": line} for line in entry.lines] or [{"where": entry.where}]
    return [{"file": name, **place, "reference": reference, "outcome": outcome} for place in places]


def _said(line: Line) -> str:
    place = (
        f"{line['file']}:{line['line']}" if "line" in line else f"{line['file']} {line['where']}"
    )
    return " ".join(str(part) for part in (place, line["reference"], line["outcome"]) if part)
