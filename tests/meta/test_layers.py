"""What the import contracts cannot say (those stand in pyproject.toml)."""

import ast
import subprocess
import sys

from tests.meta.tree import ROOT, modules, named

_REAL_TIME = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.monotonic", "time.perf_counter", "time.sleep", "time.localtime", "time.gmtime",
}  # fmt: skip


def _calls(tree: ast.Module) -> list[tuple[int, str]]:
    return [
        (node.lineno, ast.unparse(node.func))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_real_time_is_read_in_one_place() -> None:
    readers = {
        f"{named(path)}: {name}"
        for path, tree in modules("bot")
        for _, name in _calls(tree)
        if name in _REAL_TIME
    }
    assert readers == {"bot/clock.py: datetime.now", "bot/clock.py: time.monotonic"}


def test_only_the_unit_of_work_commits() -> None:
    committing = {
        named(path)
        for path, tree in modules("bot")
        for _, name in _calls(tree)
        if name.endswith((".commit", ".rollback", ".begin"))
    }
    migrations = {"bot/store/schema.py", "bot/store/migrations/env.py"}
    below = {"bot/store/engine.py", "bot/store/one_hop.py"}  # the driver's, which it asks to
    assert committing - migrations <= {"bot/store/unit_of_work.py", *below}


def test_only_the_flow_opens_a_unit_of_work() -> None:
    opening = {
        named(path).split("/")[1]
        for path, tree in modules("bot")
        for _, name in _calls(tree)
        if name.endswith("store.unit")
    }
    assert opening == {"flow"}


def test_the_command_line_does_not_wait_for_aiogram() -> None:
    """It takes seconds and 170 MB to import (design: the layout)."""
    loaded = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, bot.cli, bot.commands.check, bot.commands.directory, bot.commands.duties, "
            "bot.commands.notify, bot.commands.route, bot.commands.report, bot.commands.keys\n"
            "print('aiogram' in sys.modules)",
        ],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.strip() == "False"


def test_no_folder_or_file_has_a_name_that_says_nothing() -> None:
    nothing = {
        "utils",
        "helpers",
        "manager",
        "managers",
        "common",
        "base",
        "services",
        "misc",
        "core",
    }
    found = [
        named(path) for path, _ in modules("bot") if nothing.intersection({path.stem, *path.parts})
    ]
    assert found == []
