"""`demo --once`: the whole story, from any folder, with nothing set up, and nothing sent."""

import signal
import subprocess
from pathlib import Path
from subprocess import PIPE

import httpx

from tests.cli.desk import ENCOMPASS, TOKEN, Desk


def test_the_demo_runs_to_its_end_from_an_empty_folder(bare: Desk, tmp_path: Path) -> None:
    """Nobody's settings reach it: a token of the real bot least of all."""
    empty = tmp_path / "empty"
    empty.mkdir()
    desk = Desk(empty, bare.capsys, bare.monkeypatch)
    said = desk.process(
        "demo", "--once", seconds=300,
        TELEGRAM_TOKEN=TOKEN, TELEGRAM_API="http://127.0.0.1:1", CONFIG_DIR="nowhere",
        DATABASE_URL="postgresql+asyncpg://nobody@127.0.0.1:1/none",
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    assert "synthetic data, nothing is really sent." in said.lines[1]
    titles = [line for line in said.lines if line.startswith("── ")]
    assert len(titles) == 9
    assert any(" acknowledged." in line for line in said.lines), "somebody answered"
    assert any("Nobody has settled it. Reminder 2" in line for line in said.lines)
    board = said.lines[said.lines.index(titles[-1]) + 1 :]
    pairs = [line.split(maxsplit=1) for line in board if line.strip()]
    figures = {name: number for number, name in pairs}
    assert figures["notifications received"] == "40"
    assert figures["refused by Telegram as too fast"] == "0"
    assert said.lines[-1].split(maxsplit=1) == ["0", "promises broken, of all that are checked"]
    assert list(empty.iterdir()) == [], "its database is gone with it"


def test_the_page_comes_up_as_a_user_starts_it_and_goes_with_ctrl_c(
    bare: Desk, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    desk = Desk(empty, bare.capsys, bare.monkeypatch)
    command = [str(ENCOMPASS), "demo", "--no-browser"]
    with subprocess.Popen(
        command, cwd=empty, env=desk.environment(), stdout=PIPE, stderr=PIPE, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            address = demo.stdout.readline().strip()
            page = httpx.get(address)
            assert page.status_code == 200
            assert "Encompass Bot" in page.text
            taken = desk.process(
                "demo", "--no-browser", "--port", address.split(":")[-1].strip("/")
            )
            assert (taken.code, taken.out) == (2, "")
            assert "is taken: choose another with --port." in taken.err
            demo.send_signal(signal.SIGINT)
            _, said = demo.communicate(timeout=60)
        finally:
            demo.kill()
    assert (demo.returncode, len(said.splitlines())) == (0, 2), said
    assert list(empty.iterdir()) == [], "its database is gone with it"


def test_a_port_that_is_none_is_refused_before_anything_starts(bare: Desk) -> None:
    said = bare.process("demo", "--port", "70000")
    assert (said.code, said.out) == (2, "")
    assert "70000 is not a port" in said.err
