"""The synthetic authority that ships with the project: its files, and the configuration it uses.

Every name in it is invented, telephone numbers are of the range reserved for fiction.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import bot
from bot.domain.errors import SettingsError
from bot.intake.directory_csv import DirectoryFile, read_directory_file

_FOLDER = files("bot.demo") / "porth_awel"


def directory_files() -> list[DirectoryFile]:
    """Its schools and people."""
    return [
        read_directory_file(name, (_FOLDER / name).read_bytes())
        for name in ("schools.csv", "people.csv")
    ]


def monday_notices() -> list[dict[str, Any]]:
    """What the police have to send on Monday 16 November 2026."""
    notices: list[dict[str, Any]] = json.loads((_FOLDER / "notifications.json").read_bytes())
    return notices


def config_folder() -> Path:
    """The configuration that ships with the project: `config/` of a checkout, or the copy of it
    inside an installed package."""
    package = Path(bot.__file__).parent
    for folder in (package.parent / "config", package / "_config"):
        if (folder / "calendars" / "porth-awel.toml").exists():
            return folder
    raise SettingsError("The configuration that ships with the project is missing.")
