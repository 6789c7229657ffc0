"""The commands of `config` and `scenarios`, as the parser has them."""

import argparse
from typing import Any, Protocol


class _Add(Protocol):
    def __call__(
        self, commands: Any, name: str, run: str, says: str, example: str
    ) -> argparse.ArgumentParser: ...


def add_config(commands: Any, command: _Add) -> None:
    config = commands.add_parser("config", help="versions of what is in force, drafts of the next")
    parts = config.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _versions(parts, command)
    _drafts(parts, command)
    scenarios = command(
        commands, "scenarios", "config:scenarios", "run the kept scenarios: who is told by when",
        "encompass scenarios --draft 3",
    )  # fmt: skip
    scenarios.add_argument("--draft", type=int, metavar="N", help="as if it were in force")
    scenarios.add_argument("--json", action="store_true")


def _versions(parts: Any, command: _Add) -> None:
    versions = command(
        parts, "versions", "config:history", "who changed what, when and why, the newest first",
        "encompass config versions escalation",
    )  # fmt: skip
    versions.add_argument(
        "kind", nargs="?", metavar="KIND",
        help="escalation, disclosure, calendar:NAME, scenarios or directory; default: all",
    )  # fmt: skip
    versions.add_argument("--last", type=int, default=20, metavar="N", help="how many; default 20")
    versions.add_argument("--json", action="store_true")
    show = command(
        parts, "show", "config:show", "a version's text, whole", "encompass config show 7"
    )
    show.add_argument("number", type=int, metavar="N")
    diff = command(
        parts, "diff", "config:compare", "what one version says otherwise than another, in words",
        "encompass config diff 3 7",
    )  # fmt: skip
    diff.add_argument("before", type=int, metavar="A")
    diff.add_argument("now", type=int, metavar="B")
    restore = command(
        parts, "restore", "config:restore", "put in force again what a version said",
        'encompass config restore 3 --reason "the new times reached nobody in time"',
    )  # fmt: skip
    restore.add_argument("number", type=int, metavar="N")
    _by(restore, reason=True)
    export = command(
        parts, "export", "config:export", "write the files of CONFIG_DIR as they are in force",
        "encompass config export config/",
    )  # fmt: skip
    export.add_argument("folder", metavar="DIR")


def _drafts(parts: Any, command: _Add) -> None:
    draft = command(
        parts, "draft", "config:draft", "a change that does not count yet, from a file",
        'encompass config draft escalation new.toml --reason "deputies sooner"',
    )  # fmt: skip
    draft.add_argument("kind", metavar="KIND")
    draft.add_argument(
        "file", metavar="FILE", help="its text; of calendar:NAME also term dates as .ics or .csv"
    )
    _by(draft, reason=True)
    command(parts, "drafts", "config:listed", "what waits to be decided", "encompass config drafts")
    tried = command(
        parts, "try", "config:tried", "what putting a draft in force would do",
        "encompass config try 3",
    )  # fmt: skip
    tried.add_argument("number", type=int, metavar="N")
    put = command(
        parts, "put", "config:put", "put a draft in force, for alerts raised from now on",
        "encompass config put 3 --by p058",
    )  # fmt: skip
    put.add_argument("number", type=int, metavar="N")
    put.add_argument("--over", type=int, metavar="V", help="in the place of this newer version")
    _by(put)
    applied = command(
        parts, "apply-to", "config:apply_to", "an alert under way takes the ladder in force now",
        'encompass config apply-to ENC-7F3K9QXM --reason "nobody on it was there" --by p058',
    )  # fmt: skip
    applied.add_argument("reference", metavar="REFERENCE")
    applied.add_argument("--reason", required=True, help="kept in the alert's line of time")
    applied.add_argument("--by", required=True, metavar="PERSON_ID", help="the coordinator")
    drop = command(parts, "drop", "config:drop", "drop a draft", "encompass config drop 3")
    drop.add_argument("number", type=int, metavar="N")
    _by(drop)


def _by(parser: argparse.ArgumentParser, *, reason: bool = False) -> None:
    parser.add_argument("--by", metavar="PERSON_ID", help="the coordinator in whose name")
    if reason:
        parser.add_argument("--reason", required=True, help="kept with the version")
