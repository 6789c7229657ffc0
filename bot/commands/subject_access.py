"""`subject-access`: what is held of one child, redacted unless two people have agreed otherwise."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.commands.surroundings import day, with_context
from bot.domain.errors import Fault, RefusedError, UsageError
from bot.domain.matching import fold
from bot.domain.subject_access import Subject
from bot.flow.export_request import ask
from bot.flow.subject_access import make

_JSON, _HTML = "export.json", "export.html"


def run(given: argparse.Namespace) -> int:
    if not fold(given.name):
        raise UsageError("--name must be the child's given and family name.")
    subject = Subject(given.name.strip(), day(given.born, "--born"))
    if (given.ask or given.request) and not given.unredacted:
        raise UsageError("--ask and --request belong to --unredacted.")
    if given.unredacted and bool(given.ask) == bool(given.request):
        raise UsageError("--unredacted needs --ask twice, and then --request with what it printed.")
    if given.ask:
        return _ask(subject, given)
    if given.out is None:
        raise UsageError("--out must name a new or empty folder.")
    return _make(subject, given)


def _ask(subject: Subject, given: argparse.Namespace) -> int:
    print(with_context(lambda ctx: ask(ctx, subject, given.ask, given.by)))
    print("Both were asked in their chats. They have 24 hours to agree.", file=sys.stderr)
    return 0


def _make(subject: Subject, given: argparse.Namespace) -> int:
    with _prepared(Path(given.out)) as files:
        export = with_context(
            lambda ctx: make(
                ctx, subject, language=given.language, by=given.by, request=given.request
            )
        )
        for file, body in zip(files, (export.as_json, export.as_html), strict=True):
            with open(file, "wb", closefd=False) as whole:
                whole.write(body)
            os.fsync(file)
    for name in (_JSON, _HTML):
        print(Path(given.out) / name)
    many = "1 notice" if export.notices == 1 else f"{export.notices} notices"
    print(f"{many} of this child.", file=sys.stderr)
    for reference in export.possible:
        print(
            f"{reference}: possible, not included: the name without a date of birth; "
            "check by hand.",
            file=sys.stderr,
        )
    return 0


@contextmanager
def _prepared(folder: Path) -> Iterator[tuple[int, int]]:
    """Two files for their owner's eyes only, under names that say they are not done; both get
    their own names when all went well, and else nothing is left. Opened first: what cannot be
    written is found out before anything is made."""
    partial = [folder / f".{name}.partial" for name in (_JSON, _HTML)]
    opened: list[int] = []
    fresh = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise RefusedError([Fault(str(folder), "must be a new or an empty folder")])
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        opened += [os.open(path, flags, 0o600) for path in partial]
        yield opened[0], opened[1]
        for path in partial:
            path.rename(folder / path.name.removeprefix(".").removesuffix(".partial"))
    except OSError as error:
        raise RefusedError([Fault(str(folder), f"cannot be written ({error.strerror})")]) from error
    finally:
        for file in opened:
            os.close(file)
        if opened:
            for path in partial:
                path.unlink(missing_ok=True)
        if fresh:
            with suppress(OSError):  # it is not there, or not empty: then all went well
                folder.rmdir()
