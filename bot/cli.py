"""`encompass`: the command line (contract: commands).

Only the parser is loaded here; a command's own module is imported when it is called, so that
`--help` answers at once. Errors are one sentence on stderr; nobody is shown a traceback.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot import __version__
from bot.commands.of_config import add_config
from bot.commands.of_directory import add_directory
from bot.commands.of_service import add_service
from bot.domain.errors import EncompassError, SettingsError, StoreError, UsageError

OK, REFUSED, CANNOT_RUN = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(CANNOT_RUN)


def _command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, run: str, says: str, example: str
) -> _Parser:
    """A command: `run` is the module and function that does it."""
    parser = commands.add_parser(
        name,
        help=says,
        description=says[0].upper() + says[1:] + ".",
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="encompass",
        description="Carries police notices to schools and school nurses before the bell.",
        epilog="Settings come from the environment or .env: ENCOMPASS_…, see docs/operations.md.",
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    add_service(commands, _command)
    check = _command(
        commands, "check", "check:run", "every gap in settings, policies, calendars, directory",
        "encompass check --for 2026-11-30",
    )  # fmt: skip
    check.add_argument("--for", dest="day", metavar="DATE", help="the day to prove; default: next")
    check.add_argument("--json", action="store_true")

    add_directory(commands, _command)
    add_config(commands, _command)
    invite = _command(
        commands, "invite", "people:invite", "a one-time enrolment link, alone on stdout",
        "encompass invite p001",
    )  # fmt: skip
    invite.add_argument("person", metavar="PERSON_ID")
    _ending(commands)
    _absence(commands)

    close = _command(
        commands, "close", "duties:close", "a coordinator's end of a duty nobody settled",
        'encompass close ENC-7F3K9QXM --reason "school told by telephone"',
    )  # fmt: skip
    close.add_argument("reference", metavar="REFERENCE")
    close.add_argument("--reason", required=True, help="kept in the alert's line of time")

    notify = _command(
        commands, "notify", "notify:run", "take in notifications from .json, .csv or .xlsx",
        "encompass notify police-daily.csv",
    )  # fmt: skip
    notify.add_argument("files", nargs="+", metavar="FILE")
    notify.add_argument(
        "--accept-good", action="store_true", help="take the good rows of a file with bad ones"
    )
    notify.add_argument("--partner", metavar="NAME", help="in whose name; default: the desk")
    notify.add_argument("--json", action="store_true")

    route = _command(
        commands, "route", "route:run", "who would be told, when, by what, and why",
        "encompass route --school 9992001 --at 2026-11-30T07:10 --year 4",
    )  # fmt: skip
    route.add_argument("--school", required=True, metavar="CODE")
    route.add_argument("--at", required=True, metavar="WHEN", help="local time unless it says")
    route.add_argument("--year", type=int, metavar="N")
    route.add_argument(
        "--urgent", action="store_true", help="as an urgent notice, which waits for nothing"
    )
    route.add_argument("--json", action="store_true")

    _drill(commands)

    status = _command(
        commands, "status", "duties:status", "open alerts, or one alert's line of time",
        "encompass status ENC-7F3K9QXM",
    )  # fmt: skip
    status.add_argument("reference", nargs="?", metavar="REFERENCE")
    status.add_argument(
        "--call-list", action="store_true", help="whom to ring about what is open, to print"
    )
    status.add_argument("--json", action="store_true")

    _subject_access(commands)

    disclosures = _command(
        commands, "disclosures", "disclosures:run", "who was shown which fields of a notification",
        "encompass disclosures ENC-7F3K9QXM",
    )  # fmt: skip
    disclosures.add_argument("reference", metavar="REFERENCE")
    disclosures.add_argument("--json", action="store_true")

    _containments(commands)
    _closure(commands)
    _keys(commands)

    report = _command(
        commands, "report", "report:run", "content-free figures",
        "encompass report --from 2026-11-01 --to 2026-11-30 --format csv",
    )  # fmt: skip
    report.add_argument("--from", dest="first", required=True, metavar="D")
    report.add_argument("--to", dest="last", required=True, metavar="D")
    report.add_argument("--format", choices=("text", "csv", "json"), default="text")
    return top


def _ending(commands: "argparse._SubParsersAction[_Parser]") -> None:
    for name, says, then in (
        ("leave", "somebody leaves: their account, codes and waiting messages end at once",
         "An import of people.csv that still names them brings them back, to be invited anew."),
        ("lock", "end the account of somebody whose telephone is lost, at once",
         "They stay in the directory; encompass invite gives them a link for another telephone."),
    ):  # fmt: skip
        part = _command(commands, name, f"people:{name}", says, f"encompass {name} p001")
        part.description = f"{part.description}\n{then}"
        part.add_argument("person", metavar="PERSON_ID")


def _absence(commands: "argparse._SubParsersAction[_Parser]") -> None:
    absence = commands.add_parser("absence", help="who is away, and who stands in")
    parts = absence.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = _command(
        parts, "add", "absences:add", "somebody is away; the named cover is asked, and must accept",
        "encompass absence add p001 --from 2026-11-24 --to 2026-11-28 --cover p002",
    )  # fmt: skip
    add.add_argument("person", metavar="PERSON_ID")
    add.add_argument("--from", dest="first", required=True, metavar="D")
    add.add_argument("--to", dest="last", metavar="D", help="default: that one day")
    add.add_argument("--cover", metavar="PERSON_ID")
    show = _command(
        parts, "list", "absences:show", "who is away now or later", "encompass absence list"
    )  # fmt: skip
    show.add_argument("--json", action="store_true")
    end = _command(
        parts, "end", "absences:end", "somebody is back", "encompass absence end 7"
    )  # fmt: skip
    end.add_argument("id", type=int, metavar="ID")


def _drill(commands: "argparse._SubParsersAction[_Parser]") -> None:
    drill = _command(
        commands, "drill", "drill:run", "a synthetic pupil by the real way to real people",
        'encompass drill --schools 9992001,9992007 --at "2026-11-23 07:30"',
    )  # fmt: skip
    what = drill.add_mutually_exclusive_group(required=True)
    what.add_argument("--schools", metavar="CODES", help="with commas between them; all for all")
    what.add_argument("--list", action="store_true", help="every drill, the newest first")
    what.add_argument("--report", type=int, metavar="N", help="who was reached, who was not")
    what.add_argument("--end", type=int, metavar="N", help="end it now, closing what is open")
    drill.add_argument("--at", metavar="WHEN", help="local time unless it says; default: now")
    drill.add_argument("--json", action="store_true", help="of a list or a report")


def _subject_access(commands: "argparse._SubParsersAction[_Parser]") -> None:
    access = _command(
        commands, "subject-access", "subject_access:run", "what is held of one child",
        'encompass subject-access --name "Nia Example" --born 2014-11-02 --out export',
    )  # fmt: skip
    access.description = (
        f"{access.description}\nWhat speaks of other people is withheld. For a complete export ask "
        "two people with\n--unredacted --ask PERSON_ID --ask PERSON_ID, then run it with "
        "--unredacted --request SA-…"
    )
    access.add_argument("--name", required=True, metavar="NAME", help="given and family name")
    access.add_argument("--born", required=True, metavar="DATE")
    access.add_argument("--out", metavar="FOLDER", help="new or empty")
    access.add_argument("--by", metavar="PERSON_ID", help="who makes it, for the trail")
    access.add_argument("--language", choices=("en", "cy"), default="en", help="of the page")
    access.add_argument("--unredacted", action="store_true", help="needs two people's agreement")
    access.add_argument("--ask", action="append", metavar="PERSON_ID", help="given twice")
    access.add_argument("--request", metavar="SA-…", help="what both have agreed to")


def _containments(commands: "argparse._SubParsersAction[_Parser]") -> None:
    part = _command(
        commands, "containments", "containments:run",
        "what reached a wrong school, who had opened it, and its 72-hour clock",
        "encompass containments ENC-7F3K9QXM --end not_reportable --by p001",
    )  # fmt: skip
    part.add_argument("reference", nargs="?", metavar="REFERENCE", help="default: all that is open")
    part.add_argument(
        "--end", choices=("reported", "not_reportable"), help="the regulator was told, or need not"
    )
    part.add_argument("--by", metavar="PERSON_ID", help="the coordinator who ends it")
    part.add_argument("--json", action="store_true")


def _closure(commands: "argparse._SubParsersAction[_Parser]") -> None:
    closure = commands.add_parser("closure", help="schools closed on days pupils were to be in")
    parts = closure.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = _command(
        parts, "add", "closure:add", "a school is closed; its open alerts are due at another bell",
        "encompass closure add --school 9992001 --on 2026-12-03 --why snow",
    )  # fmt: skip
    add.add_argument("--school", required=True, metavar="CODE")
    add.add_argument("--on", required=True, metavar="DATE")
    add.add_argument("--to", metavar="DATE", help="the last day; default: one day")
    add.add_argument("--why", required=True, metavar="TEXT", help="as the calendar would say it")
    says, run = "what stands and is not over", "closure:listed"
    shown = _command(parts, "list", run, says, "encompass closure list")
    shown.add_argument("--json", action="store_true")
    end = _command(
        parts, "end", "closure:end", "the school is open after all", "encompass closure end 3"
    )
    end.add_argument("id", type=int, metavar="ID")


def _keys(commands: "argparse._SubParsersAction[_Parser]") -> None:
    key = commands.add_parser("key", help="partners' API keys")
    parts = key.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = _command(
        parts, "create", "keys:create", "a partner's key, shown once, alone on stdout",
        'encompass key create --partner "South Force"',
    )  # fmt: skip
    create.add_argument("--partner", required=True, metavar="NAME")
    says, run = "end a key at once", "keys:revoke"
    revoke = _command(parts, "revoke", run, says, "encompass key revoke 3")
    revoke.add_argument("id", type=int, metavar="ID")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0, 1 for what was refused or found wanting, 2 if it cannot run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Welsh name on a terminal without its letters
            stream.reconfigure(errors="backslashreplace")
    given = _read(sys.argv[1:] if arguments is None else arguments)
    module, _, function = given.run.partition(":")
    try:
        run = getattr(importlib.import_module(f"bot.commands.{module}"), function)
        code = run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # the reader of a pipe has gone: nothing more to say to anybody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except Exception as error:
        code = _say(error)
    raise SystemExit(code)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    top = parser()
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        top.error("an argument is not UTF-8")
    return top.parse_args(arguments)


def _say(error: Exception) -> int:
    """One sentence on stderr, and the exit code. What nobody expected is named by its type and
    place alone: its message could hold what was being handled."""
    expected = _expected(error)
    if expected is not None:
        print(f"encompass: {expected}", file=sys.stderr)
        return exit_code(expected)
    from bot.logs import places

    at = next(reversed(places(error.__traceback__)), "?")
    what = f"{type(error).__name__} at {at}"
    print(f"encompass: This should not have happened ({what}).", file=sys.stderr)
    return CANNOT_RUN


def _expected(error: BaseException) -> EncompassError | None:
    """The first of our own errors in this one; of a task that ended the service, in its group."""
    match error:
        case EncompassError():
            return error
        case BaseExceptionGroup():
            return next(filter(None, map(_expected, error.exceptions)), None)
    return None


def exit_code(error: EncompassError) -> int:
    """1 for an input or a thing that is not there, 2 for a command that cannot run at all."""
    return CANNOT_RUN if isinstance(error, SettingsError | StoreError | UsageError) else REFUSED
