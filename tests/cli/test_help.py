"""Every command says what it does, with an example, at once."""

import shlex
import subprocess
import sys
import time

import pytest

from bot.cli import parser
from tests.cli.desk import Desk

COMMANDS = [
    ["demo"], ["serve"], ["migrate"], ["check"], ["directory", "plan"], ["directory", "import"],
    ["directory", "export"], ["invite"], ["close"], ["notify"], ["route"], ["status"], ["drill"],
    ["disclosures"], ["subject-access"], ["key", "create"], ["key", "revoke"], ["report"],
    ["leave"], ["lock"], ["containments"],
]  # fmt: skip
HEAVY = {"aiogram", "sqlalchemy", "pydantic", "fastapi", "alembic", "asyncio", "babel"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_commands_help_has_an_example_that_it_would_take(
    bare: Desk, command: list[str]
) -> None:
    said = bare.run(*command, "--help")
    assert said.code == 0
    assert said.err == ""
    [example] = [line for line in said.lines if line.startswith("example: ")]
    words = example.removeprefix("example: ").split("encompass ", 1)[1]
    given = parser().parse_args(shlex.split(words))
    assert given.run


@pytest.mark.parametrize("part", [[], ["directory"], ["key"]], ids=["all", "directory", "key"])
def test_the_help_of_a_group_names_its_commands(bare: Desk, part: list[str]) -> None:
    said = bare.run(*part, "--help")
    assert said.code == 0
    depth = len(part)
    for command in COMMANDS:
        if command[:depth] == part:
            assert command[depth] in said.out


def test_help_loads_nothing_that_takes_time(bare: Desk) -> None:
    program = f"""
import sys
from bot.cli import main
for command in {COMMANDS}:
    try:
        main([*command, "--help"])
    except SystemExit as ended:
        assert ended.code == 0
loaded = {HEAVY} & set(sys.modules)
print(sorted(loaded), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stderr == "[]\n"
    began = time.perf_counter()
    said = bare.process("status", "--help")
    assert said.code == 0
    assert time.perf_counter() - began < 3, "a tenth of a second on a machine that is not busy"


def test_no_command_but_the_service_loads_telegrams_library() -> None:
    program = """
import importlib, pkgutil, sys
import bot.commands
for module in pkgutil.iter_modules(bot.commands.__path__):
    if module.name != "demo":
        importlib.import_module(f"bot.commands.{module.name}")
loaded = {"aiogram", "fastapi", "uvicorn", "apscheduler"} & set(sys.modules)
print(sorted(loaded), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["frobnicate"], "argument COMMAND: invalid choice: 'frobnicate'"),
        ([], "the following arguments are required: COMMAND"),
        (["directory"], "the following arguments are required: COMMAND"),
        (["key", "forge"], "argument COMMAND: invalid choice: 'forge'"),
        (["close", "ENC-00000000"], "the following arguments are required: --reason"),
        (["notify"], "the following arguments are required: FILE"),
        (["key", "revoke", "three"], "argument ID: invalid int value: 'three'"),
        (["report", "--from", "2026-11-01"], "the following arguments are required: --to"),
        (["status", "--frobnicate"], "unrecognized arguments: --frobnicate"),
        (["status", "ENC-\udcff"], "an argument is not UTF-8"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_one_sentence_and_exit_2(
    bare: Desk, arguments: list[str], says: str
) -> None:
    said = bare.run(*arguments)
    assert said.code == 2
    assert said.out == ""
    [line] = said.err.splitlines()
    assert says in line
    assert line.endswith("--help.")


def test_it_is_the_same_program_by_either_name(bare: Desk) -> None:
    by_module = bare.process("--version", command=[sys.executable, "-m", "bot"])
    by_name = bare.process("--version")
    assert by_module == by_name
    assert by_name.code == 0
    assert by_name.out.strip()
    wrong = bare.process(b"status", b"ENC-\xff")
    assert (wrong.code, wrong.out) == (2, "")


def test_who_stops_reading_is_told_nothing_more(desk: Desk) -> None:
    done = desk.process(
        "-c", f"{sys.executable} -m bot directory plan {desk.copy('schools.csv')} | true; "
        "exit ${PIPESTATUS[0]}", command=["bash"],
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")


def test_a_terminal_without_welsh_letters_stops_nothing(desk: Desk) -> None:
    said = desk.process(
        "route", "--school", "9992001", "--at", "2026-11-30T07:10",
        command=["env", "PYTHONIOENCODING=ascii", sys.executable, "-m", "bot"],
    )  # fmt: skip
    assert said.code == 1
    assert "Yusuf Nguy\\u1ec5n" in said.out
