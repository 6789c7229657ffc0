"""`demo --once`: the whole story, from any folder, with nothing set up, and nothing sent."""

from pathlib import Path

from tests.cli.desk import TOKEN, Desk


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
    assert any("acknowledged by" in line for line in said.lines), "somebody answered"
    assert any("nobody has settled it: reminder 2" in line for line in said.lines)
    pairs = [line.split(maxsplit=1) for line in said.lines[-16:] if line.strip()]
    figures = {name: number for number, name in pairs}
    assert figures["notifications received"] == "40"
    assert figures["refused by Telegram as too fast"] == "0"
    assert said.lines[-1].split(maxsplit=1) == ["0", "promises broken, of all that are checked"]
    assert list(empty.iterdir()) == [], "its database is gone with it"
