"""`directory plan`, `directory import` and `directory export`."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.commands.surroundings import read_bytes, with_context
from bot.domain.errors import Fault, RefusedError
from bot.flow.context import Context
from bot.flow.directory import Difference, apply, plan, undo
from bot.flow.directory import export as export_directory
from bot.flow.import_columns import remembered
from bot.flow.published import Defaults, filled
from bot.intake.directory_columns import Mappings
from bot.intake.directory_csv import DirectoryFile, read_directory_files
from bot.intake.people_csv import people_csv
from bot.intake.schools_csv import schools_csv
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words


def _read(names: Sequence[str], mappings: Mappings) -> list[DirectoryFile]:
    given: list[tuple[str, bytes]] = []
    faults: list[Fault] = []
    for name in names:
        try:
            given.append((Path(name).name, read_bytes(name)))
        except RefusedError as refused:
            faults += refused.faults
    if faults:
        raise RefusedError(faults)
    return read_directory_files(given, mappings)


def plan_files(given: argparse.Namespace) -> int:
    _show(with_context(lambda ctx: _with_listed(ctx, given, plan)), "would change")
    return 0


def import_files(given: argparse.Namespace) -> int:
    _show(with_context(lambda ctx: _with_listed(ctx, given, apply)), "changed")
    return 0


async def _with_listed(
    ctx: Context,
    given: argparse.Namespace,
    act: Callable[[Context, Sequence[DirectoryFile]], Awaitable[Difference]],
) -> Difference:
    """Do it with these files; a published list is made into schools first, and what it leaves out
    is said on stderr."""
    files = _read(given.files, await remembered(ctx))
    if any(file.listed is not None for file in files):
        defaults = Defaults(
            opens_at=given.opens_at,
            closes_at=given.closes_at,
            calendar=given.calendar,
            nurse_team=given.nurse_team,
        )
        files, said = await filled(ctx, files, frozenset(given.authority or ()), defaults)
        say = words("en")
        print("\n".join(in_words(say, one) for one in said), file=sys.stderr)
    return await act(ctx, files)


def undo_import(given: argparse.Namespace) -> int:  # noqa: ARG001
    _show(with_context(lambda ctx: undo(ctx, "command line")), "changed back")
    return 0


def _show(found: Difference, verb: str) -> None:
    number = 0
    for line in found.lines():
        number += 1
        print(line)
    print(f"{number} {verb}." if number else "Nothing to change.")


def export(given: argparse.Namespace) -> int:
    directory = with_context(export_directory)
    folder = Path(given.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("schools.csv", schools_csv(directory.schools.values())),
            ("people.csv", people_csv(directory.people.values())),
        ):
            (folder / name).write_text(text, encoding="utf-8", newline="")
            print(folder / name)
    except OSError as error:
        raise RefusedError(
            [Fault(given.folder, f"cannot be written ({error.strerror})")]
        ) from error
    return 0
