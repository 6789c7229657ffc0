"""The operator's desk: a folder, a database, and the command line."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main

ENCOMPASS = Path(sys.executable).with_name("encompass")
CONFIG = Path(__file__).parent.parent.parent / "config"
SAMPLES = Path(__file__).parent.parent.parent / "bot" / "demo" / "porth_awel"
TOKEN = "4242424242:a-token-that-opens-nothing"


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence of an error, alone on stderr; nothing on stdout."""
        assert self.out == ""
        [line] = self.err.splitlines()
        assert line.startswith("encompass")
        return line.removeprefix("encompass: ")


@dataclass
class Desk:
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "var" / "encompass.db"

    def environment(self, **given: str) -> dict[str, str]:
        """This machine's, without anybody's settings, and with the desk's."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("ENCOMPASS_")}
        ours = {f"ENCOMPASS_{name}": value for name, value in (self.settings | given).items()}
        return {**plain, **ours}

    def run(self, *arguments: str | Path, **given: str) -> Said:
        """Run a command in this process, as if in a shell of its own."""
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            for name in [name for name in os.environ if name.startswith("ENCOMPASS_")]:
                patch.delenv(name)
            for name, value in self.environment(**given).items():
                patch.setenv(name, value)
            self.capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main([str(argument) for argument in arguments])
        assert isinstance(ended.value.code, int)
        return _checked(Said(ended.value.code, *self.capsys.readouterr()))

    def process(
        self,
        *arguments: str | bytes | Path,
        command: list[str] | None = None,
        seconds: float = 60,
        **given: str,
    ) -> Said:
        """Run it for real, in a process of its own."""
        done = subprocess.run(
            [*(command or [str(ENCOMPASS)]), *arguments],
            cwd=self.folder,
            env=self.environment(**given),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
        return _checked(Said(done.returncode, done.stdout.decode(), done.stderr.decode()))

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def copy(self, name: str) -> Path:
        """One of the sample files, to be changed at will."""
        return Path(shutil.copy(SAMPLES / name, self.folder / name))


def _checked(said: Said) -> Said:
    assert "Traceback" not in said.err
    assert "should not have happened" not in said.err
    assert "Error:" not in said.err
    assert TOKEN not in said.err + said.out
    return said


def a_notice(number: str = "2600000001", **fields: Any) -> dict[str, Any]:
    """A notice of a month that has passed whenever these tests run."""
    return {
        "source_reference": number,
        "occurred_at": "2026-11-01T22:40:00+00:00",
        "sent_at": "2026-11-02T05:55:00+00:00",
        "children": [
            {
                "given_name": "Synthetic",
                "family_name": f"Pupil{number}",
                "date_of_birth": "2016-03-01",
                "school": {"code": "9992001"},
            }
        ],
    } | fields
