"""`notify`: files of notifications, one line of outcome a row, all or nothing a file."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bot.commands.surroundings import opened, read_bytes
from bot.domain.errors import NotReadableError, RefusedError
from bot.domain.incident import Submission
from bot.flow.context import Context
from bot.flow.new_notices import Incoming
from bot.flow.partners import Partner, desk
from bot.flow.receive import Received, receive, refuse
from bot.intake.entry import Entry
from bot.intake.files import read_file

_DOOR = "file"


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
    try:
        entries = read_file(short, data, ctx.now())
    except RefusedError as refused:
        await refuse(ctx, partner.id, _DOOR, data, refused)
        how = "cannot be read" if isinstance(refused, NotReadableError) else "was refused"
        return [], f"{short} {how}: {refused}"
    good = [entry for entry in entries if isinstance(entry.outcome, Submission)]
    bad = [entry for entry in entries if not isinstance(entry.outcome, Submission)]
    for entry in bad:
        assert isinstance(entry.outcome, RefusedError)
        await refuse(ctx, partner.id, _DOOR, entry.raw, entry.outcome)
    taken: list[Received] = []
    if good and (accept_good or not bad):
        incoming = [
            Incoming(partner.id, partner.name, _DOOR, entry.raw, entry.outcome)
            for entry in good
            if isinstance(entry.outcome, Submission)
        ]
        taken = await receive(ctx, incoming, raw_file=data)
    outcomes = {id(entry): received for entry, received in zip(good, taken, strict=False)}
    lines = [line for entry in entries for line in _lines(short, entry, outcomes.get(id(entry)))]
    if not bad:
        return lines, None
    kept = "the others were taken in" if accept_good else "nothing of the file was taken in"
    return lines, f"{short}: {len(bad)} of {len(entries)} notifications refused; {kept}."


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
