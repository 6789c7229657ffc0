"""The parsers of `init` and `directory`: a part of `bot.cli`, which hands in how it makes one."""

import argparse
from collections.abc import Callable
from typing import Any


def add_directory(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """`command` adds one; `commands` is where."""
    init = command(
        commands, "init", "first_day:run", "what a new authority still lacks, step by step",
        "encompass init",
    )  # fmt: skip
    init.description = (
        f"{init.description}\nWith --coordinator it makes the first person of an empty directory "
        "and prints their link;\neverything after that is done in the console."
    )
    init.add_argument("--coordinator", metavar="NAME", help="make the first coordinator")
    init.add_argument("--language", choices=("en", "cy"), default="en", help="of the coordinator")
    init.add_argument("--json", action="store_true")

    directory = commands.add_parser("directory", help="schools.csv and people.csv")
    parts = directory.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, says in (
        ("plan", "show what importing these files would change"),
        ("import", "import these files: all of it in one transaction, or nothing"),
    ):
        part = command(
            parts, name, f"directory:{name}_files", says,
            f"encompass directory {name} schools.csv people.csv",
        )  # fmt: skip
        part.add_argument("files", nargs="+", metavar="FILE", help=".csv or .xlsx")
        part.description = (
            f"{part.description}\nThe address list of schools in Wales and England's register are "
            "taken as they are published;\nwhat such a list lacks is given here, once, for the "
            "schools that are new."
        )
        part.add_argument("--opens-at", metavar="HH:MM", help="of a published list's new schools")
        part.add_argument("--closes-at", metavar="HH:MM")
        part.add_argument("--calendar", metavar="NAME", help="a file in config/calendars")
        part.add_argument("--nurse-team", metavar="TEAM", default="")
        part.add_argument(
            "--authority", action="append", metavar="CODE", help="of the list, these alone: 681"
        )
    undo = command(
        parts, "undo", "directory:undo_import", "take the last import back",
        "encompass directory undo",
    )  # fmt: skip
    undo.description = (
        f"{undo.description}\nRefused where something has changed since that it would lose. "
        "Whoever had left by\nthe import is back, and has to be invited anew."
    )
    find = command(
        parts, "find", "finding:run", "schools and people by any of their words",
        "encompass directory find kings prim",
    )  # fmt: skip
    find.add_argument("words", nargs="+", metavar="TEXT")
    find.add_argument("--json", action="store_true")
    export = command(
        parts, "export", "directory:export", "write the directory back out as files",
        "encompass directory export backup/",
    )  # fmt: skip
    export.add_argument("folder", metavar="DIR")
