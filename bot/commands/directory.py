"""`directory plan`, `directory import` and `directory export`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bot.commands.surroundings import read_bytes, with_context
from bot.domain.errors import Fault, RefusedError
from bot.flow.directory import Difference, apply, plan, undo
from bot.flow.directory import export as export_directory
from bot.intake.directory_csv import DirectoryFile, read_directory_file
from bot.intake.people_csv import people_csv
from bot.intake.schools_csv import schools_csv


def _read(names: Sequence[str]) -> list[DirectoryFile]:
    faults: list[Fault] = []
    files: list[DirectoryFile] = []
    for name in names:
        try:
            files.append(read_directory_file(Path(name).name, read_bytes(name)))
        except RefusedError as refused:
            faults += refused.faults
    if faults:
        raise RefusedError(faults)
    return files


def plan_files(given: argparse.Namespace) -> int:
    files = _read(given.files)
    _show(with_context(lambda ctx: plan(ctx, files)), "would change")
    return 0


def import_files(given: argparse.Namespace) -> int:
    files = _read(given.files)
    _show(with_context(lambda ctx: apply(ctx, files)), "changed")
    return 0


def undo_import(given: argparse.Namespace) -> int:  # noqa: ARG001
    _show(with_context(lambda ctx: undo(ctx, "command line")), "changed back")
    return 0


def _show(found: Difference, verb: str) -> None:
    lines = found.lines()
    print("\n".join(lines) if lines else "Nothing to change.")
    if lines:
        print(f"{len(lines)} {verb}.")


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
