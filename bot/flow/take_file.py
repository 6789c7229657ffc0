"""A file of notices taken in: all or nothing, or the good ones alone where that is asked for.

Everything that is taken of one file is durable together, by `receive`'s one commit.
"""

from dataclasses import dataclass

from bot.domain.errors import NotReadableError, RefusedError
from bot.domain.incident import Submission
from bot.flow.context import Context
from bot.flow.new_notices import Incoming
from bot.flow.partners import Partner
from bot.flow.receive import Received, receive, refuse
from bot.intake.entry import Entry
from bot.intake.files import read_file

_DOOR = "file"


@dataclass(frozen=True, slots=True)
class FileTaken:
    """What became of each entry; `refused` is the sentence if anything of the file was."""

    entries: tuple[tuple[Entry, Received | None], ...]
    refused: str | None = None


async def take_file(
    ctx: Context, partner: Partner, name: str, data: bytes, *, accept_good: bool = False
) -> FileTaken:
    """Take in a file of this name. A refusal leaves its hash and faults, never content."""
    try:
        entries = read_file(name, data, ctx.now())
    except RefusedError as refused:
        await refuse(ctx, partner.id, _DOOR, data, refused)
        how = "cannot be read" if isinstance(refused, NotReadableError) else "was refused"
        return FileTaken((), f"{name} {how}: {refused}")
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
    lines = tuple((entry, outcomes.get(id(entry))) for entry in entries)
    if not bad:
        return FileTaken(lines)
    kept = "the others were taken in" if accept_good else "nothing of the file was taken in"
    return FileTaken(lines, f"{name}: {len(bad)} of {len(entries)} notifications refused; {kept}.")
